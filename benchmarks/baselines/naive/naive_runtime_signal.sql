-- Every signal: a timer was warned, it breached, a level was raised. Not of Work, as in the queue.
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
        ('Pickup', 'SLA.Breached', 1440, 'Critical'), ('Pickup', 'Escalation.Raised', 1440, 'Critical'),
        ('Lifetime', 'SLA.Warned', 14400, 'Warning'), ('Lifetime', 'SLA.Breached', 20160, 'Critical'),
        ('Lifetime', 'Escalation.Raised', 14400, 'Warning'),
        ('Lifetime', 'Escalation.Raised', 20160, 'Critical'), ('Lifetime', 'Escalation.Raised', 30240, 'Critical')
    ) as l (sla, signal, minutes, severity)
)

select t._TenantID, t.EJ_ObjectID, t.sla, l.signal, l.severity, t.started_at + to_minutes(l.minutes) as raised_at
from timers as t
inner join levels as l on l.sla = t.sla
where t.started_at + to_minutes(l.minutes) < coalesce(t.stopped_at, timestamp '{{ var("ozmeta_as_of") }}')
