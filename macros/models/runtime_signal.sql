{#
Model <binding>_runtime_signal: an append-only log of the signals that were raised and retracted (spec 6c.1).
One row per signal and number: odd numbers raise the signal, even numbers retract it.

A row is written once and never changes, even if its threshold moves later. The number makes its key unique, so if a run
fails and the next run repeats its work, each row is still written once. A full refresh builds the table again and
copies the rows of the old table first.

`_SignalKey` is a hash. Rows that version 5 of the fold wrote have the text that is hashed, and so do later rows of
their signals.

Main CTEs
  raised            the signals that the changed rows of the tables call for now
  existing_signals  the signals in the log that these rows may change
  latest_signals    the last row of each of them
  new_signals       signals that are raised and not in the log, or in the log and no longer raised

Arguments
  binding         string: the binding's name
  journal_config  dict: object_type, tenant_in_key, deduplicate_on?; see journal_slice
  signals         dict: emits: [{transition: see applied_transition, signal, severity, notes?}], the EmitSignal actions;
                  requests: [code of an approval flow]; severities: {signal: severity} of the other signals
  timeline        relation: the binding's timeline
  cycles, queue, approvals
                  relations: the binding's sla_cycle, escalation_queue and approval_step; each may be none
  signals_from    string: a timestamp in UTC, or none. A signal scheduled before it is logged as Backfilled, not Raised
Errors            see run_state
#}
{% macro runtime_signal(binding, journal_config, signals, timeline, cycles=none, queue=none, approvals=none,
    signals_from=none) %}
{%- do ozmeta_runtime.check_arguments('runtime_signal', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'signals': signals, 'timeline': timeline,
    'cycles': cycles, 'queue': queue, 'approvals': approvals, 'signals_from': signals_from}) -%}
{% if execute %}
{%- set definition = [journal_config.object_type, journal_config.tenant_in_key, signals, cycles is not none,
    queue is not none, approvals is not none] -%}
{%- set sources = [timeline, cycles, queue, approvals] -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, sources, bucketed=true) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set as_of = ozmeta_runtime.timestamp_literal(state.as_of) -%}
{%- set text, bigint, ts = ozmeta_runtime.type_text(), dbt.type_bigint(), ozmeta_runtime.type_timestamp() -%}
{%- set severities = {} -%}
{%- for signal, severity in signals.severities.items() -%}
  {%- do severities.update({signal: ozmeta_runtime.text_literal(severity)}) -%}
{%- endfor -%}
{%- set object_type = ozmeta_runtime.text_literal(journal_config.object_type) -%}
{%- set tenant = ozmeta_runtime.tenant_column(journal_config, '_TenantID') -%}
{%- set columns = ['RS_SignalCode', 'RS_Severity', '_TenantID', 'RS_ObjectType', 'RS_ObjectID', 'RS_Subject',
    'RS_SubjectKey', 'RS_CausingEventID', 'RS_ScheduledUTC', 'SL_Code', 'RS_Level', 'RS_Notes'] -%}
{%- set key_columns = ['_Key', '_SignalKey', '_ObjectKey', 'RS_Number', 'RS_Kind', 'RS_NoticedUTC'] -%}
{%- set has_log = state.incremental or ozmeta_runtime.has_columns(this, columns + key_columns) -%}
{%- set existing = ozmeta_runtime.relation_columns(this) if state.bucketed and has_log and state.full_fold
    else ['_bucket'] -%}
{%- set is_raised = ozmeta_runtime.modulo('RS_Number', 2) ~ " = 1" -%}
{%- set is_not_raised = ozmeta_runtime.modulo("coalesce(latest_signals.RS_Number, 0)", 2) ~ " = 0" -%}
{%- set event_key = ozmeta_runtime.event_key(journal_config, 'timeline') -%}
{%- set identity = ['_ObjectKey', 'signal', 'subject', 'distinguished_by'] -%}
{%- set stored_hash = ozmeta_runtime.stored_signal_hash() -%}
{%- set copy_order = ozmeta_runtime.binary_order('severity') ~ ', '
    ~ ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('notes')) -%}
{%- set copy_number = 'row_number() over (partition by _ObjectKey, signal, subject, distinguished_by order by '
    ~ copy_order ~ ')' -%}

