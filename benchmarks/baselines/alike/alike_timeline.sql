-- Every event once, at the position at which it counts, with the state after it, what is wrong with it, and a hash by
-- which a second delivery is compared with it.
{{ config(materialized='table') }}

with journal as (
    select
        *,
        md5(concat_ws('|', EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_CorrelationID, EJ_CausationID, EJ_SourceSystem,
            EJ_SourceKey, EJ_PayloadHash, EJ_Sequence, EJ_Payload)) as content_hash
    from {{ source('ops', 'event_journal') }}
    where EJ_ObjectType in ('Ticket', 'TK') and EJ_EventTimeUTC <= timestamp '{{ var("ozmeta_as_of") }}'
        and EJ_ID is not null and _TenantID is not null and EJ_ObjectID is not null and EJ_EventType is not null
        and json_valid(EJ_Payload) and json_type(EJ_Payload) = 'OBJECT'
),

events as (
    select
        * exclude (EJ_Payload),
        json_extract_string(EJ_Payload, ['$.transition.code', '$.transition.fromState', '$.transition.toState',
            '$.transition.rowVersion', '$.escalation.signalType', '$.escalation.slaCode', '$.escalation.level',
            '$.object.Priority']) as parsed
    from journal
    qualify row_number() over (partition by _TenantID, EJ_ObjectID, EJ_ID order by _SyncDate, content_hash) = 1
),

-- within a stream, a clock that went back does not take an event back
streams as (
    select
        * exclude (parsed),
        parsed[1] as PL_Code, parsed[2] as PL_FromState, parsed[3] as PL_ToState,
        try_cast(parsed[4] as bigint) as PL_RowVersion, parsed[5] as PL_EscalationSignalType,
        parsed[6] as PL_EscalationSlaCode, parsed[7] as PL_EscalationLevel, parsed[8] as priority,
        case when EJ_Sequence is null then EJ_EventTimeUTC else max(EJ_EventTimeUTC) over (
            partition by _TenantID, EJ_ObjectID, EJ_SourceSystem, EJ_Sequence is null
            order by EJ_Sequence, EJ_EventTimeUTC, EJ_ID
        ) end as TL_EffectiveUTC
    from events
),

transitions as (
    select * from (values
        ('Assign', 'New', 'Assigned'), ('Start', 'Assigned', 'InProgress'), ('Pause', 'InProgress', 'Waiting'),
        ('Resume', 'Waiting', 'InProgress'), ('Resolve', 'InProgress', 'Resolved'),
        ('Reopen', 'Resolved', 'InProgress'), ('Close', 'Resolved', 'Closed')
    ) as t (code, from_state, to_state)
),

positions as (
    select
        streams.*, transitions.code, transitions.from_state, transitions.to_state,
        row_number() over in_order as TL_Position,
        coalesce(last_value(transitions.to_state ignore nulls) over (
            in_order rows between unbounded preceding and 1 preceding
        ), 'New') as state_before
    from streams
    left join transitions on transitions.code = streams.PL_Code
    window in_order as (
        partition by _TenantID, EJ_ObjectID
        order by TL_EffectiveUTC, EJ_Sequence nulls first, EJ_SourceSystem, EJ_EventTimeUTC, EJ_ID
    )
),

moves as (
    select
        *,
        coalesce(to_state is not null and (from_state = state_before or to_state <> state_before), false)
            as TL_IsApplied,
        sum(cast(TL_IsApplied as int)) over (
            partition by _TenantID, EJ_ObjectID order by TL_Position rows unbounded preceding
        ) as TL_RowVersion
    from positions
)

select
    EJ_ID, _TenantID, 'Ticket' as EJ_ObjectType, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_SourceSystem,
    EJ_Sequence, EJ_CorrelationID, _SyncDate, TL_EffectiveUTC, TL_Position, TL_IsApplied,
    case when TL_IsApplied then code end as TL_TransitionCode,
    case when TL_IsApplied then state_before end as TL_FromState,
    case when TL_IsApplied then to_state end as TL_ToState,
    case when TL_IsApplied then to_state else state_before end as TL_State,
    cast(TL_RowVersion as bigint) as TL_RowVersion,
    case
        when PL_Code is not null and code is null then 'UnknownTransition'
        when TL_IsApplied and from_state <> state_before then 'IllegalTransition'
        when TL_IsApplied and PL_RowVersion <> TL_RowVersion - 1 then 'VersionConflict'
        when TL_EffectiveUTC <> EJ_EventTimeUTC then 'ClockSkew'
    end as TL_Anomaly,
    'ops.event_journal' as TL_Journal, content_hash,
    PL_Code, PL_FromState, PL_ToState, PL_RowVersion, PL_EscalationSignalType, PL_EscalationSlaCode,
    PL_EscalationLevel, priority
from moves
