{# current_name as a select item with the column's own name. #}
{% macro current_name_as(column, aliases) -%}
  {{ ozmeta_runtime.current_name(column, aliases) }}{{ " as " ~ column if aliases }}
{%- endmacro %}
