{# The different pairs of neighbouring letters in a name, in order: ca, as and se for 'case'. #}
{% macro name_bigrams(name) %}
  {%- set pairs = [] -%}
  {%- for place in range(name | length - 1) -%}{%- do pairs.append(name[place:place + 2]) -%}{%- endfor -%}
  {%- do return(pairs | unique | list) -%}
{% endmacro %}
