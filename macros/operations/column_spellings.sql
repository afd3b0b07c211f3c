{#
The names of a model's columns as they are documented: {name in lower case: name}. Engines may return column names in
lower or upper case only. The generator documents every column.

Arguments
  node    graph node of the model
#}
{% macro column_spellings(node) %}
  {%- set names = {} -%}
  {%- for name in node.columns -%}{%- do names.update({name | lower: name}) -%}{%- endfor -%}
  {%- do return(names) -%}
{% endmacro %}
