{# How a model's columns are spelled, {name in lower case: name}: what an engine says of its tables may be folded to lower or upper case. Every column is described. #}
{% macro column_spellings(node) %}
  {%- set names = {} -%}
  {%- for name in node.columns -%}{%- do names.update({name | lower: name}) -%}{%- endfor -%}
  {%- do return(names) -%}
{% endmacro %}
