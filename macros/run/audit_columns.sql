{# The last columns of every incremental table. deleted: SQL of _DeleteDate; null by default. hash: see
   written_columns #}
{% macro audit_columns(state, deleted='cast(null as ' ~ ozmeta_runtime.type_timestamp() ~ ')', hash=none) %}
  {{ deleted }} as _DeleteDate,
  {{ ozmeta_runtime.written_columns(state, hash) }}
{%- endmacro %}
