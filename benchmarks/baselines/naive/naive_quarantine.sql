-- What can't be counted: rows that lack something, or whose payload is no object.
{{ config(materialized='table') }}

select
    EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Payload, _SyncDate,
    case
        when EJ_ID is null then 'MissingEventID'
        when EJ_ObjectID is null then 'MissingObjectID'
        when EJ_EventType is null then 'MissingEventType'
        when EJ_EventTimeUTC is null then 'MissingEventTime'
        when _TenantID is null then 'MissingTenant'
        else 'MalformedPayload'
    end as reason
from {{ source('ops', 'event_journal') }}
where EJ_ObjectType in ('Ticket', 'TK')
    and (EJ_ID is null or EJ_ObjectID is null or EJ_EventType is null or EJ_EventTimeUTC is null or _TenantID is null
        or not json_valid(EJ_Payload) or json_type(EJ_Payload) <> 'OBJECT')
