{#
Model journal_volume: how many rows each journal has, by object type and day of arrival (spec 7.2, 8.1, 9.6).
One row per (journal, object type, day), whether a binding claims the type or not. So the model accounts for every
journal row.

A run counts whole days. It starts at the day of the latest arrival that it has counted, less the lookback, and replaces
the counts of these days. Rows without _SyncDate have no day, so every run counts them again. A run counts a journal
from the beginning if the model has no row of it, or if its column mapping changed. as_of does not change the counts.

Arguments
  journals          [{name, relation, columns}]: see journal_slice
  lookback_minutes  integer
Errors              see journal_columns, check_limited_rebuild and check_deferred
#}
{% macro journal_volume(journals, lookback_minutes) %}
{%- do ozmeta_runtime.check_arguments('journal_volume', kwargs, {
    'journals': journals, 'lookback_minutes': lookback_minutes}) -%}
{% if execute %}
{%- set relations = journals | map(attribute='relation') | list -%}
{%- set limited = ozmeta_runtime.run_is_limited(relations) -%}
{%- set incremental = ozmeta_runtime.is_incremental_run() -%}
{%- if limited and incremental -%}
{%- do return(ozmeta_runtime.select_nothing()) -%}
{%- endif -%}
{%- if limited -%}{%- do ozmeta_runtime.check_limited_rebuild(this) -%}{%- endif -%}
{%- do ozmeta_runtime.check_deferred([], relations, not incremental) -%}
{%- do ozmeta_runtime.lock_model(this) -%}
{%- set as_of = ozmeta_runtime.as_of() -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set mappings = [] -%}
{%- for journal in journals -%}{%- do mappings.append(ozmeta_runtime.volume_watermark(journal)) -%}{%- endfor -%}
{%- set since = ozmeta_runtime.counted_since(mappings, lookback_minutes) if incremental else {} -%}
with counted as (
    {%- for journal in journals %}
    {%- set c = ozmeta_runtime.journal_columns(journal, {}) %}
    {{ "union all" if not loop.first }}
    select
        {{ ozmeta_runtime.text_literal(journal.name) }} as journal_name, '{{ mappings[loop.index0] }}' as mapping,
        object_type, day_no, count(*) as row_count
    from (
        select
            {{ c.EJ_ObjectType }} as object_type,
            {{ ozmeta_runtime.floor_div(ozmeta_runtime.to_micros(c._SyncDate), 86400000000) }} as day_no
        from {{ journal.relation }}
        {%- if limited %}
        where 1 = 0
        {%- elif journal.name in since and c.stored_sync_date %}
        {%- set start = ozmeta_runtime.timestamp_literal(since[journal.name]) %}
        where {{ ozmeta_runtime.at_or_since(c.stored_sync_date, c.sync_date_type, start) }}
        {%- endif %}
    ) as arrivals
    group by object_type, day_no
    {%- endfor %}
),

volumes as (
    select
        {{ ozmeta_runtime.row_key(['journal_name', 'object_type', "cast(day_no as " ~ text ~ ")"]) }} as _Key,
        journal_name as JV_Journal,
        {{ ozmeta_runtime.from_micros("day_no * 86400000000") }} as JV_Day,
        object_type as EJ_ObjectType,
        cast(row_count as {{ bigint }}) as JV_Rows,
        mapping as _DefinitionHash
    from counted
)

select volumes.*, {{ as_of }} as _UpdateDate from volumes
{%- if incremental %}
-- do not write equal counts again
where not exists (
    select 1 from {{ this }} as existing
    where existing._Key = volumes._Key and existing.JV_Rows = volumes.JV_Rows
      and existing._DefinitionHash = volumes._DefinitionHash
)
union all
-- rows that were counted and no longer exist
select
    _Key, JV_Journal, JV_Day, EJ_ObjectType, cast(0 as {{ bigint }}) as JV_Rows, _DefinitionHash,
    {{ as_of }} as _UpdateDate
from {{ this }} as existing
where JV_Rows <> 0
  and _Key not in (select _Key from volumes)
  and (JV_Day is null or _DefinitionHash not in ({{ ozmeta_runtime.text_literals(mappings) }})
      {%- for journal, day in since.items() %}
      or (JV_Journal = {{ ozmeta_runtime.text_literal(journal) }}
          and JV_Day >= {{ ozmeta_runtime.timestamp_literal(day) }})
      {%- endfor %})
{%- endif %}
{% endif %}
{% endmacro %}

{#
The day from which each journal is counted again, {journal: timestamp text}; without journals that were not counted with
this column mapping. An arrival after as_of may come from a wrong clock. So it counts as an arrival at as_of, and the
days before it are not taken as counted.

mappings: [hash], see volume_watermark; lookback_minutes: integer
#}
{% macro counted_since(mappings, lookback_minutes) %}
  {%- set latest = "least(max(JV_Day), " ~ ozmeta_runtime.as_of() ~ ")" -%}
  {%- set begin = "(" ~ ozmeta_runtime.to_micros(latest) ~ " - " ~ lookback_minutes * 60000000 ~ ")" -%}
  {%- set day = ozmeta_runtime.from_micros(ozmeta_runtime.floor_div(begin, 86400000000) ~ " * 86400000000") -%}
  {%- set query = "select JV_Journal, " ~ ozmeta_runtime.timestamp_text(day) ~ " from " ~ this
      ~ " where JV_Day is not null and _DefinitionHash in (" ~ ozmeta_runtime.text_literals(mappings)
      ~ ") group by JV_Journal" -%}
  {%- set since = {} -%}
  {%- for row in run_query(query).rows -%}{%- do since.update({row[0]: row[1]}) -%}{%- endfor -%}
  {%- do return(since) -%}
{% endmacro %}

{# A hash of a journal's name and column mapping, as text. #}
{% macro volume_watermark(journal) %}
  {%- do return(local_md5(tojson([1, journal.name, journal.columns], sort_keys=true))[:16]) -%}
{% endmacro %}
