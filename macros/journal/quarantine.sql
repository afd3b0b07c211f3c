{#
Model <binding>_quarantine: the journal rows that stay out of the fold, with the reason (SPEC 4.1, 4.2). Runs after the timeline, and looks
at the journal's same slice: a row is refused as it is, or because the timeline holds its id with other content. Where this run's timeline
replaced an event by an older delivery of other content, the rows of that id are looked at too, wherever in a journal they are: the row that
gave way may lie far behind its own journal's watermark.

Arguments  intake: see journal_slice; timeline: the binding's timeline
#}
{% macro quarantine(binding, intake, timeline) %}
{% if execute %}
{%- set state = ozmeta_runtime.run_state(binding, ozmeta_runtime.intake_text(intake)) -%}
{%- set is_replaced = "TL_Replaced and " ~ ozmeta_runtime.new_since(state) -%}
{%- set first_batch, replaced = run_query("select min(_Batch), sum(case when " ~ is_replaced ~ " then 1 else 0 end) from " ~ timeline).rows[0].values() if state.incremental else (0, 0) -%}
{#- The timeline was built afresh by a full refresh that did not reach this model: read the whole journal too, as that did. -#}
{%- set afresh = state.incremental and (first_batch or state.batch + 1) > state.batch -%}
{%- if afresh -%}{%- do state.update({'journals': {}}) -%}{%- endif -%}
with {{ ozmeta_runtime.admission_ctes(intake, state, "select EJ_ID from " ~ timeline ~ " where " ~ is_replaced if replaced else none) }}

-- most rows are the only one of their id, and what the timeline holds: nothing more is asked of them
repeated as (
    select _ObjectKey, EJ_ID from admission where refusal is null group by _ObjectKey, EJ_ID having count(*) > 1
),

{% if state.incremental %}
known as (
    select _ObjectKey, EJ_ID, _SyncDate, TL_ContentHash from {{ timeline }} where _Key in (select {{ ozmeta_runtime.md5_hex("_ObjectKey || EJ_ID") }} from admission)
),
{% else %}
known as (
    select timeline._ObjectKey, timeline.EJ_ID, timeline._SyncDate, timeline.TL_ContentHash
    from {{ timeline }} as timeline
    inner join repeated on repeated._ObjectKey = timeline._ObjectKey and repeated.EJ_ID = timeline.EJ_ID
),
{% endif %}

suspects as (
    select admission.*, known.TL_ContentHash as known_content
    from admission
    left join known on known._ObjectKey = admission._ObjectKey and known.EJ_ID = admission.EJ_ID and admission.refusal is null
    left join repeated on repeated._ObjectKey = admission._ObjectKey and repeated.EJ_ID = admission.EJ_ID and admission.refusal is null
    where admission.refusal is not null or repeated.EJ_ID is not null or known._SyncDate <> admission._SyncDate
),

judged as (
    select *,
        case when refusal is not null then refusal
             when known_content is null then null
             when known_content <> {{ ozmeta_runtime.content_hash() }} then 'ConflictingDuplicate' end as reason
    from suspects
),

refused as (
    select
        {{ ozmeta_runtime.hashed_key(['TL_Journal', 'TL_ContentHash', ozmeta_runtime.instant_text('sync_date')]) }} as _Key,
        min(reason) as QR_Reason,
        count(*) as QR_Rows,
        min(_TenantID) as _TenantID,
        {{ ozmeta_runtime.literal(intake.object_type) }} as QR_ObjectType,
        min(EJ_ObjectID) as QR_ObjectID,
        min(EJ_ID) as QR_EventID,
        min(EJ_EventType) as QR_EventType,
        min(raw_event_time) as QR_EventTime,
        min(EJ_SourceSystem) as QR_SourceSystem,
        min(raw_sequence) as QR_Sequence,
        min(EJ_Actor) as QR_Actor,
        min(payload) as QR_Payload,
        min(TL_Journal) as QR_Journal,
        min(sync_date) as _SyncDate,
        TL_ContentHash as QR_ContentHash
    from (select *, {{ ozmeta_runtime.content_hash() }} as TL_ContentHash from judged where reason is not null) as judged
    group by TL_Journal, TL_ContentHash, sync_date
)

select refused.*, {{ ozmeta_runtime.audit_columns(state) }} from refused
{%- if state.incremental %}
-- a row that stands here already is only read again within the lookback, and not written again
where not exists (
    select 1 from {{ this }} as standing
    where standing._Key = refused._Key and standing.QR_Reason = refused.QR_Reason and standing.QR_Rows = refused.QR_Rows
      and standing._DeleteDate is null and standing._DefinitionHash = '{{ state.hash }}'
)
union all
-- refused once as a duplicate, and since then found to be what the timeline holds
select
    _Key, QR_Reason, QR_Rows, _TenantID, QR_ObjectType, QR_ObjectID, QR_EventID, QR_EventType, QR_EventTime, QR_SourceSystem, QR_Sequence, QR_Actor, QR_Payload,
    QR_Journal, _SyncDate, QR_ContentHash, {{ ozmeta_runtime.audit_columns(state, ozmeta_runtime.instant(state.as_of)) }}
from {{ this }}
where _DeleteDate is null
{%- if afresh %} and _Key not in (select _Key from refused)
{%- else %} and QR_Reason = 'ConflictingDuplicate' and QR_ContentHash in (select TL_ContentHash from {{ timeline }} where _Batch > {{ state.batch }})
{%- endif %}
{%- endif %}
{% endif %}
{% endmacro %}
