-- The least that any of it can cost: the JSON read once, each event given its place in its object by one window, the
-- typed table written.
{{ config(materialized='table') }}

select
    * exclude (parsed),
    parsed[1] as transition_code, parsed[2] as from_state, parsed[3] as to_state, parsed[4] as priority,
    row_number() over (partition by _TenantID, EJ_ObjectID order by EJ_EventTimeUTC, EJ_ID) as position
from (
    select
        * exclude (EJ_Payload),
        json_extract_string(EJ_Payload, ['$.transition.code', '$.transition.fromState', '$.transition.toState',
            '$.object.Priority']) as parsed
    from {{ source('ops', 'event_journal') }}
) as events
