{# The id of an entity's row, as the journal's events name it. columns: the table's, as `columns_of` gives them #}
{% macro entity_key(columns, alias) %}
  {%- set parts = [] -%}
  {%- for column in columns -%}{%- do parts.append(ozmeta_runtime.column_text(alias ~ "." ~ ozmeta_runtime.quote_name(column.name), column.data_type)) -%}{%- endfor -%}
  {{ ozmeta_runtime.key_text(parts) }}
{%- endmacro %}
