{# {journal: the day from which it is counted again, as text} of those that were counted by today's marks. An arrival after as_of may be a slip of some
   clock, so it does not make the days before it look counted. #}
{% macro counted_since(marks, lookback_minutes) %}
  {%- set latest = "least(max(JV_Day), " ~ ozmeta_runtime.as_of() ~ ")" -%}
  {%- set begin = "(" ~ ozmeta_runtime.to_micros(latest) ~ " - " ~ lookback_minutes * 60000000 ~ ")" -%}
  {%- set day = ozmeta_runtime.from_micros(ozmeta_runtime.floor_div(begin, 86400000000) ~ " * 86400000000") -%}
  {%- set since = {} -%}
  {%- for row in run_query("select JV_Journal, " ~ ozmeta_runtime.timestamp_text(day) ~ " from " ~ this
      ~ " where JV_Day is not null and _DefinitionHash in (" ~ ozmeta_runtime.text_literals(marks) ~ ") group by JV_Journal").rows -%}
    {%- do since.update({row[0]: row[1]}) -%}
  {%- endfor -%}
  {%- do return(since) -%}
{% endmacro %}

{# A hash of the journal's name and of what its columns are called. #}
{% macro volume_watermark(journal) %}
  {%- do return(local_md5(tojson([1, journal.name, journal.columns], sort_keys=true))[:16]) -%}
{% endmacro %}

{#
Model journal_volume: how many rows each journal holds, by object type and day of arrival, whether a binding claims the type or not.
So the whole journal is accounted for (SPEC 9.6).

A run counts whole days. It starts at the day of the latest arrival it has counted, less the lookback, and replaces what it counted
of those days. Rows without _SyncDate have no day, so every run counts them again. A journal is counted whole where nothing of it is
here yet, and where its columns are called otherwise than when it was counted. What as_of is changes no count.

Arguments  journals: [{name, relation, columns}], see journal_slice; lookback_minutes: integer
Raises     where a journal lacks a column, as journal_columns does
#}
{% macro journal_volume(journals, lookback_minutes) %}
{% if execute %}
{%- set relations = journals | map(attribute='relation') | list -%}
{%- set limited = ozmeta_runtime.run_is_limited(relations) -%}
{%- if limited and is_incremental() -%}
{%- do return("select * from " ~ this ~ " where 1 = 0") -%}
{%- endif -%}
{%- if limited -%}{%- do ozmeta_runtime.check_limited_rebuild(this) -%}{%- endif -%}
{%- do ozmeta_runtime.check_deferred([], relations, not is_incremental()) -%}
{%- set as_of = ozmeta_runtime.as_of() -%}
{%- set marks = [] -%}
{%- for journal in journals -%}{%- do marks.append(ozmeta_runtime.volume_watermark(journal)) -%}{%- endfor -%}
{%- set since = ozmeta_runtime.counted_since(marks, lookback_minutes) if is_incremental() else {} -%}
with counted as (
    {%- for journal in journals %}
    {%- set c = ozmeta_runtime.journal_columns(journal, {}) %}
    {%- set mark = marks[loop.index0] %}
    {{ "union all" if not loop.first }}
    select
        {{ ozmeta_runtime.text_literal(journal.name) }} as journal_name, '{{ mark }}' as mark, object_type, day_no, count(*) as row_count
    from (
        select
            {{ c.EJ_ObjectType }} as object_type,
            {{ ozmeta_runtime.floor_div(ozmeta_runtime.to_micros(c._SyncDate), 86400000000) }} as day_no
        from {{ journal.relation }}
        {%- if limited %}
        where 1 = 0
        {%- elif journal.name in since and c.stored_sync_date %}
        where {{ ozmeta_runtime.at_or_since(c.stored_sync_date, c.sync_date_type, ozmeta_runtime.timestamp_literal(since[journal.name])) }}
        {%- endif %}
    ) as arrivals
    group by object_type, day_no
    {%- endfor %}
),

fresh as (
    select
        {{ ozmeta_runtime.row_key(['journal_name', 'object_type', "cast(day_no as " ~ ozmeta_runtime.type_text() ~ ")"]) }} as _Key,
        journal_name as JV_Journal,
        {{ ozmeta_runtime.from_micros("day_no * 86400000000") }} as JV_Day,
        object_type as EJ_ObjectType,
        cast(row_count as {{ dbt.type_bigint() }}) as JV_Rows,
        mark as _DefinitionHash
    from counted
)

select fresh.*, {{ as_of }} as _UpdateDate from fresh
{%- if is_incremental() %}
-- a count that stands here already is not written again
where not exists (
    select 1 from {{ this }} as standing
    where standing._Key = fresh._Key and standing.JV_Rows = fresh.JV_Rows and standing._DefinitionHash = fresh._DefinitionHash
)
union all
-- counted once, and no longer there
select _Key, JV_Journal, JV_Day, EJ_ObjectType, cast(0 as {{ dbt.type_bigint() }}) as JV_Rows, _DefinitionHash, {{ as_of }} as _UpdateDate
from {{ this }} as standing
where JV_Rows <> 0
  and _Key not in (select _Key from fresh)
  and (JV_Day is null or _DefinitionHash not in ({{ ozmeta_runtime.text_literals(marks) }})
      {%- for journal, day in since.items() %}
      or (JV_Journal = {{ ozmeta_runtime.text_literal(journal) }} and JV_Day >= {{ ozmeta_runtime.timestamp_literal(day) }})
      {%- endfor %})
{%- endif %}
{% endif %}
{% endmacro %}
