-- Where each ticket stands, and since when.
{{ config(materialized='table') }}

with events as (
    select
        _TenantID, EJ_ObjectID, EJ_EventTimeUTC, EJ_Sequence, EJ_Actor,
        json_extract_string(EJ_Payload, '$.transition.code') as transition_code,
        json_extract_string(EJ_Payload, '$.transition.toState') as to_state
    from {{ source('ops', 'event_journal') }}
    where EJ_ObjectType in ('Ticket', 'TK') and EJ_EventTimeUTC <= timestamp '{{ var("ozmeta_as_of") }}'
    qualify row_number() over (partition by EJ_ID order by _SyncDate) = 1
),

first_events as (
    select _TenantID, EJ_ObjectID, min(EJ_EventTimeUTC) as first_event_at
    from events
    group by all
),

transitions as (
    select
        *,
        row_number() over (partition by _TenantID, EJ_ObjectID order by EJ_EventTimeUTC desc,
            EJ_Sequence desc) as from_last,
        count(*) over (partition by _TenantID, EJ_ObjectID) as version
    from events
    where to_state is not null
)

select
    f._TenantID, f.EJ_ObjectID, f.first_event_at, coalesce(t.to_state, 'New') as state,
    coalesce(t.EJ_EventTimeUTC, f.first_event_at) as since,
    t.transition_code as last_transition, t.EJ_Actor as last_actor, coalesce(t.version, 0) as version,
    coalesce(t.to_state = 'Closed', false) as is_terminal
from first_events as f
left join transitions as t on t._TenantID = f._TenantID and t.EJ_ObjectID = f.EJ_ObjectID and t.from_last = 1
