{% macro retracted_columns(columns, as_of) -%}
  {%- for column in columns -%}
    {{ {'EQ_Status': "'Closed' as EQ_Status", 'EQ_Notes': "'Retracted' as EQ_Notes",
        'EQ_ClosedUTC': "coalesce(EQ_ClosedUTC, " ~ as_of ~ ") as EQ_ClosedUTC"}.get(column, column) }}{{ ", " if not loop.last }}
  {%- endfor -%}
{%- endmacro %}

{#
Model <binding>_escalation_queue: one row per raised level of a cycle, and per EnqueueEscalation of an applied transition (SPEC 6).

  raised     what ought to be in the queue for the cycles and the events that are new
  answered   acknowledged, closed, or closed by the cycle's stop
  retracted  what was raised for them and is no more: it stays, closed, with _DeleteDate set

Arguments
  journal_config        see journal_slice
  slas          see sla_cycle
  transitions   [{transition: see `took`, levels: [{level, signal, severity, role?, principal?, notes?}]}]
  timeline, cycles  relations; cycles may be none
  auto_close    whether a cycle's stop closes its rows
#}
{% macro escalation_queue(binding, journal_config, slas, transitions, timeline, cycles=none, auto_close=true) %}
{% if execute %}
{%- set definition = [journal_config.object_type, journal_config.tenant_in_key, transitions, auto_close, cycles is not none] -%}
{%- for names in ['event_aliases', 'sla_aliases'] if journal_config.get(names) -%}{%- do definition.append([names, journal_config[names]]) -%}{%- endfor -%}
{%- set event_type = ozmeta_runtime.current_name('EJ_EventType', journal_config.get('event_aliases')) -%}
{%- for sla in slas -%}{%- do definition.append([sla.code, sla.levels]) -%}{%- endfor -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, [timeline, cycles]) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set as_of = ozmeta_runtime.timestamp_literal(state.as_of) -%}
{%- set text, bigint, ts = ozmeta_runtime.type_text(), dbt.type_bigint(), ozmeta_runtime.type_timestamp() -%}
{%- set columns = ['EQ_ID', '_TenantID', 'EQ_ObjectType', 'EQ_ObjectID', 'EQ_SignalCode', 'EQ_Severity', 'EQ_AssignedToRole', 'EQ_AssignedToPrincipal', 'EQ_Status',
    'EQ_CreatedUTC', 'EQ_ClosedUTC', 'EQ_Notes', 'ST_ID', 'SL_Code', 'ST_CycleNo', 'EQ_Level', '_CycleKey'] -%}

{{ ozmeta_runtime.with_materialized_ctes() }} levels as (
    {%- set rows = [] %}
    {%- for sla in slas %}{%- for l in sla.levels %}
      {%- do rows.append([sla.code, loop.index, l.level, l.signal, l.severity, l.get('role'), l.get('principal'), l.get('notes')]) %}
    {%- endfor %}{%- endfor %}
    {{ ozmeta_runtime.literal_rows([['SL_Code', text], ['slot', bigint], ['level', bigint], ['signal', text], ['severity', text], ['role', text], ['principal', text], ['notes', text]], rows) }}
),

{% if transitions -%}
facts as (
    {{ ozmeta_runtime.object_facts(journal_config, timeline, ozmeta_runtime.changed_rows(state, timeline)) }}
),

