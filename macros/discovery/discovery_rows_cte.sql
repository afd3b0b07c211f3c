{#
The CTE `journal_rows`: the rows of all journals, of the object types that are asked for. is_usable is 1 for a row that
the fold would admit (spec 4.1).

reading: see discovery_reading
#}
{% macro discovery_rows_cte(reading) %}
all_rows as (
    {%- for journal in reading.journals %}
    {%- set c = journal.sql %}
    {{ "union all" if not loop.first }}
    select
        {{ c.EJ_ID }} as EJ_ID,
        {{ c._TenantID }} as _TenantID,
        nullif({{ c.EJ_ObjectType }}, '') as EJ_ObjectType,
        {{ c.EJ_ObjectID }} as EJ_ObjectID,
        {{ c.EJ_EventType }} as EJ_EventType,
        {{ c.EJ_EventTimeUTC }} as EJ_EventTimeUTC,
        nullif({{ c.EJ_Actor }}, '') as EJ_Actor,
        {{ "''" if reading.stream == 'none' else "coalesce(" ~ c.EJ_SourceSystem ~ ", '')" }} as stream,
        {{ c.EJ_Sequence }} as EJ_Sequence,
        {{ c.EJ_Payload }} as payload,
        {{ c._SyncDate }} as sync_date
    from {{ journal.relation }}
    {%- endfor %}
),

journal_rows as (
    select
        *,
        case when {{ ozmeta_runtime.refusal_reason() }} is null then 1 else 0 end as is_usable
    from all_rows
    {%- if reading.object_types %}
    where EJ_ObjectType in ({{ ozmeta_runtime.text_literals(reading.object_types) }})
    {%- endif %}
),
{% endmacro %}
