{# Rows of an upstream table that a complete run has not built on yet; all of them for a model that is built afresh. #}
{% macro new_since(state) %}{{ "_Batch > " ~ state.batch if state.incremental else "1 = 1" }}{% endmacro %}

{#
The select of a model's CTE `touched`: the objects that an incremental run folds again. Of a run that builds afresh, all.
Arguments  state: from run_state; sources: the relations the model builds on, first the one that knows every object

  news        rows of a source that no complete run has built on
  redefined   all objects, since any may get rows it had not: this model's definition changed since the last complete run, or a run that died since has
              written rows by another one. Older rows may keep another hash: those that were retired
  rebuilt     objects that this model has rows of, where a source was built afresh since, by a full refresh that did not reach this model: it may have
              lost some of them without a trace
#}
{% macro touched_objects(state, sources) %}
  {%- for source in sources if source %}
    {{ ozmeta_runtime.union_distinct() if not loop.first }}
    select _ObjectKey from {{ source }} where {{ ozmeta_runtime.new_since(state) }}
  {%- endfor %}
  {%- if state.incremental %}
    {{ ozmeta_runtime.union_distinct() }}
    select _ObjectKey from {{ sources[0] }}
    {%- if not state.redefined %} where exists (select 1 from {{ this }} where {{ state.stale }} and {{ ozmeta_runtime.new_since(state) }}){% endif %}
    {%- for source in sources if source %}
    {{ ozmeta_runtime.union_distinct() }}
    select _ObjectKey from {{ this }} where not exists (select 1 from {{ source }} where _Batch <= {{ state.batch }})
    {%- endfor %}
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
  {%- set names = ozmeta_runtime.columns_of(existing) -%}
  {%- for column in columns if column | lower not in names -%}{%- do return(false) -%}{%- endfor -%}
  {%- do return(true) -%}
{% endmacro %}

{# A relation's columns, {name in lower case: column}; empty where there is no such relation. #}
{% macro columns_of(relation) %}
  {%- set found = {} -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}{%- do found.update({column.name | lower: column}) -%}{%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
