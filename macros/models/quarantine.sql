{#
Model <binding>_quarantine: the journal rows that stay out of the fold, with the reason (spec 4.1, 4.2).
One row per different row of a journal; QR_Rows counts equal ones.

The model runs after the timeline and reads the same slice of the journals. A row is quarantined for its own faults, or
because the timeline has its id with other content. If this run's timeline replaced an event by an older delivery with
other content, the model also reads all journal rows of that id, because the replaced row may be far behind the
watermark of its journal.

A full fold reads the whole journals, but judges only rows whose id they have more than once or the timeline lacks.

Main CTEs
  journal_rows  the rows to judge, each with its own fault, if it has one (admitted_events_cte)
  known         the events of the timeline that these rows may duplicate
  judged        the rows with the reason to quarantine them, or null
  quarantined   one row per different row

Arguments
  binding         string: the binding's name
  journal_config  dict: see journal_slice
  timeline        relation: the binding's timeline
Errors            see run_state and journal_columns
#}
{% macro quarantine(binding, journal_config, timeline) %}
{%- do ozmeta_runtime.check_arguments('quarantine', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'timeline': timeline}) -%}
{% if execute %}
{%- set journal_config = ozmeta_runtime.with_journal_columns(journal_config) -%}
{%- set definition = ozmeta_runtime.journal_config_text(journal_config) -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, [timeline],
    journals=ozmeta_runtime.journal_relations(journal_config)) -%}
{%- if state.limited and state.incremental -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{#- A full fold reads the journals from the beginning, as the timeline did. -#}
{%- if state.full_fold -%}{%- do state.update({'journals': {}}) -%}{%- endif -%}
{%- set messages = journal_config.get('deduplicate_on') -%}
{%- set is_replaced = ozmeta_runtime.is_true('TL_Replaced') ~ " and "
    ~ ozmeta_runtime.changed_rows(state, timeline) -%}
{%- set has_replaced = not state.full_fold and timeline not in state.unchanged_sources
    and run_query("select " ~ ozmeta_runtime.row_exists(timeline, is_replaced)).rows[0][0] | int -%}
{%- set replaced_ids = "select EJ_ID from " ~ timeline ~ " where " ~ is_replaced if has_replaced else none -%}
{%- set replaced_messages = "select TL_MessageKey from " ~ timeline ~ " where TL_MessageKey is not null and "
    ~ is_replaced if has_replaced and messages else none -%}
{%- if state.incremental and not state.full_fold and not has_replaced and ozmeta_runtime.prunes_by_bucket() -%}
  {%- set arrivals = ozmeta_runtime.arrival_buckets(binding, journal_config, state, timeline) -%}
  {%- do state.update({'buckets': ozmeta_runtime.named_buckets(arrivals)}) -%}
{%- endif -%}
{%- set content = ozmeta_runtime.admitted_hash(journal_config) -%}
{%- set row_content = ozmeta_runtime.row_key(['_TenantID', 'EJ_ObjectID', 'EJ_ID', content]) -%}
with
{{ ozmeta_runtime.repeated_events_cte(journal_config, state, or_ids=replaced_ids, or_keys=replaced_messages) }}
{% if state.full_fold -%}
-- journals only grow, so an id that they have once and the timeline has too is that of the same row
admitted_once as (
    select timeline.EJ_ID
    from {{ timeline }} as timeline
    where not exists (select 1 from repeated where repeated.EJ_ID = timeline.EJ_ID)
),
{% endif -%}
{{ ozmeta_runtime.admitted_events_cte('journal_rows', journal_config, state, or_ids=replaced_ids,
    or_keys=replaced_messages, but_ids='admitted_once' if state.full_fold else none) }}

known as (
    select
        timeline._ObjectKey, timeline.EJ_ID, timeline._SyncDate, timeline.TL_ContentHash
        {{- ", timeline.TL_MessageKey" if messages }}
    from {{ timeline }} as timeline
    {%- if messages and not state.full_fold %}
    where timeline._ObjectKey in (select _ObjectKey from journal_rows)
    {%- else %}
    where timeline.EJ_ID in (select EJ_ID from {{ "repeated" if state.full_fold else "journal_rows" }})
    {%- endif %}
    {{- ozmeta_runtime.in_scope(state, 'timeline') }}
),

{#- A row whose message is in the timeline is compared with that message, whatever its id; otherwise its id decides. #}
{%- set known_content = "coalesce(same_message.TL_ContentHash, known.TL_ContentHash)" if messages
    else "known.TL_ContentHash" %}

suspects as (
    select journal_rows.*, {{ known_content }} as known_content
    from journal_rows
    left join known
        on known._ObjectKey = journal_rows._ObjectKey and known.EJ_ID = journal_rows.EJ_ID
        and journal_rows.refusal is null
    {%- if messages %}
    left join known as same_message
        on same_message._ObjectKey = journal_rows._ObjectKey
        and same_message.TL_MessageKey = journal_rows.TL_MessageKey
        and journal_rows.refusal is null
    {%- endif %}
    where journal_rows.refusal is not null or known.EJ_ID is not null
    {{- " or same_message.EJ_ID is not null" if messages }}
),

judged as (
    select
        *,
        case when refusal is not null then refusal
             when known_content is null or known_content = 'Erased' then null
             when known_content <> {{ content }} then 'ConflictingDuplicate' end as reason
    from suspects
),

quarantined as (
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
        -- of a purged object, only what tells the row apart (spec 8.6)
        min(case when reason <> 'Purged' then EJ_Actor end) as QR_Actor,
        {%- if journal_config.get('protected') %}
        -- a payload has protected fields as they are
        cast(null as {{ ozmeta_runtime.type_text() }}) as QR_Payload,
        {%- else %}
        min(case when reason <> 'Purged' then payload end) as QR_Payload,
        {%- endif %}
        min(TL_Journal) as QR_Journal,
        min(sync_date) as _SyncDate,
        min(TL_ContentHash) as QR_ContentHash,
        min(_ObjectKey) as _ObjectKey
    from (
        select *, {{ content }} as TL_ContentHash, {{ ozmeta_runtime.md5_hex(row_content) }} as row_hash
        from judged
        where reason is not null
    ) as judged
    group by TL_Journal, row_hash, sync_date
)

select quarantined.*, {{ ozmeta_runtime.audit_columns(state) }} from quarantined
{%- if state.incremental %}
-- within the lookback, rows are read again: do not write equal rows again
where not exists (
    select 1 from {{ this }} as existing
    where existing._Key = quarantined._Key and existing.QR_Reason = quarantined.QR_Reason
      and existing.QR_Rows = quarantined.QR_Rows
      and existing._DeleteDate is null and existing._DefinitionHash = '{{ state.hash }}'
      {%- if model.unique_id in state.left %}
      and not {{ ozmeta_runtime.unsettled_rows(state, 'existing') }}
      {%- endif %}
)
union all
{%- set same_id = "timeline.EJ_ID = existing.QR_EventID" %}
{%- set same_id_or_message = "(" ~ same_id ~ " or timeline.TL_MessageKey is not null)" %}
-- earlier conflicting duplicates whose content the timeline has now
select
    _Key, QR_Reason, QR_Rows, _TenantID, QR_ObjectType, QR_ObjectID, QR_EventID, QR_EventType, QR_EventTime,
    QR_SourceSystem, QR_Sequence, QR_Actor, QR_Payload, QR_Journal, _SyncDate, QR_ContentHash, _ObjectKey,
    {{ ozmeta_runtime.audit_columns(state, ozmeta_runtime.timestamp_literal(state.as_of)) }}
from {{ this }} as existing
where {{ ozmeta_runtime.was_live(state) }}
{%- if state.full_fold %} and _Key not in (select _Key from quarantined)
{%- else %} and QR_Reason = 'ConflictingDuplicate' and exists (
    select 1 from {{ timeline }} as timeline
    where timeline._ObjectKey = existing._ObjectKey and {{ same_id_or_message if messages else same_id }}
      and timeline.TL_ContentHash = existing.QR_ContentHash and {{ ozmeta_runtime.unsettled_rows(state, 'timeline') }}
)
{%- endif %}
{%- endif %}
{% endif %}
{% endmacro %}
