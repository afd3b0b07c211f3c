-- What cannot be counted: rows that lack something, whose payload is no object, or that say something else than the
-- event of their id.
{{ config(materialized='table') }}

with journal as (
    select
        *,
        md5(concat_ws('|', EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_CorrelationID, EJ_CausationID, EJ_SourceSystem,
            EJ_SourceKey, EJ_PayloadHash, EJ_Sequence, EJ_Payload)) as content_hash,
        case
            when EJ_ID is null then 'MissingEventID'
            when EJ_ObjectID is null then 'MissingObjectID'
            when EJ_EventType is null then 'MissingEventType'
            when EJ_EventTimeUTC is null then 'MissingEventTime'
            when _TenantID is null then 'MissingTenant'
            when not json_valid(EJ_Payload) or json_type(EJ_Payload) <> 'OBJECT' then 'MalformedPayload'
        end as refusal
    from {{ source('ops', 'event_journal') }}
    where EJ_ObjectType in ('Ticket', 'TK')
    qualify refusal is not null or count(*) over (partition by EJ_ID) > 1
),

refused as (
    select
        journal.*,
        case when journal.refusal is not null then journal.refusal
            when journal.content_hash <> events.content_hash then 'ConflictingDuplicate' end as QR_Reason
    from journal
    left join {{ ref('alike_timeline') }} as events
        on events._TenantID = journal._TenantID and events.EJ_ObjectID = journal.EJ_ObjectID
        and events.EJ_ID = journal.EJ_ID
)

select
    QR_Reason, count(*) as QR_Rows, _TenantID, 'Ticket' as QR_ObjectType, EJ_ObjectID as QR_ObjectID,
    EJ_ID as QR_EventID, EJ_EventType as QR_EventType, cast(min(EJ_EventTimeUTC) as varchar) as QR_EventTime,
    EJ_SourceSystem as QR_SourceSystem, cast(EJ_Sequence as varchar) as QR_Sequence, EJ_Actor as QR_Actor,
    EJ_Payload as QR_Payload, 'ops.event_journal' as QR_Journal, _SyncDate, content_hash
from refused
where QR_Reason is not null
group by all
