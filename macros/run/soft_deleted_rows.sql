{# Rows that earlier runs wrote and this one did not write again, though it folded what they came from: a late event undid them. They stay, with
   _DeleteDate set, since no merge that every adapter has can delete. Expects the CTE `written`.
   again: the condition on a row that says its origin was folded again by this run. A column that a changed definition brings is null in them. #}
{% macro soft_deleted_rows(state, columns, again) %}
  {%- if state.incremental %}
  {%- set held = ozmeta_runtime.relation_columns(this) if state.full_fold else none %}
union all
select {% for column in columns %}{{ "null as " if held is not none and column | lower not in held }}{{ column }}, {% endfor %}{{ ozmeta_runtime.audit_columns(state, ozmeta_runtime.timestamp_literal(state.as_of)) }}
from {{ this }}
where _DeleteDate is null
  {%- if not state.full_fold %}
  and {{ again }}
  {%- endif %}
  and _Key not in (select _Key from written)
  {%- endif %}
{% endmacro %}