{% endif -%}
raised as (
    select cast(null as {{ text }}) as _ObjectKey, cast(null as {{ text }}) as tenant, cast(null as {{ text }}) as object_id, cast(null as {{ text }}) as stamp, cast(null as {{ text }}) as _CycleKey, cast(null as {{ text }}) as SL_Code, cast(null as {{ text }}) as ST_ID, cast(null as {{ bigint }}) as ST_CycleNo,
        cast(null as {{ text }}) as start_event, cast(null as {{ ts }}) as created_at, cast(null as {{ ts }}) as stop_at, cast(null as {{ text }}) as signal,
        cast(null as {{ bigint }}) as level, cast(null as {{ text }}) as severity, cast(null as {{ text }}) as role, cast(null as {{ text }}) as principal, cast(null as {{ text }}) as notes
    {{ ozmeta_runtime.no_rows() }}
    {%- if cycles %}
    {%- for slot in range(1, ozmeta_runtime.level_numbers(slas) + 1) %}
    union all
    select cycles._ObjectKey, cycles._TenantID, cycles.ST_ObjectID, {{ ozmeta_runtime.uuid7_time('cycles.ST_ID') }}, cycles._Key, cycles.SL_Code, cycles.ST_ID, cycles.ST_CycleNo, cycles.ST_StartEventID, cycles.ST_Level{{ slot }}AtUTC, cycles.ST_StopUTC,
        levels.signal, levels.level, levels.severity, levels.role, levels.principal, levels.notes
    from {{ cycles }} as cycles
    inner join levels on levels.SL_Code = cycles.SL_Code and levels.slot = {{ slot }}
    where cycles._DeleteDate is null
      and (cycles.ST_Level{{ slot }}AtUTC < coalesce(cycles.ST_StopUTC, {{ as_of }})
           or (cycles.ST_Level{{ slot }}AtUTC = coalesce(cycles.ST_StopUTC, {{ as_of }}) and levels.signal = 'SLA.Warned'))
      and {{ ozmeta_runtime.changed_rows(state, cycles) }}
    {%- endfor %}
    {%- endif %}
    {%- for transition in transitions %}
    {%- for l in transition.levels %}
    union all
    select taken._ObjectKey, facts.tenant, facts.object_id, facts.stamp, cast(null as {{ text }}), cast(null as {{ text }}), cast(null as {{ text }}), cast(null as {{ bigint }}),
        taken.EJ_ID, taken.TL_EffectiveUTC, cast(null as {{ ts }}),
        {{ ozmeta_runtime.text_literal(l.signal) }}, {{ l.level }}, {{ ozmeta_runtime.text_literal(l.severity) }}, {{ ozmeta_runtime.text_literal(l.get('role')) }},
        {{ ozmeta_runtime.text_literal(l.get('principal')) }}, {{ ozmeta_runtime.text_literal(l.get('notes')) }}
    from (select _ObjectKey, EJ_ID, TL_EffectiveUTC from {{ timeline }} where {{ ozmeta_runtime.applied_transition(transition.transition) }} and {{ ozmeta_runtime.changed_rows(state, timeline) }}) as taken
    inner join facts on facts._ObjectKey = taken._ObjectKey
    {%- endfor %}
    {%- endfor %}
),

keyed as (
    select *, {{ ozmeta_runtime.row_key(['_ObjectKey', 'SL_Code', 'start_event', 'signal', 'cast(level as ' ~ text ~ ')']) }} as _Key
    from raised {{ ozmeta_runtime.materialize_cte('keyed') }}
),

answers as (
    select
        _ObjectKey, {{ ozmeta_runtime.current_name_as('EJ_EventType', journal_config.get('event_aliases')) }}, TL_EffectiveUTC, PL_EscalationSignalType,
        {{ ozmeta_runtime.current_name_as('PL_EscalationSlaCode', journal_config.get('sla_aliases')) }}, PL_EscalationLevel
    from {{ timeline }}
    where {{ event_type }} in ('Escalation.Acknowledged', 'Escalation.Closed') and TL_Position is not null and not {{ ozmeta_runtime.is_true('TL_IsRejected') }}
      and _ObjectKey in (select _ObjectKey from keyed)
),

answered as (
    select
        keyed._Key,
        min(case when answers.EJ_EventType = 'Escalation.Acknowledged' then answers.TL_EffectiveUTC end) as acknowledged_at,
        min(case when answers.EJ_EventType = 'Escalation.Closed' then answers.TL_EffectiveUTC end) as closed_at
    from keyed
    inner join answers
        on answers._ObjectKey = keyed._ObjectKey
        and answers.TL_EffectiveUTC >= keyed.created_at
        {%- if auto_close %}
        and (keyed.stop_at is null or answers.TL_EffectiveUTC < keyed.stop_at)
        {%- endif %}
        and coalesce(answers.PL_EscalationSignalType, keyed.signal) = keyed.signal
        and (answers.PL_EscalationSlaCode is null or answers.PL_EscalationSlaCode = keyed.SL_Code)
        and (answers.PL_EscalationLevel is null or answers.PL_EscalationLevel = cast(keyed.level as {{ text }}))
    group by keyed._Key
),

