{#
Model <binding>_runtime_signal: the append-only log of what was raised, and of what a late event took back (SPEC 6c).

  raised     the signals that the new rows of the tables bear out
  logged     what the log last said of these, and of the rows that are new: an odd number, that it was raised; an even one, that it was retracted
  said       what is new: raised and not yet said, or said and borne out no more

A row is written once. It is known by its signal and a number that counts up, so that a run which died and one that follows it write it once
between them; and a full refresh, which makes this table anew, takes the old one's rows over first. What moves a threshold says nothing new: the
log tells what was said, the cycle what holds.

Arguments
  journal_config    see journal_slice
  signals   dict: emits: [{transition: see `took`, signal, severity, notes?}], the EmitSignal actions; requests: [flow], the approval
            flows; severities: {signal: severity} of the signals that no action names
  timeline, cycles, queue, approvals  relations; all but the timeline may be none
#}
{% macro runtime_signal(binding, journal_config, signals, timeline, cycles=none, queue=none, approvals=none) %}
{% if execute %}
{%- set definition = [journal_config.object_type, journal_config.tenant_in_key, signals, cycles is not none, queue is not none, approvals is not none] -%}
{%- set severities = signals.severities -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, [timeline, cycles, queue, approvals]) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set as_of = ozmeta_runtime.timestamp_literal(state.as_of) -%}
{%- set text, bigint, ts = ozmeta_runtime.type_text(), dbt.type_bigint(), ozmeta_runtime.type_timestamp() -%}
{%- set columns = ['RS_SignalCode', 'RS_Severity', '_TenantID', 'RS_ObjectType', 'RS_ObjectID', 'RS_Subject', 'RS_SubjectKey', 'RS_CausingEventID', 'RS_ScheduledUTC', 'SL_Code', 'RS_Level', 'RS_Notes'] -%}
{%- set logs = state.incremental or ozmeta_runtime.has_columns(this, columns + ['_Key', '_SignalKey', '_ObjectKey', 'RS_Number', 'RS_Kind', 'RS_NoticedUTC']) -%}

{{ ozmeta_runtime.with_materialized_ctes() }} raised as (
    select cast(null as {{ text }}) as _ObjectKey, cast(null as {{ text }}) as tenant, cast(null as {{ text }}) as object_id, cast(null as {{ text }}) as signal, cast(null as {{ text }}) as severity, cast(null as {{ text }}) as subject,
        cast(null as {{ text }}) as subject_key, cast(null as {{ text }}) as told_apart, cast(null as {{ text }}) as causing_event, cast(null as {{ ts }}) as scheduled_at,
        cast(null as {{ text }}) as SL_Code, cast(null as {{ bigint }}) as level, cast(null as {{ text }}) as notes
    {{ ozmeta_runtime.no_rows() }}
    {%- if cycles %}
    {%- for signal, column in [('SLA.Warned', 'ST_WarnedUTC'), ('SLA.Breached', 'ST_BreachedUTC')] %}
    union all
    select _ObjectKey, _TenantID, ST_ObjectID, '{{ signal }}', {{ ozmeta_runtime.text_literal(severities[signal]) }}, 'sla_cycle', _Key, _Key, ST_StartEventID, {{ column }}, SL_Code, null, null
    from {{ cycles }} where _DeleteDate is null and {{ column }} is not null and {{ ozmeta_runtime.changed_rows(state, cycles) }}
    {%- endfor %}
    {%- endif %}
    {%- if queue %}
    union all
    select _ObjectKey, _TenantID, EQ_ObjectID, 'Escalation.Raised', EQ_Severity, 'escalation_queue', _Key, _Key, null, EQ_CreatedUTC, SL_Code, EQ_Level, EQ_Notes
    from {{ queue }} where _DeleteDate is null and {{ ozmeta_runtime.changed_rows(state, queue) }}
    {%- endif %}
    {%- for request in signals.requests if approvals %}
    union all
    -- a round is told apart by the event that opened it, since a late one may shift the numbers of rounds
    select _ObjectKey, _TenantID, AP_ObjectID, 'Approval.Requested', {{ ozmeta_runtime.text_literal(severities['Approval.Requested']) }}, 'approval_step', _Key,
        {{ ozmeta_runtime.row_key(['AF_Code', 'AP_ActivatedEventID']) }}, AP_ActivatedEventID, AP_ActivatedUTC, null, null, null
    from {{ approvals }} where _DeleteDate is null and {{ ozmeta_runtime.changed_rows(state, approvals) }} and AF_Code = {{ ozmeta_runtime.text_literal(request) }} and AP_StepNo = 1
    {%- endfor %}
    {%- for emit in signals.emits %}
    union all
    select _ObjectKey, {{ ozmeta_runtime.tenant_column(journal_config, '_TenantID') }}, EJ_ObjectID, {{ ozmeta_runtime.text_literal(emit.signal) }}, {{ ozmeta_runtime.text_literal(emit.severity) }}, 'timeline', _Key, _Key, EJ_ID, TL_EffectiveUTC, null, null,
        {{ ozmeta_runtime.text_literal(emit.get('notes')) }}
    from {{ timeline }} where {{ ozmeta_runtime.applied_transition(emit.transition) }} and {{ ozmeta_runtime.changed_rows(state, timeline) }}
    {%- endfor %}
),

