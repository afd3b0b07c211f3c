-- Every run of each SLA, with its pauses, its thresholds and those that have passed, and its ids.
{{ config(materialized='table') }}

with events as (
    select
        *,
        last_value(priority ignore nulls) over (partition by _TenantID, EJ_ObjectID order by TL_Position)
            as last_priority
    from {{ ref('alike_timeline') }}
),

marks as (
    select 'Pickup' as SL_Code, TL_ToState = 'Assigned' as is_start, *
    from events
    where (TL_ToState = 'Assigned' and last_priority in ('High', 'Critical')) or TL_ToState = 'InProgress'
    union all
    select 'Lifetime' as SL_Code, TL_ToState = 'Assigned' as is_start, *
    from events
    where TL_ToState in ('Assigned', 'Resolved', 'Closed')
    union all
    select 'Work' as SL_Code, TL_ToState = 'InProgress' as is_start, *
    from events
    where TL_ToState in ('InProgress', 'Waiting', 'Resolved')
),

-- starts and stops in turn: a start while the timer runs, or a stop while it does not, changes nothing
turns as (
    select _TenantID, EJ_ObjectID, SL_Code, is_start, TL_Position, TL_EffectiveUTC, EJ_ID
    from marks
    qualify is_start is distinct from
        lag(is_start) over (partition by _TenantID, EJ_ObjectID, SL_Code order by TL_Position)
),

spans as (
    select
        * exclude (is_start, TL_EffectiveUTC, EJ_ID),
        EJ_ID as start_event, epoch_us(TL_EffectiveUTC) as start_at,
        lead(EJ_ID) over in_order as stop_event, epoch_us(lead(TL_EffectiveUTC) over in_order) as stop_at
    from turns
    window in_order as (partition by _TenantID, EJ_ObjectID, SL_Code order by TL_Position)
    qualify is_start
),

-- Work goes on in the same cycle after a pause, the others begin another one
numbered as (
    select
        *,
        case when SL_Code = 'Work' then 1 else row_number() over in_order end as ST_CycleNo,
        SL_Code = 'Work' or lead(TL_Position) over in_order is null as is_latest,
        SL_Code <> 'Work' or lead(TL_Position) over in_order is null as is_last_span
    from spans
    window in_order as (partition by _TenantID, EJ_ObjectID, SL_Code order by TL_Position)
),

clocks as (
    select
        numbered.*, policies.target_minutes,
        policies.target_minutes * cast(60000000 as bigint) as target,
        policies.warn_minutes * cast(60000000 as bigint) as warn,
        policies.level3_minutes * cast(60000000 as bigint) as level3,
        coalesce(cast(sum(stop_at - start_at) over (
            partition by _TenantID, EJ_ObjectID, SL_Code, ST_CycleNo order by TL_Position
            rows between unbounded preceding and 1 preceding
        ) as bigint), 0) as ran_before,
        ran_before + stop_at - start_at as ran_after
    from numbered
    inner join (values
        ('Pickup', 1440, null, null), ('Lifetime', 20160, 14400, 30240), ('Work', 7200, null, null)
    ) as policies (SL_Code, target_minutes, warn_minutes, level3_minutes) using (SL_Code)
),

