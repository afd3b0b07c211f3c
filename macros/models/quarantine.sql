{#
Model <binding>_quarantine: the journal rows that stay out of the fold, with the reason (SPEC 4.1, 4.2). Runs after the timeline, and looks
at the journal's same slice: a row is refused as it is, or because the timeline holds its id with other content. Where this run's timeline
replaced an event by an older delivery of other content, the rows of that id are looked at too, wherever in a journal they are: the row that
gave way may lie far behind its own journal's watermark.

Arguments  journal_config: see journal_slice; timeline: the binding's timeline
#}
{% macro quarantine(binding, journal_config, timeline) %}
{% if execute %}
{%- set state = ozmeta_runtime.run_state(binding, ozmeta_runtime.journal_config_text(journal_config), [timeline], journals=ozmeta_runtime.journal_relations(journal_config)) -%}
{%- if state.limited and state.incremental -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{#- Where it is judged afresh, the whole journal is read again, as the timeline did. -#}
{%- if state.full_fold -%}{%- do state.update({'journals': {}}) -%}{%- endif -%}
{%- set is_replaced = ozmeta_runtime.is_true('TL_Replaced') ~ " and " ~ ozmeta_runtime.changed_rows(state, timeline) -%}
{%- set looks = not state.full_fold and timeline not in state.unchanged_sources and run_query("select " ~ ozmeta_runtime.row_exists(timeline, is_replaced)).rows[0][0] | int -%}
{%- set replaced = "select EJ_ID from " ~ timeline ~ " where " ~ is_replaced if looks else none -%}
{%- set messages = journal_config.get('deduplicate_on') -%}
{%- set replaced_messages = "select TL_MessageKey from " ~ timeline ~ " where TL_MessageKey is not null and " ~ is_replaced if looks and messages else none -%}
with
{{ ozmeta_runtime.repeated_events_cte(journal_config, state, or_ids=replaced, or_keys=replaced_messages) }}
{{ ozmeta_runtime.admitted_events_cte('admission', journal_config, state, or_ids=replaced, or_keys=replaced_messages) }}

-- the only row of its id, admitted, is what the timeline holds, unless an earlier run read that id already
known as (
    select held._ObjectKey, held.EJ_ID, held._SyncDate, held.TL_ContentHash{{ ", held.TL_MessageKey" if messages }}
    from {{ timeline }} as held
    {%- if messages and not state.full_fold %}
    where held._ObjectKey in (select _ObjectKey from admission)
    {%- else %}
    where held.EJ_ID in (select EJ_ID from {{ "repeated" if state.full_fold else "admission" }})
    {%- endif %}
),

suspects as (
    {#- a message that the timeline holds is judged by it, under whatever id; else the event of that id decides #}
    select admission.*, {{ "coalesce(same.TL_ContentHash, known.TL_ContentHash)" if messages else "known.TL_ContentHash" }} as known_content
    from admission
    left join known on known._ObjectKey = admission._ObjectKey and known.EJ_ID = admission.EJ_ID and admission.refusal is null
    {%- if messages %}
    left join known as same on same._ObjectKey = admission._ObjectKey and same.TL_MessageKey = admission.TL_MessageKey and admission.refusal is null
    {%- endif %}
    where admission.refusal is not null or known.EJ_ID is not null{{ " or same.EJ_ID is not null" if messages }}
),

judged as (
    select *,
        case when refusal is not null then refusal
             when known_content is null then null
             when known_content <> {{ ozmeta_runtime.content_hash(journal_config) }} then 'ConflictingDuplicate' end as reason
    from suspects
),

refused as (
    select
        {{ ozmeta_runtime.row_key(['TL_Journal', 'row_hash', ozmeta_runtime.timestamp_text('sync_date')]) }} as _Key,
        min(reason) as QR_Reason,
        count(*) as QR_Rows,
        min(_TenantID) as _TenantID,
        {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as QR_ObjectType,
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
        min(TL_ContentHash) as QR_ContentHash,
        min(_ObjectKey) as _ObjectKey
    from (
        select *, {{ ozmeta_runtime.content_hash(journal_config) }} as TL_ContentHash, {{ ozmeta_runtime.md5_hex(ozmeta_runtime.row_key(['_TenantID', 'EJ_ObjectID', 'EJ_ID', ozmeta_runtime.content_hash(journal_config)])) }} as row_hash
        from judged
        where reason is not null
    ) as judged
    group by TL_Journal, row_hash, sync_date
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
    QR_Journal, _SyncDate, QR_ContentHash, _ObjectKey, {{ ozmeta_runtime.audit_columns(state, ozmeta_runtime.timestamp_literal(state.as_of)) }}
from {{ this }} as standing
where _DeleteDate is null
{%- if state.full_fold %} and _Key not in (select _Key from refused)
{%- else %} and QR_Reason = 'ConflictingDuplicate' and exists (
    select 1 from {{ timeline }} as held
    where held._ObjectKey = standing._ObjectKey and {{ "(held.EJ_ID = standing.QR_EventID or held.TL_MessageKey is not null)" if messages else "held.EJ_ID = standing.QR_EventID" }} and held.TL_ContentHash = standing.QR_ContentHash and held._Batch > {{ state.batch }}
)
{%- endif %}
{%- endif %}
{% endif %}
{% endmacro %}
