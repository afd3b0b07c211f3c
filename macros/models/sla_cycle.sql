{#
Model <binding>_sla_cycle: every cycle of every SLA timer (spec 5). One row per (object, SLA, start event).

Main CTEs
  marked_events, marks  the events that start (S) or stop (P) each SLA (mark_ctes)
  turns                 each mark with the mark that decides before it, and the position of the next stop
  spans                 from a start to the next stop; a cycle is one span or, with `resume`, all of them
  scheduled             the instant of each threshold, without pauses
  timed                 the cycles of folded objects, and cycles of other objects whose next threshold as_of has
                        reached, which need no fold
  evaluated             the schedule as of this run's as_of

Arguments
  binding         string: the binding's name
  journal_config  dict: object_type, tenant_in_key, fields, event_aliases?; see journal_slice
  workflow        dict: terminal: [state code]; see workflow_instance
  slas            [{code, target_minutes, warn_minutes?, on_restart?: 'newCycle' (default), 'ignore' or 'resume',
                  start?: rule, stop?: rule, state?: state code, approval_step?: {flow, step},
                  start_actions?, stop_actions?: [see applied_transition],
                  levels: [{level: integer, signal, after_minutes: running minutes after the warn or target minutes,
                  severity, role?, principal?, notes?}]}]. Minutes are integers. For rules, see rule_sql.
  timeline        relation: the binding's timeline
  approvals       relation: the binding's approval_step; none if no SLA has an approval_step
Errors            see run_state
#}
{% macro sla_cycle(binding, journal_config, workflow, slas, timeline, approvals=none) %}
{%- do ozmeta_runtime.check_arguments('sla_cycle', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'workflow': workflow, 'slas': slas,
    'timeline': timeline, 'approvals': approvals}) -%}
{% if execute %}
{#- Only what a level's threshold depends on is part of the definition, not who is notified. -#}
{%- set schedules = [] -%}
{%- for sla in slas -%}
  {%- set levels = [] -%}
  {%- for level in sla.levels -%}
    {%- do levels.append([level.level, level.signal, level.after_minutes]) -%}
  {%- endfor -%}
  {%- set rest = {} -%}
  {%- for key, value in sla.items() if key != 'levels' -%}{%- do rest.update({key: value}) -%}{%- endfor -%}
  {%- do schedules.append([rest, levels]) -%}
{%- endfor -%}
{%- set aliases = [journal_config.event_aliases] if journal_config.get('event_aliases') else [] -%}
{%- set definition = [journal_config.object_type, journal_config.tenant_in_key, workflow.terminal, schedules]
    + aliases -%}
{%- set as_of = ozmeta_runtime.as_of() -%}
{#- A threshold at as_of itself stays due, because a breach comes after it. _UpdateDate shows that a run saw it. -#}
{%- set ticks = "ST_NextUTC <= " ~ as_of ~ " and _UpdateDate < " ~ as_of ~ " and _DeleteDate is null" -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, [timeline, approvals], due=ticks) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set slots = ozmeta_runtime.level_numbers(slas) -%}
{#- Columns of levels that no longer exist are set to null, because a merge would keep their values. -#}
{%- set existing = ozmeta_runtime.relation_columns(this) if state.incremental and state.full_fold else {} -%}
{%- set dropped_levels = [] -%}
{%- for i in range(slots + 1, existing | length) if 'st_level' ~ i ~ 'atutc' in existing -%}
  {%- do dropped_levels.append(i) -%}
{%- endfor -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set never = ozmeta_runtime.never_due() -%}
{#- sla_no and not SL_Code: sorting by text takes twice as long. -#}
{%- set by_timer = 'partition by sla_no, _ObjectKey order by TL_Position' -%}
{%- set before = ' rows between unbounded preceding and 1 preceding' -%}
{%- set after = ' rows between 1 following and unbounded following' -%}

{#- An object's approvals can change in a run without new events of the object. -#}
{%- set is_changed = ozmeta_runtime.object_changed(state, timeline)
    ~ (" or " ~ ozmeta_runtime.object_changed(state, approvals) if approvals else "") -%}
{%- set is_folded = "(" ~ is_changed ~ ")" if approvals and not state.full_fold
    else ozmeta_runtime.changed_rows(state, timeline) -%}

{%- set object = ["tenant", ozmeta_runtime.text_literal(journal_config.object_type), "object_id"] -%}
{%- set restarts = slas | selectattr('on_restart', 'defined') | map(attribute='on_restart') | list -%}
{%- set resumes = 'resume' in restarts -%}

{{ ozmeta_runtime.with_materialized_ctes() }}
{{ ozmeta_runtime.mark_ctes(journal_config, workflow, slas, timeline, is_folded, approvals) }}

policies as (
    {%- set rows = [] %}
    {%- for sla in slas %}
      {%- set row = [loop.index, sla.code, sla.get('on_restart', 'newCycle'), sla.target_minutes,
          sla.get('warn_minutes')] %}
      {%- for i in range(slots) %}
        {%- set level = sla.levels[i] if i < sla.levels | length else none %}
        {%- if level is none %}
          {%- do row.extend([none, none, none]) %}
        {%- else %}
          {%- set is_warning = level.signal == 'SLA.Warned' %}
          {%- set minutes = (sla.warn_minutes if is_warning else sla.target_minutes) + level.after_minutes %}
          {%- do row.extend([minutes, is_warning | int, level.level]) %}
        {%- endif %}
      {%- endfor %}
      {%- do rows.append(row) %}
    {%- endfor %}
    {%- set columns = [['sla_no', bigint], ['SL_Code', text], ['on_restart', text], ['target_minutes', bigint],
        ['warn_minutes', bigint]] %}
    {%- for i in range(1, slots + 1) %}
      {%- set level = 'level' ~ i %}
      {%- do columns.extend([[level ~ '_minutes', bigint], [level ~ '_is_warning', bigint], [level, bigint]]) %}
    {%- endfor %}
    {{ ozmeta_runtime.literal_rows(columns, rows) }}
),

-- With resume, an event that is both S and P is a P. Otherwise it leaves the timer as it was, and its turn is null.
kinds as (
    select
        marks.*, policies.on_restart,
        case when is_start > is_stop then 'S' when is_stop > is_start or policies.on_restart = 'resume' then 'P' end
            as turn
    from marks
    inner join policies on policies.sla_no = marks.sla_no
),

turns as (
    select
        *,
        {{ ozmeta_runtime.last_value_ignoring_nulls('turn', by_timer ~ before) }} as turn_before,
        min(case when is_stop = 1 then TL_Position end) over ({{ by_timer ~ after }}) as stop_position
    from kinds
),

spans as (
    select
        turns._ObjectKey, turns.sla_no, turns.on_restart, turns.TL_Position, turns.EJ_ID, stops.EJ_ID as stop_event,
        {{ ozmeta_runtime.to_micros('turns.TL_EffectiveUTC') }} as span_start,
        {{ ozmeta_runtime.to_micros('stops.TL_EffectiveUTC') }} as span_stop
    from turns
    left join marks as stops
        on stops.sla_no = turns.sla_no and stops._ObjectKey = turns._ObjectKey
        and stops.TL_Position = turns.stop_position
    where (turns.turn = 'S' and coalesce(turns.turn_before, 'P') = 'P')
       or (turns.turn is null and turns.turn_before = 'S')
),

numbered as (
    select
        *,
        row_number() over ({{ by_timer }}) as span_no,
        lead(TL_Position) over ({{ by_timer }}) as next_span,
        sum(span_stop - span_start) over ({{ by_timer ~ before }}) as ran
    from spans
),

cycles as (
    select
        *,
        case when on_restart = 'resume' then 1 else span_no end as cycle_no,
        case when on_restart = 'resume' and span_no > 1 then null else EJ_ID end as start_event,
        case when on_restart = 'resume' and next_span is not null then 0 else 1 end as is_last_span,
        case when on_restart = 'newCycle' and next_span is not null then 0 else 1 end as is_latest,
        case when on_restart = 'resume' then coalesce(cast(ran as {{ bigint }}), 0) else 0 end as ran_before
    from numbered
    where on_restart <> 'ignore' or span_no = 1
),

scheduled as (
    select
        cycles._ObjectKey, policies.SL_Code, cycles.cycle_no,
        max(cycles.is_latest) as is_latest,
        min(cycles.start_event) as start_event,
        min(cycles.span_start) as start_at,
        max(case when is_last_span = 1 then cycles.span_stop end) as stop_at,
        max(case when is_last_span = 1 then cycles.stop_event end) as stop_event,
        max(case when is_last_span = 1 then cycles.span_start - cycles.ran_before end) - min(cycles.span_start)
            as paused,
        {{ ozmeta_runtime.threshold_timestamp('policies.target_minutes') }} as due_at,
        {{ ozmeta_runtime.threshold_timestamp('policies.warn_minutes') }} as warn_at
        {%- for i in range(1, slots + 1) %},
        {{ ozmeta_runtime.threshold_timestamp('policies.level' ~ i ~ '_minutes') }} as level{{ i }}_at
        {%- endfor %}
    from cycles
    inner join policies on policies.sla_no = cycles.sla_no
    group by cycles._ObjectKey, policies.SL_Code, cycles.cycle_no
),

{% if resumes -%}
-- objects in a terminal state: their stopped cycles with resume do not continue
finished as (
    select _ObjectKey
    from (
        select _ObjectKey, TL_State, row_number() over (partition by _ObjectKey order by TL_Position desc) as from_last
        from marked_events
    ) as states
    where from_last = 1 and TL_State in ({{ ozmeta_runtime.text_literals(workflow.terminal) }})
),

{% endif -%}
objects as (
    select *, {{ ozmeta_runtime.seed_hash(["'WI'"] + object) }} as instance_seed
    from ({{ ozmeta_runtime.object_facts(journal_config, timeline, is_folded) }}) as facts
),

identified as (
    select
        scheduled.*, objects.tenant, objects.object_id, objects.stamp, objects.instance_seed,
        {{ "case when finished._ObjectKey is not null then 1 else 0 end" if resumes else "0" }} as is_finished,
        {{ ozmeta_runtime.seed_hash(["'SC'"] + object + ["SL_Code", "start_event"]) }} as cycle_seed,
        {{ ozmeta_runtime.seed_hash(["'ST'"] + object + ["SL_Code"]) }} as timer_seed
    from scheduled
    inner join objects on objects._ObjectKey = scheduled._ObjectKey
    {%- if resumes %}
    left join finished on finished._ObjectKey = scheduled._ObjectKey
    {%- endif %}
),

timed as (
    select
        {{ ozmeta_runtime.row_key(['_ObjectKey', 'SL_Code', 'start_event']) }} as _Key,
        _ObjectKey,
        {{ ozmeta_runtime.uuid7('stamp', 'cycle_seed') }} as SC_ID,
        {{ ozmeta_runtime.uuid7('stamp', 'timer_seed') }} as ST_ID,
        tenant as _TenantID,
        {{ ozmeta_runtime.uuid7('stamp', 'instance_seed') }} as WI_ID,
        SL_Code,
        {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as ST_ObjectType,
        object_id as ST_ObjectID,
        cast(cycle_no as {{ bigint }}) as ST_CycleNo,
        {{ ozmeta_runtime.boolean_column('is_latest = 1') }} as ST_IsLatest,
        start_event as ST_StartEventID,
        stop_event as ST_StopEventID,
        {{ ozmeta_runtime.from_micros('start_at') }} as ST_StartUTC,
        {{ ozmeta_runtime.from_micros('due_at') }} as ST_DueUTC,
        {{ ozmeta_runtime.from_micros('stop_at') }} as ST_StopUTC,
        {{ ozmeta_runtime.floor_div('paused', 1000000) }} as ST_PausedSeconds,
        {{ ozmeta_runtime.from_micros('warn_at') }} as ST_WarnAtUTC
        {%- for i in range(1, slots + 1) %},
        {{ ozmeta_runtime.from_micros('level' ~ i ~ '_at') }} as ST_Level{{ i }}AtUTC
        {%- endfor %},
        is_finished
    from identified
    {%- if not state.full_fold %}
    union all
    -- cycles of other objects whose next threshold as_of has reached
    select
        _Key, _ObjectKey, SC_ID, ST_ID, _TenantID, WI_ID, SL_Code, ST_ObjectType, ST_ObjectID, ST_CycleNo, ST_IsLatest,
        ST_StartEventID, ST_StopEventID, ST_StartUTC, ST_DueUTC, ST_StopUTC, ST_PausedSeconds, ST_WarnAtUTC
        {%- for i in range(1, slots + 1) %}, ST_Level{{ i }}AtUTC{% endfor %}, 0 as is_finished
    from {{ this }}
    where {{ ticks }}
      and not ({{ is_changed }})
    {%- endif %}
),

ended as (
    select timed.*, coalesce(ST_StopUTC, {{ as_of }}) as end_at from timed
),

evaluated as (
    select
        ended.*, policies.on_restart,
        case when end_at >= ST_WarnAtUTC then ST_WarnAtUTC end as ST_WarnedUTC,
        case when end_at > ST_DueUTC then ST_DueUTC end as ST_BreachedUTC
        {%- for i in range(1, slots + 1) %},
        -- a level of a warning is raised at its instant, a level of a breach after it
        case when ST_Level{{ i }}AtUTC < end_at
               or (ST_Level{{ i }}AtUTC = end_at and policies.level{{ i }}_is_warning = 1) then 1 else 0 end
            as is_raised{{ i }},
        policies.level{{ i }}
        {%- endfor %}
    from ended
    inner join policies on policies.SL_Code = ended.SL_Code
),

written as (
    {%- set raised_levels = ['0'] %}
    {%- for i in range(1, slots + 1) %}
      {%- do raised_levels.append('case when is_raised' ~ i ~ ' = 1 then level' ~ i ~ ' else 0 end') %}
    {%- endfor %}
    select
        _Key, _ObjectKey, SC_ID, ST_ID, _TenantID, WI_ID, SL_Code, ST_ObjectType, ST_ObjectID, ST_CycleNo, ST_IsLatest,
        ST_StartEventID, ST_StopEventID, ST_StartUTC, ST_DueUTC, ST_StopUTC,
        case when ST_StopUTC is not null then 'Stopped' when ST_BreachedUTC is not null then 'Breached'
             when ST_WarnedUTC is not null then 'Warned' else 'Running' end as ST_Status,
        case when ST_BreachedUTC is not null then 'Missed'
             when ST_StopUTC is not null and (on_restart <> 'resume' or is_finished = 1) then 'Met' end as ST_Outcome,
        ST_WarnedUTC, ST_BreachedUTC,
        cast({{ "greatest(" ~ raised_levels | join(', ') ~ ")" if slots else "0" }} as {{ bigint }})
            as ST_EscalationLevel,
        ST_PausedSeconds, ST_WarnAtUTC
        {%- for i in range(1, slots + 1) %}, ST_Level{{ i }}AtUTC{% endfor %}
        {%- for i in dropped_levels %}, cast(null as {{ ozmeta_runtime.type_timestamp() }}) as ST_Level{{ i }}AtUTC
        {%- endfor %},
        -- the next threshold to come; null once the cycle is stopped
        nullif(least(
            case when ST_StopUTC is null and ST_WarnedUTC is null then coalesce(ST_WarnAtUTC, {{ never }})
                 else {{ never }} end,
            case when ST_StopUTC is null and ST_BreachedUTC is null then ST_DueUTC else {{ never }} end
            {%- for i in range(1, slots + 1) %},
            case when ST_StopUTC is null and is_raised{{ i }} = 0 then coalesce(ST_Level{{ i }}AtUTC, {{ never }})
                 else {{ never }} end
            {%- endfor %}), {{ never }}) as ST_NextUTC,
        {{ ozmeta_runtime.audit_columns(state) }}
    from evaluated
)

select * from written
{%- set columns = ozmeta_runtime.cycle_columns(slots + dropped_levels | length) %}
{{ ozmeta_runtime.soft_deleted_rows(state, columns, '(' ~ is_changed ~ ')') }}
{{ ozmeta_runtime.clustered_by_object() }}
{% endif %}
{% endmacro %}

{#
SQL: the instant at which a threshold's minutes have run, in epoch microseconds, over the spans of a cycle. It is in the
first span by whose end the minutes have run. The last span has no end here, since a threshold may come after the stop.

minutes: SQL of an integer
#}
{% macro threshold_timestamp(minutes) -%}
  min(case when is_last_span = 1 or ran_before + span_stop - span_start >= {{ minutes }} * 60000000
           then span_start + {{ minutes }} * 60000000 - ran_before end)
{%- endmacro %}

{# The columns of the model without audit columns. slots: integer: the number of level columns #}
{% macro cycle_columns(slots) %}
  {%- set columns = ['_Key', '_ObjectKey', 'SC_ID', 'ST_ID', '_TenantID', 'WI_ID', 'SL_Code', 'ST_ObjectType',
      'ST_ObjectID', 'ST_CycleNo', 'ST_IsLatest', 'ST_StartEventID', 'ST_StopEventID', 'ST_StartUTC', 'ST_DueUTC',
      'ST_StopUTC', 'ST_Status', 'ST_Outcome', 'ST_WarnedUTC', 'ST_BreachedUTC', 'ST_EscalationLevel',
      'ST_PausedSeconds', 'ST_WarnAtUTC'] -%}
  {%- for i in range(1, slots + 1) -%}{%- do columns.append('ST_Level' ~ i ~ 'AtUTC') -%}{%- endfor -%}
  {%- do columns.append('ST_NextUTC') -%}
  {%- do return(columns) -%}
{% endmacro %}