cycles as (
    select
        _TenantID, EJ_ObjectID, SL_Code, ST_CycleNo,
        min_by(start_event, TL_Position) as ST_StartEventID,
        max(stop_event) filter (where is_last_span) as ST_StopEventID,
        min(start_at) as first_start,
        max(stop_at) filter (where is_last_span) as last_stop,
        max(start_at - ran_before) filter (where is_last_span) as last_start_without_runs,
        max(coalesce(ran_after, ran_before)) filter (where is_last_span) as ran,
        max(coalesce(stop_at, start_at)) filter (where is_last_span) as ST_OpenMicros,
        bool_and(is_latest) as ST_IsLatest, max(target_minutes) as ST_TargetMinutes,
        -- a threshold is in the span in which the running time reaches it, or comes after the last one
        {%- for threshold in ['target', 'warn', 'level3'] %}
        coalesce(
            min(case when ran_after >= {{ threshold }} then start_at + {{ threshold }} - ran_before end),
            max(coalesce(stop_at, start_at) + {{ threshold }} - coalesce(ran_after, ran_before))
                filter (where is_last_span)
        ) as {{ threshold }}_at {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from clocks
    group by _TenantID, EJ_ObjectID, SL_Code, ST_CycleNo
),

tickets as (
    select
        _TenantID, EJ_ObjectID, min(_SyncDate) as first_sync, max_by(TL_State, TL_Position) = 'Closed' as is_closed
    from events
    group by all
),

instants as (
    select
        cycles.*, first_sync, is_closed,
        md5('SC|' || _TenantID || '|Ticket|' || EJ_ObjectID || '|' || SL_Code || '|' || ST_StartEventID) as cycle_seed,
        md5('ST|' || _TenantID || '|Ticket|' || EJ_ObjectID || '|' || SL_Code) as timer_seed,
        md5('WI|' || _TenantID || '|Ticket|' || EJ_ObjectID) as instance_seed,
        make_timestamp(first_start) as ST_StartUTC, make_timestamp(last_stop) as ST_StopUTC,
        make_timestamp(target_at) as ST_DueUTC, make_timestamp(warn_at) as ST_WarnAtUTC,
        coalesce(ST_StopUTC, timestamp '{{ var("ozmeta_as_of") }}') as end_at,
        case when SL_Code = 'Lifetime' then ST_WarnAtUTC else ST_DueUTC end as ST_Level1AtUTC,
        case when SL_Code = 'Lifetime' then ST_DueUTC end as ST_Level2AtUTC,
        make_timestamp(level3_at) as ST_Level3AtUTC
    from cycles
    inner join tickets using (_TenantID, EJ_ObjectID)
),

passed as (
    select
        *,
        case when end_at >= ST_WarnAtUTC then ST_WarnAtUTC end as ST_WarnedUTC,
        case when end_at > ST_DueUTC then ST_DueUTC end as ST_BreachedUTC,
        coalesce(ST_WarnedUTC, case when SL_Code <> 'Lifetime' then ST_BreachedUTC end) as ST_Level1RaisedUTC,
        case when SL_Code = 'Lifetime' then ST_BreachedUTC end as ST_Level2RaisedUTC,
        case when end_at > ST_Level3AtUTC then ST_Level3AtUTC end as ST_Level3RaisedUTC
    from instants
)

select
    {{ uuid_of('first_sync', 'cycle_seed') }} as SC_ID,
    {{ uuid_of('first_sync', 'timer_seed') }} as ST_ID,
    {{ uuid_of('first_sync', 'instance_seed') }} as WI_ID,
    _TenantID, SL_Code, 'Ticket' as ST_ObjectType, EJ_ObjectID as ST_ObjectID, ST_CycleNo, ST_IsLatest,
    ST_StartEventID, ST_StopEventID, ST_StartUTC, ST_DueUTC, ST_StopUTC,
    (last_start_without_runs - first_start) // 1000000 as ST_PausedSeconds,
    ST_TargetMinutes, ran as ST_RanMicros, ST_OpenMicros, ST_WarnAtUTC, ST_Level1AtUTC, ST_Level2AtUTC,
    ST_Level3AtUTC,
    case when ST_StopUTC is not null then 'Stopped' when ST_BreachedUTC is not null then 'Breached'
        when ST_WarnedUTC is not null then 'Warned' else 'Running' end as ST_Status,
    case when ST_BreachedUTC is not null then 'Missed'
        when ST_StopUTC is not null and (SL_Code <> 'Work' or is_closed) then 'Met' end as ST_Outcome,
    ST_WarnedUTC, ST_BreachedUTC,
    case when ST_Level3RaisedUTC is not null then 3 when ST_Level2RaisedUTC is not null then 2
        when ST_Level1RaisedUTC is not null then 1 else 0 end as ST_EscalationLevel,
    ST_Level1RaisedUTC, ST_Level2RaisedUTC, ST_Level3RaisedUTC,
    case when ST_StopUTC is null then least(
        case when ST_WarnedUTC is null then ST_WarnAtUTC end, case when ST_BreachedUTC is null then ST_DueUTC end,
        case when ST_Level3RaisedUTC is null then ST_Level3AtUTC end
    ) end as ST_NextUTC
from passed