{% call ozmeta_runtime.model_query() -%}
{{ ozmeta_runtime.with_materialized_ctes() }} raised as (
    -- no rows: only the names and types of the columns
    select
        {{- " cast(null as " ~ bigint ~ ") as _Bucket," if state.bucketed }}
        cast(null as {{ text }}) as _ObjectKey, cast(null as {{ text }}) as tenant,
        cast(null as {{ text }}) as object_id, cast(null as {{ text }}) as signal,
        cast(null as {{ text }}) as severity, cast(null as {{ text }}) as subject,
        cast(null as {{ text }}) as subject_key, cast(null as {{ text }}) as distinguished_by,
        cast(null as {{ text }}) as causing_event, cast(null as {{ ts }}) as scheduled_at,
        cast(null as {{ text }}) as SL_Code, cast(null as {{ bigint }}) as level, cast(null as {{ text }}) as notes
    {{ ozmeta_runtime.no_rows() }}
    {%- if cycles %}
    {%- for signal, column in [('SLA.Warned', 'ST_WarnedUTC'), ('SLA.Breached', 'ST_BreachedUTC')] %}
    union all
    select
        {{- ozmeta_runtime.bucket_column(state) }}
        _ObjectKey, _TenantID, ST_ObjectID, '{{ signal }}', {{ severities[signal] }}, 'sla_cycle', _Key, _Key,
        ST_StartEventID, {{ column }}, SL_Code, null, null
    from {{ cycles }}
    where _DeleteDate is null and {{ column }} is not null and {{ ozmeta_runtime.changed_rows(state, cycles) }}
    {%- endfor %}
    {%- endif %}
    {%- if queue %}
    union all
    select
        {{- ozmeta_runtime.bucket_column(state) }}
        _ObjectKey, _TenantID, EQ_ObjectID, 'Escalation.Raised', EQ_Severity, 'escalation_queue', _Key, _Key,
        null, EQ_CreatedUTC, SL_Code, EQ_Level, EQ_Notes
    from {{ queue }}
    where _DeleteDate is null and {{ ozmeta_runtime.changed_rows(state, queue) }}
    {%- endif %}
    {%- for request in signals.requests if approvals %}
    union all
    -- the event that opened a round identifies it, because a late event may change the numbers of rounds
    select
        {{- ozmeta_runtime.bucket_column(state) }}
        _ObjectKey, _TenantID, AP_ObjectID, 'Approval.Requested', {{ severities['Approval.Requested'] }},
        'approval_step', _Key, {{ ozmeta_runtime.row_key(['AF_Code', 'AP_ActivatedEventID']) }},
        AP_ActivatedEventID, AP_ActivatedUTC, null, null, null
    from {{ approvals }}
    where _DeleteDate is null and {{ ozmeta_runtime.changed_rows(state, approvals) }}
      and AF_Code = {{ ozmeta_runtime.text_literal(request) }} and AP_StepNo = 1
    {%- endfor %}
    {%- for emit in signals.emits %}
    union all
    select
        {{- ozmeta_runtime.bucket_column(state) }}
        _ObjectKey, {{ tenant }}, EJ_ObjectID, {{ ozmeta_runtime.text_literal(emit.signal) }},
        {{ ozmeta_runtime.text_literal(emit.severity) }}, 'timeline', {{ event_key }}, {{ event_key }},
        EJ_ID, TL_EffectiveUTC, null, null, {{ ozmeta_runtime.text_literal(emit.get('notes')) }}
    from {{ timeline }} as timeline
    where {{ ozmeta_runtime.applied_transition(emit.transition) }}
      and {{ ozmeta_runtime.changed_rows(state, timeline) }}
    {%- endfor %}
),

keyed as (
    select
        raised.*,
        {{ ozmeta_runtime.md5_hex(ozmeta_runtime.row_key(identity)) }} as signal_hash,
        -- a transition may have the same action twice
        {{ copy_number if signals.emits else '1' }} as copy
    from raised {{ ozmeta_runtime.materialize_cte('keyed') }}
),

{% if has_log %}
{% if not state.full_fold -%}
changed_subjects as (
    select _ObjectKey, {{ event_key }} as _Key
    from {{ timeline }} as timeline
    where {{ ozmeta_runtime.changed_rows(state, timeline) }}
    {%- for source in [cycles, queue, approvals] if source %}
    union all
    select _ObjectKey, _Key from {{ source }} where {{ ozmeta_runtime.changed_rows(state, source) }}
    {%- endfor %}
),

