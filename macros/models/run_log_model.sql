{#
Model <binding>_run: one row per completed run and journal. The binding's last model: what stands here, every other model has done (see run_state).
A run that left one of them out (--select, --exclude) is not complete: it leaves no row, and the next builds on what the last complete one left.
Arguments  journals: [name]; timeline: the relation; after: the binding's other models, named so that this one waits for them
#}
{% macro run_log_model(binding, journals, timeline, after) %}
{% if execute %}
{%- set state = ozmeta_runtime.run_state(binding, journals) -%}
{%- if state.limited -%}
  {%- set outcome = "its tables stay as they are" if state.incremental else "its tables are made empty" -%}
  {%- do log(binding ~ ": dbt limits what this run reads (--empty, --sample), so " ~ outcome, info=true) -%}
{%- endif -%}
{%- if state.limited and state.incremental -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set models = graph.nodes[model.unique_id].depends_on.nodes | sort -%}
{%- set left_out = models | reject('in', selected_resources) | list -%}
{%- set texts, tables, asked = [], [], [] -%}
{%- for unique_id in models -%}{%- do texts.append(ozmeta_runtime.model_text_hash(unique_id)) -%}{%- endfor -%}
{%- if not left_out -%}
  {%- for unique_id in models -%}
    {%- set table = ozmeta_runtime.relation_of(graph.nodes[unique_id]) -%}
    {%- do tables.append(table) -%}
    {#- compiled before the first run, there is no table yet -#}
    {%- do asked.append((ozmeta_runtime.row_exists(table) if load_relation(table) else "0") ~ " as n" ~ loop.index) -%}
  {%- endfor -%}
  {%- set holds = run_query("select " ~ asked | join(', ')).rows[0].values() -%}
  {%- for table in tables -%}{%- if not holds[loop.index0] | int -%}{%- do texts.append(ozmeta_runtime.empty_relation_mark(table)) -%}{%- endif -%}{%- endfor -%}
{%- endif -%}
{%- do state.update({'hash': texts | join(' ')}) -%}
with reached as (
    {%- for journal in journals %}
    {%- set before = state.journals.get(journal) if state.incremental %}
    {{ "union all" if not loop.first }}
    select {{ ozmeta_runtime.text_literal(journal) }} as RUN_Journal, {{ ozmeta_runtime.timestamp_literal(before) if before else "cast(null as " ~ ozmeta_runtime.type_timestamp() ~ ")" }} as was
    {%- endfor %}
),

read_now as (
    -- a _SyncDate after as_of may be a slip of some clock: it must not make later rows look old
    select TL_Journal, least(max(_SyncDate), {{ ozmeta_runtime.timestamp_literal(state.as_of) }}) as now_at, count(*) as events, count(distinct _ObjectKey) as objects
    from {{ timeline }}
    where _Batch > {{ state.batch }} and not {{ ozmeta_runtime.is_true("TL_IsUnsynced") }}
    group by TL_Journal
)

select
    {{ ozmeta_runtime.md5_hex("'" ~ (state.batch + 1) ~ "|' " ~ ozmeta_runtime.concat_operator() ~ " reached.RUN_Journal") }} as _Key,
    cast({{ state.batch + 1 }} as {{ dbt.type_bigint() }}) as RUN_Batch,
    reached.RUN_Journal,
    {{ ozmeta_runtime.timestamp_literal(state.as_of) }} as RUN_AsOfUTC,
    case when reached.was is null then read_now.now_at when read_now.now_at is null then reached.was else greatest(reached.was, read_now.now_at) end as RUN_WatermarkUTC,
    cast(coalesce(read_now.events, 0) as {{ dbt.type_bigint() }}) as RUN_EventsFolded,
    cast(coalesce(read_now.objects, 0) as {{ dbt.type_bigint() }}) as RUN_ObjectsFolded,
    {{ ozmeta_runtime.written_columns(state) }}
from reached
left join read_now on read_now.TL_Journal = reached.RUN_Journal
{%- if left_out or state.limited %}
where 1 = 0
{%- endif %}
{% endif %}
{% endmacro %}
