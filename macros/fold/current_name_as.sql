{% macro current_name_as(column, aliases) -%}
  {{ ozmeta_runtime.current_name(column, aliases) }}{{ " as " ~ column if aliases }}
{%- endmacro %}
