{#
Model <binding>_escalation_queue: the raised escalations and their status (spec 6).
One row per raised level of a cycle, and per EnqueueEscalation action of an applied transition.

Main CTEs
  raised    the rows that changed cycles and events call for
  answered  per row, when it was acknowledged or closed by an event
  seeded    rows with the instant at which they were closed, by an event or by the cycle's stop

A row that is no longer raised is retracted: it stays, closed, with _DeleteDate set (spec 6.5).

Arguments
  binding         string: the binding's name
  journal_config  dict: object_type, tenant_in_key, event_aliases?, sla_aliases?: {old name: current name}; see
                  journal_slice
  slas            list: see sla_cycle
  transitions     [{transition: see applied_transition, levels: [{level: integer, signal, severity, role?, principal?,
                  notes?}]}]
  timeline        relation: the binding's timeline
  cycles          relation: the binding's sla_cycle, or none
  auto_close      boolean: whether a cycle's stop closes its rows (spec 6.3)
Errors            see run_state
#}
{% macro escalation_queue(binding, journal_config, slas, transitions, timeline, cycles=none, auto_close=true) %}
{%- do ozmeta_runtime.check_arguments('escalation_queue', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'slas': slas, 'transitions': transitions,
    'timeline': timeline, 'cycles': cycles, 'auto_close': auto_close}) -%}
{% if execute %}
{%- set definition = [journal_config.object_type, journal_config.tenant_in_key, transitions, auto_close,
    cycles is not none] -%}
{%- for names in ['event_aliases', 'sla_aliases'] if journal_config.get(names) -%}
  {%- do definition.append([names, journal_config[names]]) -%}
{%- endfor -%}
{%- for sla in slas -%}{%- do definition.append([sla.code, sla.levels]) -%}{%- endfor -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, [timeline, cycles], bucketed=true) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set as_of = ozmeta_runtime.timestamp_literal(state.as_of) -%}
{%- set text, bigint, ts = ozmeta_runtime.type_text(), dbt.type_bigint(), ozmeta_runtime.type_timestamp() -%}
{%- set event_aliases = journal_config.get('event_aliases') -%}
{%- set object_type = ozmeta_runtime.text_literal(journal_config.object_type) -%}
{%- set identity = ['_ObjectKey', 'SL_Code', 'start_event', 'signal', 'cast(level as ' ~ text ~ ')'] -%}
{%- set columns = ['EQ_ID', '_TenantID', 'EQ_ObjectType', 'EQ_ObjectID', 'EQ_SignalCode', 'EQ_Severity',
    'EQ_AssignedToRole', 'EQ_AssignedToPrincipal', 'EQ_Status', 'EQ_CreatedUTC', 'EQ_ClosedUTC', 'EQ_Notes', 'ST_ID',
    'SL_Code', 'ST_CycleNo', 'EQ_Level', '_CycleKey'] -%}

{% call ozmeta_runtime.model_query() -%}
{{ ozmeta_runtime.with_materialized_ctes() }} levels as (
    {%- set rows = [] %}
    {%- for sla in slas %}{%- for level in sla.levels %}
      {%- do rows.append([sla.code, loop.index, level.level, level.signal, level.severity, level.get('role'),
          level.get('principal'), level.get('notes')]) %}
    {%- endfor %}{%- endfor %}
    {{ ozmeta_runtime.literal_rows([['SL_Code', text], ['slot', bigint], ['level', bigint], ['signal', text],
        ['severity', text], ['role', text], ['principal', text], ['notes', text]], rows) }}
),

{% if transitions -%}
facts as (
    {{ ozmeta_runtime.object_facts(journal_config, timeline, ozmeta_runtime.changed_rows(state, timeline), state) }}
),

