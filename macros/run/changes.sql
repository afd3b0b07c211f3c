{# Rows of an upstream table that a complete run has not built on yet; all of them for a model that is built afresh. #}
{% macro new_since(state) %}{{ "_Batch > " ~ state.batch if state.incremental else "1 = 1" }}{% endmacro %}

{# Objects without a row may get one by a changed definition, so then all are folded again. Live rows are all of one definition for that very reason; where none is
   live there is nothing to tell by, and retired ones keep the hash they died with. #}
{% macro definition_changed(state) %}not exists (select 1 from {{ this }} where _DeleteDate is null and not ({{ state.stale }})){% endmacro %}

{# Rows of touched objects that this run did not write again: a late event undid them. They stay, with _DeleteDate set,
   since no merge that every adapter has can delete. Expects the CTEs `touched` and `written`. #}
{% macro retired(state, columns) %}
  {%- if state.incremental %}
union all
select {{ columns | join(', ') }}, {{ ozmeta_runtime.audit_columns(state, ozmeta_runtime.instant(state.as_of)) }}
from {{ this }}
where _DeleteDate is null
  and _ObjectKey in (select _ObjectKey from touched)
  and _Key not in (select _Key from written)
  {%- endif %}
{% endmacro %}
