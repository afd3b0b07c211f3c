-- Each ticket's latest run of each SLA: its start, the first stop after it, and whether its minutes passed.
{{ config(materialized='table') }}

with events as (
    select
        EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC,
        json_extract_string(EJ_Payload, '$.transition.toState') as to_state,
        json_extract_string(EJ_Payload, '$.object.Priority') as priority
    from {{ source('ops', 'event_journal') }}
    where EJ_ObjectType in ('Ticket', 'TK') and EJ_EventTimeUTC <= timestamp '{{ var("ozmeta_as_of") }}'
    qualify row_number() over (partition by EJ_ID order by _SyncDate) = 1
),

pickup as (
    select s._TenantID, s.EJ_ObjectID, 'Pickup' as sla, s.EJ_EventTimeUTC as started_at,
    min(e.EJ_EventTimeUTC) as stopped_at
    from events as s
    left join events as e
        on e._TenantID = s._TenantID and e.EJ_ObjectID = s.EJ_ObjectID and e.EJ_EventTimeUTC > s.EJ_EventTimeUTC
        and e.to_state = 'InProgress'
    where s.to_state = 'Assigned' and s.priority in ('High', 'Critical')
    group by all
),

lifetime as (
    select s._TenantID, s.EJ_ObjectID, 'Lifetime' as sla, s.EJ_EventTimeUTC as started_at,
    min(e.EJ_EventTimeUTC) as stopped_at
    from events as s
    left join events as e
        on e._TenantID = s._TenantID and e.EJ_ObjectID = s.EJ_ObjectID and e.EJ_EventTimeUTC > s.EJ_EventTimeUTC
        and e.to_state in ('Resolved', 'Closed')
    where s.to_state in ('Assigned')
    group by all
),

work_spans as (
    select s._TenantID, s.EJ_ObjectID, s.EJ_EventTimeUTC as started_at, min(e.EJ_EventTimeUTC) as stopped_at
    from events as s
    left join events as e
        on e._TenantID = s._TenantID and e.EJ_ObjectID = s.EJ_ObjectID and e.EJ_EventTimeUTC > s.EJ_EventTimeUTC
        and e.to_state in ('Waiting', 'Resolved')
    where s.to_state = 'InProgress'
    group by all
),

timers as (
    select *, date_diff('microsecond', started_at,
        coalesce(stopped_at, timestamp '{{ var("ozmeta_as_of") }}')) / 60e6 as ran_minutes from pickup
    union all
    select *, date_diff('microsecond', started_at, coalesce(stopped_at, timestamp '{{ var("ozmeta_as_of") }}')) / 60e6
        from lifetime
    union all
    select
        _TenantID, EJ_ObjectID, 'Work', min(started_at), case when count(stopped_at) = count(*)
            then max(stopped_at) end,
        sum(date_diff('microsecond', started_at, coalesce(stopped_at, timestamp '{{ var("ozmeta_as_of") }}')) / 60e6)
    from work_spans
    group by all
)

select
    *,
    case sla when 'Pickup' then 1440 when 'Lifetime' then 20160 else 7200 end as target_minutes,
    case when sla = 'Lifetime' and ran_minutes >= 14400 then started_at + interval 14400 minute end as warned_at,
    ran_minutes > case sla when 'Pickup' then 1440 when 'Lifetime' then 20160 else 7200 end as is_breached,
    case when stopped_at is not null then 'Stopped' when ran_minutes > target_minutes then 'Breached'
        when warned_at is not null then 'Warned' else 'Running' end as status
from timers
qualify row_number() over (partition by _TenantID, EJ_ObjectID, sla order by started_at desc) = 1
