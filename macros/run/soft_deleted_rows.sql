{#
Soft deletes: rows that earlier runs wrote and that this run did not write again although it folded their objects, for
example because a late event undid them. They keep their place with _DeleteDate set, since not every adapter's merge can
delete. Expects the CTE `written`.

columns: the table's columns without audit columns; a column that a changed definition adds is null in these rows
again: a condition on a row: this run folded its object
#}
{% macro soft_deleted_rows(state, columns, again) %}
  {%- if state.incremental %}
  {%- set existing = ozmeta_runtime.relation_columns(this) if state.full_fold else none %}
union all
select
  {%- for column in columns %}
  {{ "null as " if existing is not none and column | lower not in existing }}{{ column }},
  {%- endfor %}
  {{- ozmeta_runtime.bucket_column(state, existing) }}
  {{ ozmeta_runtime.audit_columns(state, ozmeta_runtime.timestamp_literal(state.as_of)) }}
from {{ this }}
where {{ ozmeta_runtime.was_live(state) }}
  {%- if not state.full_fold %}
  and {{ again }}
  {%- endif %}
  and _Key not in (select _Key from written)
  {%- endif %}
{% endmacro %}
