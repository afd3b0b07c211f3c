-- Every event once, with the state its ticket was in after it; the last row of a ticket is its current state.
{{ config(materialized='table') }}

with events as (
    select
        EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Sequence, EJ_Actor, EJ_SourceSystem,
        EJ_CorrelationID, _SyncDate,
        json_extract_string(EJ_Payload, '$.transition.code') as transition_code,
        json_extract_string(EJ_Payload, '$.transition.fromState') as from_state,
        json_extract_string(EJ_Payload, '$.transition.toState') as to_state,
        json_extract_string(EJ_Payload, '$.object.Priority') as priority
    from {{ source('ops', 'event_journal') }}
    where EJ_ObjectType in ('Ticket', 'TK') and EJ_EventTimeUTC <= timestamp '{{ var("ozmeta_as_of") }}'
    qualify row_number() over (partition by EJ_ID order by _SyncDate) = 1
)

select
    *,
    row_number() over (partition by _TenantID, EJ_ObjectID order by EJ_EventTimeUTC, EJ_Sequence) as position,
    coalesce(last_value(to_state ignore nulls) over (partition by _TenantID, EJ_ObjectID order by EJ_EventTimeUTC,
        EJ_Sequence
        rows between unbounded preceding and current row), 'New') as state_after,
    row_number() over (partition by _TenantID, EJ_ObjectID order by EJ_EventTimeUTC desc,
        EJ_Sequence desc) = 1 as is_latest
from events
