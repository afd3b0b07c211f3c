-- Every level that was raised, whether somebody acknowledged it, and when its timer stopped. Not of Work: the minute at
-- which a timer that pauses breached takes more than a join.
{{ config(materialized='table') }}

with events as (
    select
        EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC,
        json_extract_string(EJ_Payload, '$.transition.toState') as to_state,
        json_extract_string(EJ_Payload, '$.object.Priority') as priority,
        json_extract_string(EJ_Payload, '$.escalation.slaCode') as sla_code
    from {{ source('ops', 'event_journal') }}
    where EJ_ObjectType in ('Ticket', 'TK') and EJ_EventTimeUTC <= timestamp '{{ var("ozmeta_as_of") }}'
    qualify row_number() over (partition by EJ_ID order by _SyncDate) = 1
),

timers as (
    select s._TenantID, s.EJ_ObjectID, 'Pickup' as sla, s.EJ_EventTimeUTC as started_at,
    min(e.EJ_EventTimeUTC) as stopped_at
    from events as s
    left join events as e
        on e._TenantID = s._TenantID and e.EJ_ObjectID = s.EJ_ObjectID and e.EJ_EventTimeUTC > s.EJ_EventTimeUTC
        and e.to_state = 'InProgress'
    where s.to_state = 'Assigned' and s.priority in ('High', 'Critical')
    group by all
    union all
    select s._TenantID, s.EJ_ObjectID, 'Lifetime', s.EJ_EventTimeUTC, min(e.EJ_EventTimeUTC)
    from events as s
    left join events as e
        on e._TenantID = s._TenantID and e.EJ_ObjectID = s.EJ_ObjectID and e.EJ_EventTimeUTC > s.EJ_EventTimeUTC
        and e.to_state in ('Resolved', 'Closed')
    where s.to_state = 'Assigned'
    group by all
),

levels as (
    select * from (values
        ('Pickup', 1, 1440, 'Critical', null), ('Lifetime', 1, 14400, 'Warning', 'TeamLead'),
        ('Lifetime', 2, 20160, 'Critical', 'ServiceManager'), ('Lifetime', 3, 30240, 'Critical', 'Director')
    ) as l (sla, level, minutes, severity, role)
),

raised as (
    select t.*, l.level, l.severity, l.role, t.started_at + to_minutes(l.minutes) as raised_at
    from timers as t
    inner join levels as l on l.sla = t.sla
    where t.started_at + to_minutes(l.minutes) < coalesce(t.stopped_at, timestamp '{{ var("ozmeta_as_of") }}')
),

acknowledged as (
    select r._TenantID, r.EJ_ObjectID, r.sla, r.level, r.started_at, min(a.EJ_EventTimeUTC) as acknowledged_at
    from raised as r
    inner join events as a
        on a._TenantID = r._TenantID and a.EJ_ObjectID = r.EJ_ObjectID and a.EJ_EventType = 'Escalation.Acknowledged'
        and a.EJ_EventTimeUTC >= r.raised_at and (a.sla_code is null or a.sla_code = r.sla)
    group by all
)

select
    r.*, a.acknowledged_at,
    case when r.stopped_at is not null then 'Closed' when a.acknowledged_at is not null then 'Ack'
        else 'Open' end as status
from raised as r
left join acknowledged as a using (_TenantID, EJ_ObjectID, sla, level, started_at)
