-- Every level that was raised, who has it, whether somebody acknowledged it, and when it was closed.
{{ config(materialized='table') }}

with levels as (
    select * from (values
        ('Pickup', 1, 'SLA.Breached', 'Critical', null), ('Work', 1, 'SLA.Breached', 'Critical', null),
        ('Lifetime', 1, 'SLA.Warned', 'Warning', 'TeamLead'),
        ('Lifetime', 2, 'SLA.Breached', 'Critical', 'ServiceManager'),
        ('Lifetime', 3, 'SLA.Breached', 'Critical', 'Director')
    ) as l (SL_Code, EQ_Level, EQ_SignalCode, EQ_Severity, EQ_AssignedToRole)
),

raised as (
    select
        cycles.*, levels.* exclude (SL_Code),
        case EQ_Level when 1 then ST_Level1RaisedUTC when 2 then ST_Level2RaisedUTC else ST_Level3RaisedUTC end
            as EQ_CreatedUTC
    from {{ ref('alike_sla_cycle') }} as cycles
    inner join levels on levels.SL_Code = cycles.SL_Code and levels.EQ_Level <= cycles.ST_EscalationLevel
),

answers as (
    select
        SC_ID, EQ_Level,
        min(TL_EffectiveUTC) filter (where EJ_EventType = 'Escalation.Acknowledged') as acknowledged_at,
        min(TL_EffectiveUTC) filter (where EJ_EventType = 'Escalation.Closed') as closed_at
    from raised
    inner join {{ ref('alike_timeline') }} as events
        on events._TenantID = raised._TenantID and events.EJ_ObjectID = raised.ST_ObjectID
        and events.EJ_EventType in ('Escalation.Acknowledged', 'Escalation.Closed')
        and events.TL_EffectiveUTC >= raised.EQ_CreatedUTC
        and (raised.ST_StopUTC is null or events.TL_EffectiveUTC < raised.ST_StopUTC)
        and coalesce(events.PL_EscalationSignalType, EQ_SignalCode) = EQ_SignalCode
        and coalesce(events.PL_EscalationSlaCode, SL_Code) = SL_Code
        and coalesce(events.PL_EscalationLevel, cast(EQ_Level as varchar)) = cast(EQ_Level as varchar)
    group by all
),

seeded as (
    select
        raised.*, acknowledged_at, least(ST_StopUTC, closed_at) as EQ_ClosedUTC,
        md5(concat_ws('|', 'EQ', _TenantID, 'Ticket', ST_ObjectID, SL_Code, ST_StartEventID, EQ_SignalCode, EQ_Level))
            as seed
    from raised
    left join answers using (SC_ID, EQ_Level)
)

select
    substr(ST_ID, 1, 15) || substr(seed, 1, 3) || '-'
    || substr('89ab', 1 + cast('0x' || substr(seed, 4, 1) as int) % 4, 1)
    || substr(seed, 5, 3) || '-' || substr(seed, 8, 12) as EQ_ID,
    _TenantID, ST_ObjectType as EQ_ObjectType, ST_ObjectID as EQ_ObjectID, EQ_SignalCode, EQ_Severity,
    EQ_AssignedToRole,
    case when EQ_ClosedUTC is not null then 'Closed' when acknowledged_at is not null then 'Ack' else 'Open' end
        as EQ_Status,
    EQ_CreatedUTC, EQ_ClosedUTC, ST_ID, SL_Code, ST_CycleNo, EQ_Level, SC_ID
from seeded
