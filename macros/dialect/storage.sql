{#
How a table is kept up and laid out, as arguments of `config()`; docs/scale.md says of each why. A project of its own mind defines `<engine>__storage(model)` and names
itself first in `dispatch: [{macro_namespace: ozmeta_runtime, search_order: [its_name, ozmeta_runtime]}]`.
model: 'timeline', 'sla_cycle', ...
#}
{% macro storage(model) %}{% do return(adapter.dispatch('storage', 'ozmeta_runtime')(model)) %}{% endmacro %}
{% macro default__storage(model) %}{% do return({'incremental_strategy': 'merge'}) %}{% endmacro %}
{# A merge updates rows in place, and each column segment they lie in is written anew; deleting and inserting the same rows is four times faster. #}
{% macro duckdb__storage(model) %}{% do return({'incremental_strategy': 'append' if model in ozmeta_runtime.only_added_to() else 'delete+insert'}) %}{% endmacro %}

{# Rows of these are never written again: their keys are new with each run. #}
{% macro only_added_to() %}{% do return(['runtime_signal', 'journal', 'run']) %}{% endmacro %}

{# What each run reads a table by. Its keys are as long as the journal's ids, which a hash index takes and a b-tree does not. The adapter deletes and inserts in one transaction. #}
{% macro postgres__storage(model) %}
  {%- set hashed = {'timeline': ['_ObjectKey', 'EJ_ID'], 'workflow_instance': ['_ObjectKey'], 'approval_event': ['_ObjectKey'], 'approval_step': ['_ObjectKey'], 'approval_instance': ['_ObjectKey'], 'sla_cycle': ['_ObjectKey'],
      'escalation_queue': ['_ObjectKey', '_CycleKey'], 'runtime_signal': ['_ObjectKey']}.get(model, []) -%}
  {%- set ordered = [['_Batch'], ['_UpdateDate']] + {'timeline': [['TL_Position', 'EJ_EventTimeUTC']], 'sla_cycle': [['ST_NextUTC']]}.get(model, []) -%}
  {%- set indexes = [] -%}
  {%- for column in ['_Key'] + hashed -%}{%- do indexes.append({'columns': [column], 'type': 'hash'}) -%}{%- endfor -%}
  {%- for columns in ordered -%}{%- do indexes.append({'columns': columns}) -%}{%- endfor -%}
  {%- do return({'incremental_strategy': 'delete+insert', 'indexes': indexes}) -%}
{% endmacro %}

{# Objects are joined where they lie; batches only grow, so that what a run adds is in order without a vacuum. A merge is one statement: the adapter may be told to send
   a delete and an insert each in a transaction of its own. #}
{% macro redshift__storage(model) %}
  {%- set layout = {'incremental_strategy': 'append' if model in ozmeta_runtime.only_added_to() else 'merge', 'sort': ['_batch'] + {'sla_cycle': ['st_nextutc']}.get(model, [])} -%}
  {%- if model not in ['journal', 'run'] -%}{%- do layout.update({'dist': '_objectkey'}) -%}{%- endif -%}
  {%- do return(layout) -%}
{% endmacro %}

{# Blocks are passed over by a literal: `_Batch > 17`, and of cycles the next threshold. A merge reads the whole table for its keys, whatever the layout, unless it is told that
   none can be there: on false, BigQuery only inserts. Before a full refresh dbt drops a table whose layout is another than it says, and what outlives full refreshes would be gone:
   so such a table has none. #}
{% macro bigquery__storage(model) %}
  {%- set clusters = {'workflow_instance': ['WS_CurrentCode'], 'approval_instance': ['AI_Status'],
      'runtime_signal': none, 'journal': none, 'escalation_queue': none, 'run': none}.get(model, ['_Batch', '_ObjectKey']) -%}
  {%- set layout = {'incremental_strategy': 'merge'} -%}
  {%- if clusters -%}{%- do layout.update({'cluster_by': clusters}) -%}{%- endif -%}
  {%- if model == 'sla_cycle' -%}{%- do layout.update({'partition_by': {'field': 'ST_NextUTC', 'data_type': 'timestamp', 'granularity': 'month'}}) -%}{%- endif -%}
  {%- if model in ozmeta_runtime.only_added_to() -%}{%- do layout.update({'incremental_predicates': ['false']}) -%}{%- endif -%}
  {%- do return(layout) -%}
{% endmacro %}

{# Files are passed over by the least and the greatest value in them, which are kept of the first 32 columns unless others are named. With deletion vectors a merge leaves the rows
   it does not touch where they are, and a batch has files of its own. Spark's own adapter knows none of this. #}
{% macro databricks__storage(model) %}
  {%- set columns = {'journal': ['_Batch'], 'run': none, 'sla_cycle': ['_Batch', '_ObjectKey', 'ST_NextUTC']}.get(model, ['_Batch', '_ObjectKey']) -%}
  {%- set layout = {'incremental_strategy': 'append' if model in ozmeta_runtime.only_added_to() else 'merge'} -%}
  {%- if columns -%}
    {%- do layout.update({'liquid_clustered_by': columns, 'tblproperties': {'delta.dataSkippingStatsColumns': (['_Key', '_UpdateDate'] + columns) | join(','), 'delta.enableDeletionVectors': 'true'}}) -%}
  {%- endif -%}
  {%- do return(layout) -%}
{% endmacro %}

{# What a merge changes it writes together with its neighbours, of older batches; deleted and inserted, a batch has micro-partitions of its own. The adapter does both in one transaction. #}
{% macro snowflake__storage(model) %}
  {%- do return({'incremental_strategy': 'append' if model in ozmeta_runtime.only_added_to() else 'delete+insert', 'cluster_by': ['_Batch'] if model in ['journal', 'run'] else ['_Batch', '_ObjectKey']}) -%}
{% endmacro %}

{# What the select of a table ends with that is read by object: where there are no clusters or indexes, its rows lie in that order, so that an object's are in few blocks, and their least and
   greatest key say which. The timeline has none: it lies in the order of arrival, which serves as well. #}
{% macro by_object() %}{{ adapter.dispatch('by_object', 'ozmeta_runtime')() }}{% endmacro %}
{% macro default__by_object() %}{% endmacro %}
{% macro duckdb__by_object() %}order by _ObjectKey{% endmacro %}
