{# The columns that say which run wrote a row: the definition's hash, the run's number and as_of.
   hash: SQL of the first, if it differs between rows: see `by_row` of run_state #}
{% macro written_columns(state, hash=none) -%}
  {{ hash or "'" ~ state.hash ~ "'" }} as _DefinitionHash,
  cast({{ state.number }} as {{ dbt.type_bigint() }}) as _Batch,
  {{ ozmeta_runtime.timestamp_literal(state.as_of) }} as _UpdateDate
{%- endmacro %}
