{#
SQL: the id of an entity's row, as the events of the journal name it.

columns: [column], see relation_columns; alias: string: the alias of the entity's table
#}
{% macro entity_key(columns, alias) %}
  {%- set parts = [] -%}
  {%- for column in columns -%}
    {%- set name = alias ~ "." ~ ozmeta_runtime.quote_name(column.name) -%}
    {%- do parts.append(ozmeta_runtime.column_text(name, column.data_type)) -%}
  {%- endfor -%}
  {{ ozmeta_runtime.key_text(parts) }}
{%- endmacro %}
