{#
Model <binding>_journal: the journal as it was read, and the signals and EmitEvent actions as additional journal rows
(spec 6c.2). One row per journal row, per row of the signal log, and per emitted event.

Rows are only added. MJ_RowHash is the hash of what a row contained when it was read, so `ozmeta-dbt verify` finds rows
that were changed or removed later, here or in the journal.

CTEs
  delivered      journal rows of the new slice, without those of purged objects
  signal_rows    new rows of the signal log
  emitted        the EmitEvent actions of applied transitions; they stay, even if a late event undoes the transition
  mirrored       all of these as journal rows
  distinct_rows  the rows numbered per key, so that each key is written once

Arguments
  binding         string: the binding's name
  journal_config  dict: see journal_slice
  emits           [{transition: see applied_transition, event: event type, payload: JSON text}]
  timeline        relation: the binding's timeline
  signals         relation: the binding's runtime_signal, or none
Errors            see run_state and journal_columns
#}
{% macro journal_mirror(binding, journal_config, emits, timeline, signals=none) %}
{%- do ozmeta_runtime.check_arguments('journal_mirror', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'emits': emits, 'timeline': timeline,
    'signals': signals}) -%}
{% if execute %}
{%- set journal_config = ozmeta_runtime.with_journal_columns(journal_config) -%}
{%- set definition = [ozmeta_runtime.journal_config_text(journal_config), emits] -%}
{%- set state = ozmeta_runtime.run_state(binding, definition,
    journals=ozmeta_runtime.journal_relations(journal_config)) -%}
{%- if state.limited and state.incremental -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{#- Runs that left this model out moved the watermarks past it, so a full fold reads the journals from the start. -#}
{%- if state.full_fold -%}{%- do state.update({'journals': {}}) -%}{%- endif -%}
{%- set as_of = ozmeta_runtime.timestamp_literal(state.as_of) -%}
{%- set text, bigint, ts = ozmeta_runtime.type_text(), dbt.type_bigint(), ozmeta_runtime.type_timestamp() -%}
{%- set object_type = ozmeta_runtime.text_literal(journal_config.object_type) -%}
{%- set columns = ['EJ_ID', '_TenantID', 'EJ_EventType', 'EJ_EventTimeUTC', 'EJ_Actor', 'EJ_ObjectType', 'EJ_ObjectID',
    'EJ_CorrelationID', 'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_Payload', 'EJ_PayloadHash',
    'EJ_Sequence', '_SyncDate', 'MJ_Journal', 'MJ_RowHash'] -%}
{%- set hashed_columns = ['EJ_ID', '_TenantID', 'EJ_EventType', 'raw_event_time', 'EJ_Actor', 'EJ_ObjectID',
    'EJ_CorrelationID', 'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_PayloadHash', 'raw_sequence',
    'EJ_Payload'] -%}
{%- set has_rows = state.incremental or ozmeta_runtime.has_columns(this, columns + ['_Key']) -%}

{#- A signal's payload is {"signal": {kind, severity, slaCode, subject, notes, level, number}}. -#}
{%- set plus = ozmeta_runtime.concat_operator() -%}
{%- set text_parts = {'kind': 'RS_Kind', 'severity': 'RS_Severity', 'slaCode': 'SL_Code', 'subject': 'RS_Subject',
    'notes': 'RS_Notes'} -%}
{%- set parts = [] -%}
{%- for name, column in text_parts.items() -%}
  {%- set start = '{\"signal\":{' if loop.first else ',' -%}
  {%- do parts.append("'" ~ start ~ '"' ~ name ~ '":' ~ "' " ~ plus ~ " " ~ ozmeta_runtime.json_text(column)) -%}
{%- endfor -%}
{%- do parts.append("',\"level\":' " ~ plus ~ " coalesce(cast(RS_Level as " ~ text ~ "), 'null')") -%}
{%- do parts.append("',\"number\":' " ~ plus ~ " cast(RS_Number as " ~ text ~ ") " ~ plus ~ " '}}'") -%}
{%- set signal_payload = parts | join(' ' ~ plus ~ ' ') -%}

{%- set signal_seed, emit_seed = '_Key', ozmeta_runtime.md5_hex("_Key " ~ plus ~ " event") -%}
{%- set signal_id = ozmeta_runtime.uuid7(
    ozmeta_runtime.uuid7_timestamp('RS_NoticedUTC'), ozmeta_runtime.md5_hex(signal_seed)) -%}
{%- set emit_id = ozmeta_runtime.uuid7(ozmeta_runtime.uuid7_timestamp('TL_EffectiveUTC'), emit_seed) -%}
{%- set payload_hash = ozmeta_runtime.sha256('payload') -%}

{%- set purged = ozmeta_runtime.tombstones(journal_config) %}

with delivered as (
    {%- if purged %}
    select journal.*
    from (
        {{ ozmeta_runtime.journal_slice(journal_config, state) }}
    ) as journal
    left join ({{ purged }}) as tombstones on tombstones.purged_key = {{ ozmeta_runtime.object_key(journal_config) }}
    where tombstones.purged_key is null
    {%- else %}
    {{ ozmeta_runtime.journal_slice(journal_config, state) }}
    {%- endif %}
),

signal_rows as (
    {%- if signals %}
    select *, {{ signal_payload }} as payload
    from {{ signals }}
    where {{ ozmeta_runtime.changed_rows(state, signals) }}
    {%- else %}
    select cast(null as {{ text }}) as payload {{ ozmeta_runtime.no_rows() }}
    {%- endif %}
),

emitted as (
    -- no rows: only the names and types of the columns
    select
        cast(null as {{ text }}) as _Key, cast(null as {{ text }}) as EJ_ID, cast(null as {{ text }}) as _TenantID,
        cast(null as {{ text }}) as EJ_ObjectID, cast(null as {{ text }}) as EJ_CorrelationID,
        cast(null as {{ ts }}) as TL_EffectiveUTC, cast(null as {{ text }}) as event,
        cast(null as {{ text }}) as payload
    {{ ozmeta_runtime.no_rows() }}
    {%- for emit in emits %}
    union all
    select
        {{ ozmeta_runtime.event_key(journal_config, 'timeline') }},
        EJ_ID, _TenantID, EJ_ObjectID, EJ_CorrelationID, TL_EffectiveUTC,
        {{ ozmeta_runtime.text_literal(emit.event) }}, {{ ozmeta_runtime.text_literal(emit.payload) }}
    from {{ timeline }} as timeline
    where {{ ozmeta_runtime.applied_transition(emit.transition) }}
      and {{ ozmeta_runtime.changed_rows(state, timeline) }}
    {%- endfor %}
),

mirrored as (
    select
        EJ_ID, _TenantID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_ObjectID, EJ_CorrelationID, EJ_CausationID,
        EJ_SourceSystem, EJ_SourceKey, payload as EJ_Payload, EJ_PayloadHash, EJ_Sequence, sync_date as _SyncDate,
        TL_Journal as MJ_Journal, raw_event_time, raw_sequence, TL_Journal as seed
    from delivered
    {%- if signals %}
    union all
    select
        {{ signal_id }}, _TenantID, RS_SignalCode, RS_ScheduledUTC, 'ozmeta_runtime', RS_ObjectID, null,
        RS_CausingEventID, 'ozmeta_runtime', RS_SubjectKey, payload, {{ payload_hash }}, null, RS_NoticedUTC,
        'ozmeta_runtime', null, null, {{ signal_seed }}
    from signal_rows
    {%- endif %}
    union all
    select
        {{ emit_id }}, _TenantID, event, TL_EffectiveUTC, 'ozmeta_runtime', EJ_ObjectID, EJ_CorrelationID,
        EJ_ID, 'ozmeta_runtime', _Key, payload, {{ payload_hash }}, null, {{ as_of }},
        'ozmeta_runtime', null, null, {{ emit_seed }}
    from emitted
),

hashed as (
    select *, {{ ozmeta_runtime.sha256(ozmeta_runtime.row_key(hashed_columns)) }} as MJ_RowHash
    from mirrored
),

{#- A payload of the journal has protected fields as they are. #}
{%- set payload = "case when MJ_Journal = 'ozmeta_runtime' then EJ_Payload end" if journal_config.get('protected')
    else "EJ_Payload" %}
{%- set for_journal_rows = "case when MJ_Journal = 'ozmeta_runtime' then '' else " %}
{%- set content_part = for_journal_rows ~ "MJ_RowHash end" %}
{%- set arrival_part = for_journal_rows ~ ozmeta_runtime.timestamp_text('_SyncDate') ~ " end" %}

written as (
    select
        -- a journal row is identified by its journal, content and arrival, a row of the runtime by its seed
        {{ ozmeta_runtime.row_key(['seed', content_part, arrival_part]) }} as _Key,
        EJ_ID, _TenantID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, {{ object_type }} as EJ_ObjectType, EJ_ObjectID,
        EJ_CorrelationID, EJ_CausationID, EJ_SourceSystem, EJ_SourceKey, {{ payload }} as EJ_Payload, EJ_PayloadHash,
        cast(EJ_Sequence as {{ bigint }}) as EJ_Sequence, _SyncDate, MJ_Journal, MJ_RowHash,
        {{ ozmeta_runtime.written_columns(state) }}
    from hashed
),

distinct_rows as (
    select *, row_number() over (partition by _Key order by {{ ozmeta_runtime.binary_order('EJ_ID') }}) as copy
    from written
)

select _Key, {{ columns | join(', ') }}, _DefinitionHash, _Batch, _UpdateDate
from distinct_rows
where copy = 1{{ " and _Key not in (select _Key from " ~ this ~ ")" if has_rows }}
{%- if has_rows and not state.incremental %}
union all
select
    _Key, {{ columns | join(', ') | replace('EJ_Payload,', payload ~ ' as EJ_Payload,') }},
    {{ ozmeta_runtime.written_columns(state) }}
from {{ this }}
{%- endif %}
{% endif %}
{% endmacro %}