seeded as (
    select
        keyed.*, answered.acknowledged_at,
        {{ "case when keyed.stop_at < coalesce(answered.closed_at, " ~ ozmeta_runtime.never_due() ~ ") then keyed.stop_at else answered.closed_at end" if auto_close else "answered.closed_at" }} as closed_at,
        {{ ozmeta_runtime.seed_hash(["'EQ'", 'keyed.tenant', ozmeta_runtime.text_literal(journal_config.object_type), 'keyed.object_id', 'keyed.SL_Code', 'keyed.start_event',
            'keyed.signal', 'cast(keyed.level as ' ~ text ~ ')']) }} as seed,
        -- an action may be there twice on a transition, never on an SLA
        {{ 'row_number() over (partition by keyed._Key order by ' ~ ozmeta_runtime.binary_order('keyed.severity') ~ ', ' ~ ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('keyed.role')) ~ ', ' ~ ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('keyed.principal')) ~ ', ' ~ ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('keyed.notes')) ~ ')' if transitions else '1' }} as copy
    from keyed
    left join answered on answered._Key = keyed._Key
),

written as (
    select
        _Key, _ObjectKey,
        {{ ozmeta_runtime.uuid7('stamp', 'seed') }} as EQ_ID,
        tenant as _TenantID,
        {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as EQ_ObjectType,
        object_id as EQ_ObjectID,
        cast(signal as {{ text }}) as EQ_SignalCode,
        cast(severity as {{ text }}) as EQ_Severity,
        cast(role as {{ text }}) as EQ_AssignedToRole,
        cast(principal as {{ text }}) as EQ_AssignedToPrincipal,
        case when closed_at is not null then 'Closed' when acknowledged_at is not null then 'Ack' else 'Open' end as EQ_Status,
        cast(created_at as {{ ts }}) as EQ_CreatedUTC,
        cast(closed_at as {{ ts }}) as EQ_ClosedUTC,
        cast(notes as {{ text }}) as EQ_Notes,
        cast(ST_ID as {{ text }}) as ST_ID,
        cast(SL_Code as {{ text }}) as SL_Code,
        cast(ST_CycleNo as {{ bigint }}) as ST_CycleNo,
        cast(level as {{ bigint }}) as EQ_Level,
        _CycleKey,
        {{ ozmeta_runtime.audit_columns(state) }}
    from seeded
    where copy = 1
)

select * from written
{%- if state.incremental %}
{#- Each origin by itself: of an `or` of both, an engine makes a join that begins with the whole queue. -#}
{%- set origins = ['1 = 1'] if state.full_fold else
    (['_CycleKey is null and ' ~ ozmeta_runtime.object_changed(state, timeline)] if transitions else []) + (['_CycleKey in (select _Key from ' ~ cycles ~ ' where ' ~ ozmeta_runtime.changed_rows(state, cycles) ~ ')'] if cycles else []) %}
{%- for origin in origins %}
union all
select _Key, _ObjectKey, {{ ozmeta_runtime.retracted_columns(columns, as_of) }}, {{ ozmeta_runtime.audit_columns(state, as_of) }}
from {{ this }}
where _DeleteDate is null and {{ origin }} and _Key not in (select _Key from written)
{%- endfor %}
{%- elif ozmeta_runtime.has_columns(this, columns + ['_Key', '_ObjectKey', '_DeleteDate']) %}
union all
-- a full refresh keeps what was retracted, and retracts what is raised no more; what is due after as_of is simply not raised yet
select _Key, _ObjectKey, {{ ozmeta_runtime.retracted_columns(columns, as_of) }}, {{ ozmeta_runtime.audit_columns(state, 'coalesce(_DeleteDate, ' ~ as_of ~ ')') }}
from {{ this }}
where _Key not in (select _Key from written) and (_DeleteDate is not null or EQ_CreatedUTC <= {{ as_of }})
{%- endif %}
{{ ozmeta_runtime.clustered_by_object() }}
{% endif %}
{% endmacro %}
