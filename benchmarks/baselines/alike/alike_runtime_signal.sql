-- Every signal: a timer was warned, it breached, a level was raised.
{{ config(materialized='table') }}

with signals as (
    select
        'SLA.Warned' as RS_SignalCode, 'Warning' as RS_Severity, _TenantID, ST_ObjectID as RS_ObjectID,
        'sla_cycle' as RS_Subject, SC_ID as subject_id, ST_StartEventID as RS_CausingEventID,
        ST_WarnedUTC as RS_ScheduledUTC, SL_Code, null as RS_Level
    from {{ ref('alike_sla_cycle') }}
    where ST_WarnedUTC is not null
    union all
    select
        'SLA.Breached', 'Critical', _TenantID, ST_ObjectID, 'sla_cycle', SC_ID, ST_StartEventID, ST_BreachedUTC,
        SL_Code, null
    from {{ ref('alike_sla_cycle') }}
    where ST_BreachedUTC is not null
    union all
    select
        'Escalation.Raised', EQ_Severity, _TenantID, EQ_ObjectID, 'escalation_queue', EQ_ID, null, EQ_CreatedUTC,
        SL_Code, EQ_Level
    from {{ ref('alike_escalation_queue') }}
)

select
    *, 1 as RS_Number, 'Raised' as RS_Kind, timestamp '{{ var("ozmeta_as_of") }}' as RS_NoticedUTC,
    'Ticket' as RS_ObjectType
from signals
