{#
Model <binding>_sla_cycle: every cycle of every SLA timer (SPEC 5).

  visible    their rule-visible events, object.* fields carried forward      macros/sla/marks.sql
  marks      per SLA, the events that start (S) or stop (P) it               macros/sla/marks.sql
  turns      each mark with what went before, and which mark is the next to stop it
  spans      from a start to the next stop; a cycle is one, or with `resume` all of them
  scheduled  when each threshold's minutes have run, pauses taken out
  ticking    cycles of other objects whose next threshold as_of has reached: nothing to fold, only time passed
  evaluated  what as_of makes of the schedule

Arguments
  journal_config    see journal_slice
  workflow  see workflow_instance
  slas      [{code, target_minutes, warn_minutes?, on_restart?, start?, stop?, state?, approval_step?: {flow, step}, start_actions?, stop_actions?: [transition],
             levels: [{level, signal, after_minutes, severity, role?, principal?, notes?}]}]
  timeline  the relation
  approvals the relation approval_step, where an SLA has an approval_step
#}
{% macro sla_cycle(binding, journal_config, workflow, slas, timeline, approvals=none) %}
{% if execute %}
{%- set schedules = [] -%}
{%- for sla in slas -%}
  {%- set levels = [] -%}
  {%- for l in sla.levels -%}{%- do levels.append([l.level, l.signal, l.after_minutes]) -%}{%- endfor -%}
  {%- set rest = {} -%}
  {%- for key, value in sla.items() if key != 'levels' -%}{%- do rest.update({key: value}) -%}{%- endfor -%}
  {%- do schedules.append([rest, levels]) -%}
{%- endfor -%}
{%- set as_of = ozmeta_runtime.as_of() -%}
{#- brought to as_of already: what is due at that very instant is breached only after it -#}
{%- set ticks = "ST_NextUTC <= " ~ as_of ~ " and _UpdateDate < " ~ as_of ~ " and _DeleteDate is null" -%}
{%- set state = ozmeta_runtime.run_state(binding, [journal_config.object_type, journal_config.tenant_in_key, workflow.terminal, schedules] + ([journal_config.event_aliases] if journal_config.get('event_aliases') else []), [timeline, approvals], due=ticks) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set slots = ozmeta_runtime.level_numbers(slas) -%}
{#- Columns of levels that are no more: a merge would leave in them what they held. -#}
{%- set held = ozmeta_runtime.relation_columns(this) if state.incremental and state.full_fold else {} -%}
{%- set gone = [] -%}
{%- for i in range(slots + 1, held | length) if 'st_level' ~ i ~ 'atutc' in held -%}{%- do gone.append(i) -%}{%- endfor -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{#- By number: a sort by texts takes twice as long. -#}
{%- set by_timer = 'partition by sla_no, _ObjectKey order by TL_Position' -%}
{%- set before, after = ' rows between unbounded preceding and 1 preceding', ' rows between 1 following and unbounded following' -%}

{#- An object's approvals may change where no event of it is new. -#}
{%- set in_news = ozmeta_runtime.object_changed(state, timeline) ~ (" or " ~ ozmeta_runtime.object_changed(state, approvals) if approvals else "") -%}
{%- set folded = "(" ~ in_news ~ ")" if approvals and not state.full_fold else ozmeta_runtime.changed_rows(state, timeline) -%}

{{ ozmeta_runtime.with_materialized_ctes() }} {{ ozmeta_runtime.mark_ctes(journal_config, workflow, slas, timeline, folded, approvals) }}

policies as (
    {%- set rows = [] %}
    {%- for sla in slas %}
      {%- set row = [loop.index, sla.code, sla.get('on_restart', 'newCycle'), sla.target_minutes, sla.get('warn_minutes')] %}
      {%- for i in range(slots) %}
        {%- set level = sla.levels[i] if i < sla.levels | length else none %}
        {%- do row.extend([none, none, none] if level is none else
            [(sla.warn_minutes if level.signal == 'SLA.Warned' else sla.target_minutes) + level.after_minutes, 1 if level.signal == 'SLA.Warned' else 0, level.level]) %}
      {%- endfor %}
      {%- do rows.append(row) %}
    {%- endfor %}
    {%- set columns = [['sla_no', bigint], ['SL_Code', text], ['on_restart', text], ['target_minutes', bigint], ['warn_minutes', bigint]] %}
    {%- for i in range(1, slots + 1) %}
      {%- do columns.extend([['level' ~ i ~ '_minutes', bigint], ['level' ~ i ~ '_is_warning', bigint], ['level' ~ i, bigint]]) %}
    {%- endfor %}
    {{ ozmeta_runtime.literal_rows(columns, rows) }}
),

-- Under `resume` an event that is both S and P only stops, or does nothing. Otherwise it leaves running and idle as they were: turn is null.
kinds as (
    select
        marks.*, policies.on_restart,
        case when is_start > is_stop then 'S' when is_stop > is_start or policies.on_restart = 'resume' then 'P' end as turn
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
    left join marks as stops on stops.sla_no = turns.sla_no and stops._ObjectKey = turns._ObjectKey and stops.TL_Position = turns.stop_position
    where (turns.turn = 'S' and coalesce(turns.turn_before, 'P') = 'P') or (turns.turn is null and turns.turn_before = 'S')
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
        max(case when is_last_span = 1 then cycles.span_start - cycles.ran_before end) - min(cycles.span_start) as paused,
        {{ ozmeta_runtime.threshold_timestamp('policies.target_minutes') }} as due_at,
        {{ ozmeta_runtime.threshold_timestamp('policies.warn_minutes') }} as warn_at
        {%- for i in range(1, slots + 1) %},
        {{ ozmeta_runtime.threshold_timestamp('policies.level' ~ i ~ '_minutes') }} as level{{ i }}_at
        {%- endfor %}
    from cycles
    inner join policies on policies.sla_no = cycles.sla_no
    group by cycles._ObjectKey, policies.SL_Code, cycles.cycle_no
),

{%- set object = ["tenant", ozmeta_runtime.text_literal(journal_config.object_type), "object_id"] %}
{%- set restarts = slas | selectattr('on_restart', 'defined') | map(attribute='on_restart') | list %}
{%- set resumes = 'resume' in restarts %}
{%- if resumes %}
-- objects in a terminal state: there a cycle under `resume` that stopped does not go on
finished as (
    select _ObjectKey
    from (
        select _ObjectKey, TL_State, row_number() over (partition by _ObjectKey order by TL_Position desc) as from_last
        from visible
    ) as states
    where from_last = 1 and TL_State in ({{ ozmeta_runtime.text_literals(workflow.terminal) }})
),

{% endif -%}
objects as (
    select *, {{ ozmeta_runtime.seed_hash(["'WI'"] + object) }} as instance_seed
    from ({{ ozmeta_runtime.object_facts(journal_config, timeline, folded) }}) as facts
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
        cast(cycle_no as {{ dbt.type_bigint() }}) as ST_CycleNo,
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
    -- ticking
    select _Key, _ObjectKey, SC_ID, ST_ID, _TenantID, WI_ID, SL_Code, ST_ObjectType, ST_ObjectID, ST_CycleNo, ST_IsLatest, ST_StartEventID, ST_StopEventID,
        ST_StartUTC, ST_DueUTC, ST_StopUTC, ST_PausedSeconds, ST_WarnAtUTC
        {%- for i in range(1, slots + 1) %}, ST_Level{{ i }}AtUTC{% endfor %}, 0 as is_finished
    from {{ this }}
    where {{ ticks }}
      and not ({{ in_news }})
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
        -- the level of a warning is raised at its instant, that of a breach after it
        case when ST_Level{{ i }}AtUTC < end_at or (ST_Level{{ i }}AtUTC = end_at and policies.level{{ i }}_is_warning = 1) then 1 else 0 end as is_raised{{ i }},
        policies.level{{ i }}
        {%- endfor %}
    from ended
    inner join policies on policies.SL_Code = ended.SL_Code
),

written as (
    select
        _Key, _ObjectKey, SC_ID, ST_ID, _TenantID, WI_ID, SL_Code, ST_ObjectType, ST_ObjectID, ST_CycleNo, ST_IsLatest, ST_StartEventID, ST_StopEventID,
        ST_StartUTC, ST_DueUTC, ST_StopUTC,
        case when ST_StopUTC is not null then 'Stopped' when ST_BreachedUTC is not null then 'Breached'
             when ST_WarnedUTC is not null then 'Warned' else 'Running' end as ST_Status,
        case when ST_BreachedUTC is not null then 'Missed'
             when ST_StopUTC is not null and (on_restart <> 'resume' or is_finished = 1) then 'Met' end as ST_Outcome,
        ST_WarnedUTC, ST_BreachedUTC,
        cast({% if slots %}greatest(0{% for i in range(1, slots + 1) %}, case when is_raised{{ i }} = 1 then level{{ i }} else 0 end{% endfor %}){% else %}0{% endif %} as {{ dbt.type_bigint() }}) as ST_EscalationLevel,
        ST_PausedSeconds, ST_WarnAtUTC
        {%- for i in range(1, slots + 1) %}, ST_Level{{ i }}AtUTC{% endfor %}
        {%- for i in gone %}, cast(null as {{ ozmeta_runtime.type_timestamp() }}) as ST_Level{{ i }}AtUTC{% endfor %},
        -- the next threshold still to come; none once stopped
        nullif(least(
            case when ST_StopUTC is null and ST_WarnedUTC is null then coalesce(ST_WarnAtUTC, {{ ozmeta_runtime.never_due() }}) else {{ ozmeta_runtime.never_due() }} end,
            case when ST_StopUTC is null and ST_BreachedUTC is null then ST_DueUTC else {{ ozmeta_runtime.never_due() }} end
            {%- for i in range(1, slots + 1) %},
            case when ST_StopUTC is null and is_raised{{ i }} = 0 then coalesce(ST_Level{{ i }}AtUTC, {{ ozmeta_runtime.never_due() }}) else {{ ozmeta_runtime.never_due() }} end
            {%- endfor %}), {{ ozmeta_runtime.never_due() }}) as ST_NextUTC,
        {{ ozmeta_runtime.audit_columns(state) }}
    from evaluated
)

select * from written
{{ ozmeta_runtime.soft_deleted_rows(state, ozmeta_runtime.cycle_columns(slots + gone | length), '(' ~ in_news ~ ')') }}
{{ ozmeta_runtime.clustered_by_object() }}
{% endif %}
{% endmacro %}

{# A threshold lies in the first span by whose end its minutes have run; the last span goes on for ever. Epoch micros, over a cycle's spans. #}
{% macro threshold_timestamp(minutes) -%}
  min(case when is_last_span = 1 or ran_before + span_stop - span_start >= {{ minutes }} * 60000000 then span_start + {{ minutes }} * 60000000 - ran_before end)
{%- endmacro %}

{% macro cycle_columns(slots) %}
  {%- set columns = ['_Key', '_ObjectKey', 'SC_ID', 'ST_ID', '_TenantID', 'WI_ID', 'SL_Code', 'ST_ObjectType', 'ST_ObjectID', 'ST_CycleNo', 'ST_IsLatest', 'ST_StartEventID', 'ST_StopEventID',
      'ST_StartUTC', 'ST_DueUTC', 'ST_StopUTC', 'ST_Status', 'ST_Outcome', 'ST_WarnedUTC', 'ST_BreachedUTC', 'ST_EscalationLevel', 'ST_PausedSeconds', 'ST_WarnAtUTC'] -%}
  {%- for i in range(1, slots + 1) -%}{%- do columns.append('ST_Level' ~ i ~ 'AtUTC') -%}{%- endfor -%}
  {%- do columns.append('ST_NextUTC') -%}
  {%- do return(columns) -%}
{% endmacro %}