keyed as (
    select
        raised.*,
        {{ ozmeta_runtime.row_key(['_ObjectKey', 'signal', 'subject', 'told_apart']) }} as _SignalKey,
        -- an action may be there twice on a transition
        {{ 'row_number() over (partition by _ObjectKey, signal, subject, told_apart order by ' ~ ozmeta_runtime.binary_order('severity') ~ ', ' ~ ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('notes')) ~ ')' if signals.emits else '1' }} as copy
    from raised {{ ozmeta_runtime.materialize_cte('keyed') }}
),

{% if logs %}
{% if not state.full_fold -%}
news as (
    {%- for source in [timeline, cycles, queue, approvals] if source %}
    {{ "union all" if not loop.first }}
    select _ObjectKey, _Key from {{ source }} where {{ ozmeta_runtime.changed_rows(state, source) }}
    {%- endfor %}
),

{% endif -%}
held as (
    select * from {{ this }}{% if not state.full_fold %} where _ObjectKey in (select _ObjectKey from news){% endif %} {{ ozmeta_runtime.materialize_cte('held', 'where' if state.full_fold else 'and') }}
),

logged as (
    select * from (
        select *, row_number() over (partition by _SignalKey order by RS_Number desc) as newest
        from held
        {%- if not state.full_fold %}
        where _SignalKey in (
            select _SignalKey from keyed
            {{ ozmeta_runtime.union_distinct() }}
            select _SignalKey from held where RS_SubjectKey in (select _Key from news)
            {%- if approvals %}
            {{ ozmeta_runtime.union_distinct() }}
            -- a request speaks of a step, which may have been called otherwise when it was said
            select _SignalKey from held where RS_Subject = 'approval_step' and {{ ozmeta_runtime.object_changed(state, approvals) }}
            {%- endif %}
        )
        {%- endif %}
    ) as numbered
    where newest = 1
),
{% endif %}

said as (
    select
        keyed._SignalKey, keyed._ObjectKey, {{ "coalesce(logged.RS_Number, 0) + 1" if logs else "1" }} as RS_Number,
        keyed.signal as RS_SignalCode, keyed.severity as RS_Severity, keyed.tenant as _TenantID, {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as RS_ObjectType,
        keyed.object_id as RS_ObjectID, keyed.subject as RS_Subject, keyed.subject_key as RS_SubjectKey, keyed.causing_event as RS_CausingEventID,
        keyed.scheduled_at as RS_ScheduledUTC, keyed.SL_Code, keyed.level as RS_Level, keyed.notes as RS_Notes
    from keyed
    {%- if logs %}
    left join logged on logged._SignalKey = keyed._SignalKey
    {%- endif %}
    where keyed.copy = 1{{ " and " ~ ozmeta_runtime.modulo("coalesce(logged.RS_Number, 0)", 2) ~ " = 0" if logs }}
    {%- if logs %}
    union all
    -- what is due after as_of is not raised yet, rather than undone: a full refresh may go back in time
    select _SignalKey, _ObjectKey, RS_Number + 1, {{ columns | join(', ') }}
    from logged
    where {{ ozmeta_runtime.modulo('RS_Number', 2) }} = 1 and RS_ScheduledUTC <= {{ as_of }} and _SignalKey not in (select _SignalKey from keyed)
    {%- endif %}
),

written as (
    select
        {{ ozmeta_runtime.row_key(['_SignalKey', 'cast(RS_Number as ' ~ text ~ ')']) }} as _Key,
        _SignalKey, _ObjectKey,
        cast(RS_Number as {{ bigint }}) as RS_Number,
        case when {{ ozmeta_runtime.modulo('RS_Number', 2) }} = 1 then 'Raised' else 'Retracted' end as RS_Kind,
        {{ as_of }} as RS_NoticedUTC,
        {{ columns | join(', ') }},
        {{ ozmeta_runtime.written_columns(state) }}
    from said
)

select * from written
{%- if logs and not state.incremental %}
union all
select _Key, _SignalKey, _ObjectKey, RS_Number, RS_Kind, RS_NoticedUTC, {{ columns | join(', ') }}, {{ ozmeta_runtime.written_columns(state) }}
from {{ this }}
{%- endif %}
{{ ozmeta_runtime.clustered_by_object() }}
{% endif %}
{% endmacro %}
