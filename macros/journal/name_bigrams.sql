{# The different pairs of neighbouring letters in a name, in order: 'case' has ca, as, se. #}
{% macro name_bigrams(name) %}
  {%- set pairs = [] -%}
  {%- for place in range(name | length - 1) -%}{%- do pairs.append(name[place:place + 2]) -%}{%- endfor -%}
  {%- do return(pairs | unique | list) -%}
{% endmacro %}
