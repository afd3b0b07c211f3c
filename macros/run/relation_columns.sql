{# A relation's columns, {name in lower case: column}; empty if the relation does not exist. #}
{% macro relation_columns(relation) %}
  {%- set found = {} -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}
    {%- do found.update({column.name | lower: column}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
