{# Rows of an upstream table that a complete run has not built on yet; all of them for a model that is built afresh. #}
{% macro new_since(state) %}{{ "_Batch > " ~ state.batch if state.incremental else "1 = 1" }}{% endmacro %}

{# Objects that a changed definition of this model concerns, to be united with `touched`: all of them, since any may get rows it had not.
   It changed since the last complete run, or a run that died since has written rows by another one. Older rows may keep another hash: those that were retired. #}
{% macro redefined(state, timeline) %}
  {%- if state.incremental %}
    union
    select _ObjectKey from {{ timeline }}
    {%- if not state.redefined %} where exists (select 1 from {{ this }} where {{ state.stale }} and {{ ozmeta_runtime.new_since(state) }}){% endif %}
  {%- endif %}
{%- endmacro %}

{# Objects that this model has rows of, where the table these come from was built afresh since the last complete run, by a full refresh that did not
   reach this model: it may have lost some of them without a trace. To be united with `touched`. #}
{% macro rebuilt(state, upstream) %}
  {%- if state.incremental %}
    union
    select _ObjectKey from {{ this }} where not exists (select 1 from {{ upstream }} where _Batch <= {{ state.batch }})
  {%- endif %}
{%- endmacro %}

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

{# Is there a table of that name with these columns? Then a full refresh takes over what must outlive it. #}
{% macro has_columns(relation, columns) %}
  {%- set existing = load_relation(relation) -%}
  {%- if existing is none or existing.type != 'table' -%}{%- do return(false) -%}{%- endif -%}
  {%- set names = ozmeta_runtime.column_names(existing) -%}
  {%- for column in columns if column | lower not in names -%}{%- do return(false) -%}{%- endfor -%}
  {%- do return(true) -%}
{% endmacro %}

{# The names of a relation's columns, in lower case. #}
{% macro column_names(relation) %}
  {%- set names = [] -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}{%- do names.append(column.name | lower) -%}{%- endfor -%}
  {%- do return(names) -%}
{% endmacro %}