{% endif -%}
existing_signals as (
    select
        *, {{ stored_hash }} as signal_hash
        {{- ", cast(0 as " ~ bigint ~ ") as _Bucket" if state.bucketed and '_bucket' not in existing }}
    from {{ this }}
    {%- if not state.full_fold %}
    where _ObjectKey in (select _ObjectKey from changed_subjects){{ ozmeta_runtime.in_scope(state) }}
    {%- endif %}
    {{ ozmeta_runtime.materialize_cte('existing_signals', 'where' if state.full_fold else 'and') }}
),

latest_signals as (
    select * from (
        select *, row_number() over (partition by signal_hash order by RS_Number desc) as newest
        from existing_signals
        {%- if not state.full_fold %}
        where signal_hash in (
            select signal_hash from keyed
            {{ ozmeta_runtime.union_distinct() }}
            select signal_hash from existing_signals where RS_SubjectKey in (select _Key from changed_subjects)
            {%- if approvals %}
            {{ ozmeta_runtime.union_distinct() }}
            -- a request is about a step, and the step may have had another code when the request was raised
            select signal_hash
            from existing_signals
            where RS_Subject = 'approval_step' and {{ ozmeta_runtime.object_changed(state, approvals) }}
            {%- endif %}
        )
        {%- endif %}
    ) as numbered
    where newest = 1
),
{% endif %}

new_signals as (
    select
        {{- " keyed._Bucket," if state.bucketed }}
        {{ "coalesce(latest_signals._SignalKey, keyed.signal_hash)" if has_log else "signal_hash" }} as _SignalKey,
        keyed._ObjectKey,
        {{ "coalesce(latest_signals.RS_Number, 0) + 1" if has_log else "1" }} as RS_Number,
        keyed.signal as RS_SignalCode, keyed.severity as RS_Severity, keyed.tenant as _TenantID,
        {{ object_type }} as RS_ObjectType, keyed.object_id as RS_ObjectID,
        keyed.subject as RS_Subject, keyed.subject_key as RS_SubjectKey, keyed.causing_event as RS_CausingEventID,
        keyed.scheduled_at as RS_ScheduledUTC, keyed.SL_Code, keyed.level as RS_Level, keyed.notes as RS_Notes
    from keyed
    {%- if has_log %}
    left join latest_signals on latest_signals.signal_hash = keyed.signal_hash
    {%- endif %}
    where keyed.copy = 1{{ " and " ~ is_not_raised if has_log }}
    {%- if has_log %}
    union all
    -- a full refresh may go back in time: signals due after as_of are not retracted, only not raised yet
    select
        {{- ozmeta_runtime.bucket_column(state) }}
        _SignalKey, _ObjectKey, RS_Number + 1, {{ columns | join(', ') }}
    from latest_signals
    where {{ is_raised }} and RS_ScheduledUTC <= {{ as_of }} and signal_hash not in (select signal_hash from keyed)
    {%- endif %}
),

written as (
    select
        {{ ozmeta_runtime.concat_text(['_SignalKey', "'|'", 'cast(RS_Number as ' ~ text ~ ')']) }} as _Key,
        _SignalKey, _ObjectKey,
        cast(RS_Number as {{ bigint }}) as RS_Number,
        case
            when not ({{ is_raised }}) then 'Retracted'
            {%- if signals_from %}
            when RS_ScheduledUTC < {{ ozmeta_runtime.timestamp_literal(signals_from) }} then 'Backfilled'
            {%- endif %}
            else 'Raised'
        end as RS_Kind,
        {{ as_of }} as RS_NoticedUTC,
        {{ columns | join(', ') }},
        {{- ozmeta_runtime.bucket_column(state) }}
        {{ ozmeta_runtime.written_columns(state) }}
    from new_signals
)

select * from written
{%- if has_log and not state.incremental %}
union all
select
    _Key, _SignalKey, _ObjectKey, RS_Number, RS_Kind, RS_NoticedUTC, {{ columns | join(', ') }},
    {{- ozmeta_runtime.bucket_column(state, existing) }}
    {{ ozmeta_runtime.written_columns(state) }}
from {{ this }}
{%- endif %}
{{ ozmeta_runtime.clustered_by_object() }}
{%- endcall %}
{% endif %}
{% endmacro %}
