{#
Rows of an upstream table that this run has to look at: those that no complete run has built on yet; all of them, where this model folds everything again.
What a table is made of is written whole: all events of an object in the timeline, so that what is read here needs no history beside it.
Where there are none at all, as in most runs of most tables, an engine is told so: what it would join to them it need not read.
source: a relation, of which run_state knows if it was given it
#}
{% macro new_since(state, source) %}
  {{- "1 = 1" if state.whole else "1 = 0" if source in state.quiet else "_Batch > " ~ state.batch -}}
{% endmacro %}

{# The select of a model that is idle (see run_state): no row, and what would find none is neither written out nor planned. #}
{% macro nothing_new(state) %}
-- nothing that this table is made of is new since run {{ state.batch }}
select * from {{ this }} where 1 = 0
{% endmacro %}

{# Rows that earlier runs wrote and this one did not write again, though it folded what they came from: a late event undid them. They stay, with
   _DeleteDate set, since no merge that every adapter has can delete. Expects the CTE `written`.
   again: the condition on a row that says its origin was folded again by this run. A column that a changed definition brings is null in them. #}
{% macro retired(state, columns, again) %}
  {%- if state.incremental %}
  {%- set held = ozmeta_runtime.columns_of(this) if state.whole else none %}
union all
select {% for column in columns %}{{ "null as " if held is not none and column | lower not in held }}{{ column }}, {% endfor %}{{ ozmeta_runtime.audit_columns(state, ozmeta_runtime.instant(state.as_of)) }}
from {{ this }}
where _DeleteDate is null
  {%- if not state.whole %}
  and {{ again }}
  {%- endif %}
  and _Key not in (select _Key from written)
  {%- endif %}
{% endmacro %}

{# Objects of which an upstream table has rows of this run, as a condition on _ObjectKey. #}
{% macro object_in_news(state, source) %}_ObjectKey in (select _ObjectKey from {{ source }} where {{ ozmeta_runtime.new_since(state, source) }}){% endmacro %}

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
