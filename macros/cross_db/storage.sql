{#
How a table is updated and laid out, as arguments of `config()`. docs/scale.md gives the reasons.
To change a layout, define `<engine>__storage(model)` in your project and name the project first in dbt_project.yml:
`dispatch: [{macro_namespace: ozmeta_runtime, search_order: [your_project, ozmeta_runtime]}]`.
model: the model's name without the binding, such as 'timeline' or 'sla_cycle'
indexes: [{columns: list of names, unique?: true}] that an event template asks for (spec 10.8)
Returns: dict
#}
{% macro storage(model, indexes=[]) -%}
  {%- set layout = adapter.dispatch('storage', 'ozmeta_runtime')(model) -%}
  {%- do return(ozmeta_runtime.with_indexes(layout, indexes) if indexes else layout) -%}
{%- endmacro %}

{% macro default__storage(model) -%}
  {%- do return({'incremental_strategy': 'merge'}) -%}
{%- endmacro %}

{#
A layout with further indexes. Engines without indexes keep the layout as it is.
layout: dict, see storage
indexes: see storage
Returns: dict
#}
{% macro with_indexes(layout, indexes) -%}
  {%- do return(adapter.dispatch('with_indexes', 'ozmeta_runtime')(layout, indexes)) -%}
{%- endmacro %}

{% macro default__with_indexes(layout, indexes) -%}
  {%- do return(layout) -%}
{%- endmacro %}

{#
The materialization of the package's views and tables: dbt's own, unless the engine has one that sends nothing if
nothing has changed.
kind: 'view' or 'incremental'
Returns: str
#}
{% macro materialization(kind) -%}
  {%- do return(adapter.dispatch('materialization', 'ozmeta_runtime')(kind)) -%}
{%- endmacro %}

{% macro default__materialization(kind) -%}
  {%- do return(kind) -%}
{%- endmacro %}

{#
The models whose rows no run updates, because every run adds rows with new keys.
Returns: list of str
#}
{% macro append_only() -%}
  {%- do return(['runtime_signal', 'journal', 'run', 'history']) -%}
{%- endmacro %}

{#
Whether tables carry the column `_Bucket`, and a run names the buckets that it reads and writes (spec 8.5). It helps on
engines that bill or scan by partition. An engine with indexes finds an object's rows without it.
Returns: bool
#}
{% macro prunes_by_bucket() -%}
  {%- do return(adapter.dispatch('prunes_by_bucket', 'ozmeta_runtime')()) -%}
{%- endmacro %}

{% macro default__prunes_by_bucket() -%}
  {%- do return(false) -%}
{%- endmacro %}

{#
The models whose tables carry buckets: those whose rows are of one object, where the engine uses buckets.
Returns: list of str
#}
{% macro bucketed_models() -%}
  {%- if not ozmeta_runtime.prunes_by_bucket() -%}{%- do return([]) -%}{%- endif -%}
  {%- do return(['timeline', 'workflow_instance', 'sla_cycle', 'escalation_queue', 'runtime_signal', 'approval_event',
      'approval_step', 'approval_instance']) -%}
{%- endmacro %}

{#
The length of a bucket's period in microseconds: a day. Whoever changes it runs with --full-refresh afterwards.
Returns: int
#}
{% macro bucket_micros() -%}
  {%- do return(adapter.dispatch('bucket_micros', 'ozmeta_runtime')()) -%}
{%- endmacro %}

{% macro default__bucket_micros() -%}
  {%- do return(86400000000) -%}
{%- endmacro %}

{#
A condition: a row is in one of these buckets. Engines that skip by the least and greatest value of a file need ranges,
and few of them, so the smallest gaps are closed.
column: SQL of the column; buckets: [int] in ascending order
#}
{% macro bucket_condition(column, buckets) -%}
  {{- adapter.dispatch('bucket_condition', 'ozmeta_runtime')(column, buckets) -}}
{%- endmacro %}

{% macro default__bucket_condition(column, buckets) -%}
  {%- set gaps = [] -%}
  {%- for bucket in buckets[1:] -%}{%- do gaps.append(bucket - buckets[loop.index0]) -%}{%- endfor -%}
  {%- set most = 200 -%}
  {%- set closed = ([1] + (gaps | sort)[:-most])[-1] -%}
  {%- set ranges = [] -%}
  {%- for bucket in buckets -%}
    {%- if ranges and bucket - ranges[-1][1] <= closed -%}
      {%- do ranges.append([ranges.pop()[0], bucket]) -%}
    {%- else -%}
      {%- do ranges.append([bucket, bucket]) -%}
    {%- endif -%}
  {%- endfor -%}
  (
  {%- for first, last in ranges -%}
    {{ " or " if not loop.first }}{{ column }}
    {{- " = " ~ first if first == last else " between " ~ first ~ " and " ~ last }}
  {%- endfor -%}
  )
{%- endmacro %}

{#
A column of the table that an incremental model writes to, as the adapter's merge, or its delete, names it.
column: the column's name
#}
{% macro written_column(column) -%}
  {{- adapter.dispatch('written_column', 'ozmeta_runtime')(column) -}}
{%- endmacro %}

{% macro default__written_column(column) -%}
  DBT_INTERNAL_DEST.{{ column }}
{%- endmacro %}

{#
Ends the select of a table that is read by object. Without clusters or indexes, this order puts the rows of an object
into few blocks, whose minimum and maximum keys let the engine skip the others. The timeline does not need it: its order
of arrival is as good.
#}
{% macro clustered_by_object() -%}
  {{ adapter.dispatch('clustered_by_object', 'ozmeta_runtime')() }}
{%- endmacro %}

{% macro default__clustered_by_object() -%}
{%- endmacro %}

{#
Waits until no other transaction has locked the table, and locks it until this transaction ends. Only engines whose
transactions may both insert the same key need the lock.
relation: the table, which may not exist yet
is_known: whether dbt knows that it exists; otherwise the engine is asked
Returns: whether the table exists now, or none on an engine that does not lock
#}
{% macro lock_table(relation, is_known) -%}
  {%- do return(adapter.dispatch('lock_table', 'ozmeta_runtime')(relation, is_known)) -%}
{%- endmacro %}

{% macro default__lock_table(relation, is_known) -%}
  {%- do return(none) -%}
{%- endmacro %}