{% endif -%}
raised as (
    -- no rows: only the names and types of the columns
    select
        {{- " cast(null as " ~ bigint ~ ") as _Bucket," if state.bucketed }}
        cast(null as {{ text }}) as _ObjectKey, cast(null as {{ text }}) as tenant,
        cast(null as {{ text }}) as object_id, cast(null as {{ text }}) as stamp,
        cast(null as {{ text }}) as _CycleKey, cast(null as {{ text }}) as SL_Code,
        cast(null as {{ text }}) as ST_ID, cast(null as {{ bigint }}) as ST_CycleNo,
        cast(null as {{ text }}) as start_event,
        cast(null as {{ ts }}) as created_at, cast(null as {{ ts }}) as stop_at,
        cast(null as {{ bigint }}) as is_cancelled,
        cast(null as {{ text }}) as signal, cast(null as {{ bigint }}) as level, cast(null as {{ text }}) as severity,
        cast(null as {{ text }}) as role, cast(null as {{ text }}) as principal, cast(null as {{ text }}) as notes
    {{ ozmeta_runtime.no_rows() }}
    {%- if cycles %}
    {%- for slot in range(1, ozmeta_runtime.level_numbers(slas) + 1) %}
    {%- set raised_at = 'cycles.ST_Level' ~ slot ~ 'RaisedUTC' %}
    {%- set is_cancelled = ozmeta_runtime.is_true('cycles.ST_IsCancelled') %}
    union all
    select
        {{- " cycles._Bucket," if state.bucketed }}
        cycles._ObjectKey, cycles._TenantID, cycles.ST_ObjectID, {{ ozmeta_runtime.uuid7_time('cycles.ST_ID') }},
        cycles._Key, cycles.SL_Code, cycles.ST_ID, cycles.ST_CycleNo, cycles.ST_StartEventID, {{ raised_at }},
        {{ "cycles.ST_StopUTC" if auto_close else "case when " ~ is_cancelled ~ " then cycles.ST_StopUTC end" }},
        case when {{ is_cancelled }} then 1 else 0 end,
        levels.signal, levels.level, levels.severity, levels.role, levels.principal, levels.notes
    from {{ cycles }} as cycles
    inner join levels on levels.SL_Code = cycles.SL_Code and levels.slot = {{ slot }}
    where cycles._DeleteDate is null and {{ raised_at }} is not null
      and {{ ozmeta_runtime.changed_rows(state, cycles) }}
    {%- endfor %}
    {%- endif %}
    {%- for transition in transitions %}
    {%- for level in transition.levels %}
    union all
    select
        {{- " facts._Bucket," if state.bucketed }} applied._ObjectKey, facts.tenant, facts.object_id, facts.stamp,
        cast(null as {{ text }}), cast(null as {{ text }}), cast(null as {{ text }}), cast(null as {{ bigint }}),
        applied.EJ_ID, applied.TL_EffectiveUTC,
        cast(null as {{ ts }}), 0, {{ ozmeta_runtime.text_literal(level.signal) }}, {{ level.level }},
        {{ ozmeta_runtime.text_literal(level.severity) }}, {{ ozmeta_runtime.text_literal(level.get('role')) }},
        {{ ozmeta_runtime.text_literal(level.get('principal')) }},
        {{ ozmeta_runtime.text_literal(level.get('notes')) }}
    from (
        select _ObjectKey, EJ_ID, TL_EffectiveUTC
        from {{ timeline }}
        where {{ ozmeta_runtime.applied_transition(transition.transition) }}
          and {{ ozmeta_runtime.changed_rows(state, timeline) }}
    ) as applied
    inner join facts on facts._ObjectKey = applied._ObjectKey
    {%- endfor %}
    {%- endfor %}
),

keyed as (
    select *, {{ ozmeta_runtime.row_key(identity) }} as _Key
    from raised {{ ozmeta_runtime.materialize_cte('keyed') }}
),

answers as (
    select
        _ObjectKey, {{ ozmeta_runtime.current_name_as('EJ_EventType', event_aliases) }}, TL_EffectiveUTC,
        PL_EscalationSignalType,
        {{ ozmeta_runtime.current_name_as('PL_EscalationSlaCode', journal_config.get('sla_aliases')) }},
        PL_EscalationLevel
    from {{ timeline }}
    where {{ ozmeta_runtime.current_name('EJ_EventType', event_aliases) }}
          in ('Escalation.Acknowledged', 'Escalation.Closed')
      and TL_Position is not null and not {{ ozmeta_runtime.is_true('TL_IsRejected') }}
      and _ObjectKey in (select _ObjectKey from keyed){{ ozmeta_runtime.in_scope(state) }}
),

answered as (
    select
        keyed._Key,
        min(case when answers.EJ_EventType = 'Escalation.Acknowledged' then answers.TL_EffectiveUTC end)
            as acknowledged_at,
        min(case when answers.EJ_EventType = 'Escalation.Closed' then answers.TL_EffectiveUTC end) as closed_at
    from keyed
    inner join answers
        on answers._ObjectKey = keyed._ObjectKey
        and answers.TL_EffectiveUTC >= keyed.created_at
        {%- if cycles %}
        and (keyed.stop_at is null or answers.TL_EffectiveUTC < keyed.stop_at)
        {%- endif %}
        and coalesce(answers.PL_EscalationSignalType, keyed.signal) = keyed.signal
        and (answers.PL_EscalationSlaCode is null or answers.PL_EscalationSlaCode = keyed.SL_Code)
        and (answers.PL_EscalationLevel is null or answers.PL_EscalationLevel = cast(keyed.level as {{ text }}))
    group by keyed._Key
),

{%- set first_close %}case when keyed.stop_at < coalesce(answered.closed_at, {{ ozmeta_runtime.never_due() }})
            then keyed.stop_at else answered.closed_at end
{%- endset %}
{%- set seeds = ["'EQ'", 'keyed.tenant', object_type, 'keyed.object_id', 'keyed.SL_Code', 'keyed.start_event',
    'keyed.signal', 'cast(keyed.level as ' ~ text ~ ')'] %}
{%- set copy_order = [
    ozmeta_runtime.binary_order('keyed.severity'),
    ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('keyed.role')),
    ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('keyed.principal')),
    ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('keyed.notes'))] | join(', ') %}
{%- set copy_number = 'row_number() over (partition by keyed._Key order by ' ~ copy_order ~ ')' %}

