{#
Model <binding>_journal: the journal as it was read, and what the runtime itself says, as further rows of it (SPEC 6c). Rows are only ever added;
each carries the hash of what it said when it was read, so that one changed or removed since, here or in the journal, is noticed by `ozmeta-dbt verify`.

  delivered  rows of the journals' new slice
  signalled  what the signal log says
  emitted    EmitEvent actions of applied transitions; one that a late event undoes stays, as everything here does

Arguments
  journal_config    see journal_slice
  emits     [{transition: see `took`, event, payload: JSON text}]
  timeline  the relation; signals: the binding's runtime_signal, or none
#}
{% macro journal_mirror(binding, journal_config, emits, timeline, signals=none) %}
{% if execute %}
{%- set state = ozmeta_runtime.run_state(binding, [ozmeta_runtime.journal_config_text(journal_config), emits], journals=ozmeta_runtime.journal_relations(journal_config)) -%}
{%- if state.limited and state.incremental -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{#- Where it was left out for a while, the journal went on without it. -#}
{%- if state.full_fold -%}{%- do state.update({'journals': {}}) -%}{%- endif -%}
{%- set as_of = ozmeta_runtime.timestamp_literal(state.as_of) -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set columns = ['EJ_ID', '_TenantID', 'EJ_EventType', 'EJ_EventTimeUTC', 'EJ_Actor', 'EJ_ObjectType', 'EJ_ObjectID', 'EJ_CorrelationID', 'EJ_CausationID', 'EJ_SourceSystem',
    'EJ_SourceKey', 'EJ_Payload', 'EJ_PayloadHash', 'EJ_Sequence', '_SyncDate', 'MJ_Journal', 'MJ_RowHash'] -%}
{%- set keeps = state.incremental or ozmeta_runtime.has_columns(this, columns + ['_Key']) -%}
{%- set said = {'kind': 'RS_Kind', 'severity': 'RS_Severity', 'slaCode': 'SL_Code', 'subject': 'RS_Subject', 'notes': 'RS_Notes'} -%}
{%- set parts, plus = [], ozmeta_runtime.concat_operator() -%}
{%- for name, column in said.items() -%}{%- do parts.append("'" ~ ('{\"signal\":{' if loop.first else ',') ~ '"' ~ name ~ '":' ~ "' " ~ plus ~ " " ~ ozmeta_runtime.json_text(column)) -%}{%- endfor -%}
{%- do parts.append("',\"level\":' " ~ plus ~ " coalesce(cast(RS_Level as " ~ text ~ "), 'null')") -%}
{%- do parts.append("',\"number\":' " ~ plus ~ " cast(RS_Number as " ~ text ~ ") " ~ plus ~ " '}}'") -%}

with delivered as (
    {{ ozmeta_runtime.journal_slice(journal_config, state) }}
),

signalled as (
    {%- if signals %}
    select *, {{ parts | join(' ' ~ plus ~ ' ') }} as payload
    from {{ signals }}
    where {{ ozmeta_runtime.changed_rows(state, signals) }}
    {%- else %}
    select cast(null as {{ text }}) as payload {{ ozmeta_runtime.no_rows() }}
    {%- endif %}
),

emitted as (
    select cast(null as {{ text }}) as _Key, cast(null as {{ text }}) as EJ_ID, cast(null as {{ text }}) as _TenantID, cast(null as {{ text }}) as EJ_ObjectID,
        cast(null as {{ text }}) as EJ_CorrelationID, cast(null as {{ ozmeta_runtime.type_timestamp() }}) as TL_EffectiveUTC, cast(null as {{ text }}) as event, cast(null as {{ text }}) as payload
    {{ ozmeta_runtime.no_rows() }}
    {%- for emit in emits %}
    union all
    select _Key, EJ_ID, _TenantID, EJ_ObjectID, EJ_CorrelationID, TL_EffectiveUTC, {{ ozmeta_runtime.text_literal(emit.event) }}, {{ ozmeta_runtime.text_literal(emit.payload) }}
    from {{ timeline }}
    where {{ ozmeta_runtime.applied_transition(emit.transition) }} and {{ ozmeta_runtime.changed_rows(state, timeline) }}
    {%- endfor %}
),

rows_of_it as (
    select EJ_ID, _TenantID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_ObjectID, EJ_CorrelationID, EJ_CausationID, EJ_SourceSystem, EJ_SourceKey, payload as EJ_Payload,
        EJ_PayloadHash, EJ_Sequence, sync_date as _SyncDate, TL_Journal as MJ_Journal, raw_event_time, raw_sequence, TL_Journal as seed
    from delivered
    {%- if signals %}
    union all
    select {{ ozmeta_runtime.uuid7(ozmeta_runtime.uuid7_timestamp('RS_NoticedUTC'), ozmeta_runtime.md5_hex('_Key')) }}, _TenantID, RS_SignalCode, RS_ScheduledUTC, 'ozmeta_runtime', RS_ObjectID, null, RS_CausingEventID, 'ozmeta_runtime',
        RS_SubjectKey, payload, {{ ozmeta_runtime.sha256('payload') }}, null, RS_NoticedUTC, 'ozmeta_runtime', null, null, _Key
    from signalled
    {%- endif %}
    union all
    select {{ ozmeta_runtime.uuid7(ozmeta_runtime.uuid7_timestamp('TL_EffectiveUTC'), ozmeta_runtime.md5_hex("_Key " ~ plus ~ " event")) }}, _TenantID, event, TL_EffectiveUTC, 'ozmeta_runtime', EJ_ObjectID, EJ_CorrelationID, EJ_ID, 'ozmeta_runtime',
        _Key, payload, {{ ozmeta_runtime.sha256('payload') }}, null, {{ as_of }}, 'ozmeta_runtime', null, null, {{ ozmeta_runtime.md5_hex("_Key " ~ plus ~ " event") }}
    from emitted
),

hashed as (
    select *, {{ ozmeta_runtime.sha256(ozmeta_runtime.row_key(['EJ_ID', '_TenantID', 'EJ_EventType', 'raw_event_time', 'EJ_Actor', 'EJ_ObjectID', 'EJ_CorrelationID',
        'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_PayloadHash', 'raw_sequence', 'EJ_Payload'])) }} as MJ_RowHash
    from rows_of_it
),

written as (
    select
        -- of journal rows, where from, what and when; of what the runtime says, what that is
        {{ ozmeta_runtime.row_key(['seed', "case when MJ_Journal = 'ozmeta_runtime' then '' else MJ_RowHash end", "case when MJ_Journal = 'ozmeta_runtime' then '' else " ~ ozmeta_runtime.timestamp_text('_SyncDate') ~ " end"]) }} as _Key,
        EJ_ID, _TenantID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as EJ_ObjectType, EJ_ObjectID, EJ_CorrelationID,
        EJ_CausationID, EJ_SourceSystem, EJ_SourceKey, EJ_Payload, EJ_PayloadHash, cast(EJ_Sequence as {{ bigint }}) as EJ_Sequence, _SyncDate, MJ_Journal, MJ_RowHash,
        {{ ozmeta_runtime.written_columns(state) }}
    from hashed
),

apart as (
    select *, row_number() over (partition by _Key order by {{ ozmeta_runtime.binary_order('EJ_ID') }}) as copy from written
)

select _Key, {{ columns | join(', ') }}, _DefinitionHash, _Batch, _UpdateDate
from apart
where copy = 1{{ " and _Key not in (select _Key from " ~ this ~ ")" if keeps }}
{%- if keeps and not state.incremental %}
union all
select _Key, {{ columns | join(', ') }}, {{ ozmeta_runtime.written_columns(state) }}
from {{ this }}
{%- endif %}
{% endif %}
{% endmacro %}
