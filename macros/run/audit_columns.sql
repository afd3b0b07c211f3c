{# The last columns of every incremental table. deleted: SQL of _DeleteDate; null by default. #}
{% macro audit_columns(state, deleted='cast(null as ' ~ ozmeta_runtime.type_timestamp() ~ ')') %}
  {{ deleted }} as _DeleteDate,
  {{ ozmeta_runtime.written_columns(state) }}
{%- endmacro %}
