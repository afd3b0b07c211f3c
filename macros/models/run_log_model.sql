{#
Model <binding>_run: the completed runs of a binding, which later runs build on (spec 8.1; see run_state).
One row per completed run and journal.

It is the binding's last model, so its row shows that every other model has run. A run that leaves a model out
(--select, --exclude) is not complete: it writes no row, and the next run builds on the last completed one. The same
applies to a run during which an earlier run wrote rows (spec 8.8).

_DefinitionHash holds the package's version (version_mark), a hash of each model's text (model_text_hash) and a mark for
each empty table (empty_relation_mark).

Arguments
  binding   string: the binding's name
  journals  [name]
  timeline  relation: the binding's timeline
  after     [relation]: the binding's other models. They are arguments so that dbt runs this model after them.
Errors      see run_state
#}
{% macro run_log_model(binding, journals, timeline, after) %}
{%- do ozmeta_runtime.check_arguments('run_log_model', kwargs, {
    'binding': binding, 'journals': journals, 'timeline': timeline, 'after': after}) -%}
{% if execute %}
{%- set state = ozmeta_runtime.run_state(binding, journals) -%}
{%- if state.limited -%}
  {%- set outcome = "leaves the existing rows unchanged" if state.incremental else "creates the tables empty" -%}
  {%- do log(binding ~ ": dbt limits what this run may read (--empty, --sample), so it " ~ outcome ~ ".", info=true) -%}
{%- endif -%}
{%- if state.limited and state.incremental -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- do ozmeta_runtime.drop_staged_ctes([timeline] + after) -%}
{%- set models = graph.nodes[model.unique_id].depends_on.nodes | sort -%}
{%- set left_out = models | reject('in', selected_resources) | list -%}
{%- set hashes = [ozmeta_runtime.version_mark()] -%}
{%- for unique_id in models -%}{%- do hashes.append(ozmeta_runtime.model_text_hash(unique_id)) -%}{%- endfor -%}
{%- if not left_out -%}
  {%- if ozmeta_runtime.brings_back_purged() and not state.limited -%}
    {%- do ozmeta_runtime.forget_tombstones(binding, timeline) -%}
  {%- endif -%}
  {%- set tables, probes = [], [] -%}
  {%- for unique_id in models -%}
    {%- set table = ozmeta_runtime.relation_of(graph.nodes[unique_id]) -%}
    {%- do tables.append(table) -%}
    {#- If dbt only compiles the project before its first run, the table does not exist. -#}
    {%- set has_rows = ozmeta_runtime.row_exists(table) if load_relation(table) else "0" -%}
    {%- do probes.append(has_rows ~ " as n" ~ loop.index) -%}
  {%- endfor -%}
  {%- set found = run_query("select " ~ probes | join(', ')).rows[0].values() -%}
  {%- for table in tables -%}
    {%- set has_rows = found[loop.index0] | int -%}
    {%- if not has_rows -%}{%- do hashes.append(ozmeta_runtime.empty_relation_mark(table)) -%}{%- endif -%}
  {%- endfor -%}
{%- endif -%}
{%- do state.update({'hash': hashes | join(' ')}) -%}
{%- set as_of = ozmeta_runtime.timestamp_literal(state.as_of) -%}
{%- set bigint, no_time = dbt.type_bigint(), "cast(null as " ~ ozmeta_runtime.type_timestamp() ~ ")" -%}
{%- set earlier_runs = "(select count(distinct RUN_Batch) from " ~ this ~ ")" if state.incremental else "0" -%}
{%- set key_start = "'" ~ state.number ~ "|' " -%}
{%- set is_complete = not left_out and not state.limited and not ozmeta_runtime.overlapped(binding, state) -%}
with last_watermarks as (
    {%- for journal in journals %}
    {%- set watermark = state.journals.get(journal) if state.incremental %}
    {{ "union all" if not loop.first }}
    select
        {{ ozmeta_runtime.text_literal(journal) }} as RUN_Journal,
        {{ ozmeta_runtime.timestamp_literal(watermark) if watermark else no_time }} as last_watermark
    {%- endfor %}
),

rows_read as (
    -- a _SyncDate after as_of may come from a wrong clock, and must not hide later rows from the next run
    select
        TL_Journal, least(max(_SyncDate), {{ as_of }}) as watermark,
        count(*) as events, count(distinct _ObjectKey) as objects
    from {{ timeline }}
    where _Batch = {{ state.number }} and not {{ ozmeta_runtime.is_true("TL_IsUnsynced") }}
    group by TL_Journal
)

select
    {{ ozmeta_runtime.md5_hex(key_start ~ ozmeta_runtime.concat_operator() ~ " last_watermarks.RUN_Journal") }} as _Key,
    cast({{ state.number }} as {{ bigint }}) as RUN_Batch,
    cast({{ earlier_runs }} + 1 as {{ bigint }}) as RUN_Number,
    '{{ invocation_id }}' as RUN_InvocationID,
    last_watermarks.RUN_Journal,
    {{ as_of }} as RUN_AsOfUTC,
    case when last_watermarks.last_watermark is null then rows_read.watermark
         when rows_read.watermark is null then last_watermarks.last_watermark
         else greatest(last_watermarks.last_watermark, rows_read.watermark) end as RUN_WatermarkUTC,
    cast(coalesce(rows_read.events, 0) as {{ bigint }}) as RUN_EventsFolded,
    cast(coalesce(rows_read.objects, 0) as {{ bigint }}) as RUN_ObjectsFolded,
    {{ ozmeta_runtime.written_columns(state) }}
from last_watermarks
left join rows_read on rows_read.TL_Journal = last_watermarks.RUN_Journal
{%- if not is_complete %}
where 1 = 0
{%- endif %}
{% endif %}
{% endmacro %}
