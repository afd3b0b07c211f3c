{# The columns that every incremental table ends with. #}
{% macro audit_columns(state, deleted='cast(null as ' ~ ozmeta_runtime.type_timestamp() ~ ')') %}
  {{ deleted }} as _DeleteDate,
  {{ ozmeta_runtime.written_columns(state) }}
{%- endmacro %}