seeded as (
    select
        keyed.*, answered.acknowledged_at,
        {{ first_close if cycles else "answered.closed_at" }} as closed_at,
        {{ ozmeta_runtime.seed_hash(seeds) }} as seed,
        -- a transition may have the same action twice, an SLA never
        {{ copy_number if transitions else '1' }} as copy
    from keyed
    left join answered on answered._Key = keyed._Key
),

written as (
    select
        _Key, _ObjectKey,
        {{ ozmeta_runtime.uuid7('stamp', 'seed') }} as EQ_ID,
        tenant as _TenantID,
        {{ object_type }} as EQ_ObjectType,
        object_id as EQ_ObjectID,
        cast(signal as {{ text }}) as EQ_SignalCode,
        cast(severity as {{ text }}) as EQ_Severity,
        cast(role as {{ text }}) as EQ_AssignedToRole,
        cast(principal as {{ text }}) as EQ_AssignedToPrincipal,
        case when closed_at is not null then 'Closed' when acknowledged_at is not null then 'Ack' else 'Open' end
            as EQ_Status,
        cast(created_at as {{ ts }}) as EQ_CreatedUTC,
        cast(closed_at as {{ ts }}) as EQ_ClosedUTC,
        cast(case when is_cancelled = 1 and closed_at = stop_at then 'Cancelled' else notes end as {{ text }})
            as EQ_Notes,
        cast(ST_ID as {{ text }}) as ST_ID,
        cast(SL_Code as {{ text }}) as SL_Code,
        cast(ST_CycleNo as {{ bigint }}) as ST_CycleNo,
        cast(level as {{ bigint }}) as EQ_Level,
        _CycleKey,
        {{- ozmeta_runtime.bucket_column(state) }}
        {{ ozmeta_runtime.audit_columns(state) }}
    from seeded
    where copy = 1
)

select * from written
{%- set existing = ozmeta_runtime.relation_columns(this) if state.bucketed and state.full_fold
    and load_relation(this) %}
{%- if state.incremental %}
{#- One select per origin: with `or` between the conditions, an engine plans a join that starts with the whole queue. #}
{%- if state.full_fold %}
  {%- set origins = ['1 = 1'] %}
{%- else %}
  {%- set of_events = '_CycleKey is null and ' ~ ozmeta_runtime.object_changed(state, timeline) %}
  {%- set of_cycles = '_CycleKey in (select _Key from ' ~ cycles ~ ' where '
      ~ ozmeta_runtime.changed_rows(state, cycles) ~ ')' ~ ozmeta_runtime.in_scope(state) if cycles %}
  {%- set origins = ([of_events] if transitions else []) + ([of_cycles] if cycles else []) %}
{%- endif %}
{%- for origin in origins %}
union all
select
    _Key, _ObjectKey, {{ ozmeta_runtime.retracted_columns(columns, as_of) }},
    {{- ozmeta_runtime.bucket_column(state, existing) }}
    {{ ozmeta_runtime.audit_columns(state, as_of) }}
from {{ this }}
where {{ ozmeta_runtime.was_live(state) }} and {{ origin }} and _Key not in (select _Key from written)
{%- endfor %}
{%- elif ozmeta_runtime.has_columns(this, columns + ['_Key', '_ObjectKey', '_DeleteDate']) %}
union all
-- a full refresh keeps retracted rows and retracts those no longer raised, except rows created after as_of
select
    _Key, _ObjectKey, {{ ozmeta_runtime.retracted_columns(columns, as_of) }},
    {{- ozmeta_runtime.bucket_column(state, existing) }}
    {{ ozmeta_runtime.audit_columns(state, 'coalesce(_DeleteDate, ' ~ as_of ~ ')') }}
from {{ this }}
where _Key not in (select _Key from written) and (_DeleteDate is not null or EQ_CreatedUTC <= {{ as_of }})
{%- endif %}
{{ ozmeta_runtime.clustered_by_object() }}
{%- endcall %}
{% endif %}
{% endmacro %}

{# The columns of a retracted row, as a list for a select (spec 6.5).
   columns: [column]; as_of: SQL of the run's clock #}
{% macro retracted_columns(columns, as_of) -%}
  {%- set changed = {
      'EQ_Status': "'Closed' as EQ_Status",
      'EQ_Notes': "'Retracted' as EQ_Notes",
      'EQ_ClosedUTC': "coalesce(EQ_ClosedUTC, " ~ as_of ~ ") as EQ_ClosedUTC"} -%}
  {%- for column in columns -%}{{ changed.get(column, column) }}{{ ", " if not loop.last }}{%- endfor -%}
{%- endmacro %}
