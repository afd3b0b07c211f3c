-- How long each ticket was in each state.
{{ config(materialized='table') }}

with transitions as (
    select
        EJ_ID, _TenantID, EJ_ObjectID, EJ_EventTimeUTC,
        json_extract_string(EJ_Payload, '$.transition.fromState') as from_state,
        json_extract_string(EJ_Payload, '$.transition.toState') as to_state
    from {{ source('ops', 'event_journal') }}
    where EJ_ObjectType in ('Ticket', 'TK') and EJ_EventTimeUTC <= timestamp '{{ var("ozmeta_as_of") }}'
        and json_extract_string(EJ_Payload, '$.transition.toState') is not null
    qualify row_number() over (partition by EJ_ID order by _SyncDate) = 1
),

stays as (
    select s._TenantID, s.EJ_ObjectID, s.to_state as state, s.EJ_EventTimeUTC as entered_at, min(e.EJ_EventTimeUTC) as left_at
    from transitions as s
    left join transitions as e
        on e._TenantID = s._TenantID and e.EJ_ObjectID = s.EJ_ObjectID and e.EJ_EventTimeUTC > s.EJ_EventTimeUTC
    group by all
)

select
    _TenantID, EJ_ObjectID, state, count(*) as times,
    sum(date_diff('second', entered_at, coalesce(left_at, timestamp '{{ var("ozmeta_as_of") }}'))) / 60.0 as minutes
from stays
group by all
