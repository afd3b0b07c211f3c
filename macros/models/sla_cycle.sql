{#
Model <binding>_sla_cycle: every cycle of every SLA timer (spec 5). One row per (object, SLA, start event).

The steps, each in a file of macros/sla
  mark_ctes       which events start, stop or cancel each SLA
  policy_ctes     what each SLA says
  cycle_ctes      from a start to the next stop: the cycles
  then, only with service level options
  step_ctes       when the clock of a cycle runs, and the running time so far (spec 5.10, 5.12)
  verdict_ctes    which target decides (spec 5.13)
  threshold_ctes  the instant of each threshold
  answer_ctes     the levels that an acknowledgement prevents (spec 5.15)
Main CTEs of this file
  scheduled       the instant of each threshold
  timed           the cycles of folded objects, and cycles of other objects whose next threshold as_of has reached,
                  which need no fold
  evaluated       the schedule as of this run's as_of

Arguments
  binding         string: the binding's name
  journal_config  dict: object_type, tenant_in_key, fields, event_aliases?; see journal_slice
  workflow        dict: terminal: [state code]; see workflow_instance
  slas            [{code, target_minutes, warn_minutes?, on_restart?: 'newCycle' (default), 'ignore', 'resume' or
                  'continue',
                  start?: rule, stop?: rule, state?: state code, approval_step?: {flow, step},
                  start_actions?, stop_actions?: [see applied_transition],
                  levels: [{level: integer, signal, after_minutes: running minutes after the warn or target minutes,
                  severity, role?, principal?, notes?, unless_acknowledged?: true}]}]. Minutes are integers. For rules,
                  see rule_sql. Service level options (spec 5.17), all of them optional:
                  calendar: code, or {ref, cases: {value: code or none}, default: code or none}; pause_when and
                  cancel_when: rule; trigger: 'event' (default) or 'becomesTrue'; on_both: 'stop' (default) or
                  'restart'; targets: [{when: rule, target_minutes, warn_minutes?}]; on_target_change: 'keep' (default)
                  or 'retarget'; versions: [{name?, from?: timestamp in UTC, target_minutes?, warn_minutes?, targets?,
                  calendar?}] in ascending order
  timeline        relation: the binding's timeline
  approvals       relation: the binding's approval_step; none if no SLA has an approval_step
  calendars       [{key, code, from, until}]: the calendars that the SLAs name, see calendar_window
  windows, pieces relations: calendar_window and calendar_piece; none without calendars
  report_fields   [{name, ref, column}]: fields of the object at the start of a cycle, see reported_columns
Errors            see run_state
#}
{% macro sla_cycle(binding, journal_config, workflow, slas, timeline, approvals=none, calendars=[], windows=none,
    pieces=none, report_fields=[]) %}
{%- do ozmeta_runtime.check_arguments('sla_cycle', kwargs, {
    'binding': binding, 'journal_config': journal_config, 'workflow': workflow, 'slas': slas,
    'timeline': timeline, 'approvals': approvals, 'calendars': calendars, 'windows': windows,
    'pieces': pieces, 'report_fields': report_fields}) -%}
{% if execute %}
{%- set definition = ozmeta_runtime.cycle_definition(journal_config, workflow, slas, report_fields) -%}
{%- set as_of = ozmeta_runtime.as_of() -%}
{#- A threshold at as_of itself stays due, because a breach comes after it. _UpdateDate shows that a run saw it. -#}
{%- set ticks = "ST_NextUTC <= " ~ as_of ~ " and _UpdateDate < " ~ as_of ~ " and _DeleteDate is null" -%}
{%- set state = ozmeta_runtime.run_state(binding, definition, [timeline, approvals], due=ticks, by_row=true,
    bucketed=true) -%}
{%- if state.idle -%}{%- do return(ozmeta_runtime.select_nothing(state)) -%}{%- endif -%}
{%- set has = ozmeta_runtime.service_level_features(slas) -%}
{%- set slots = ozmeta_runtime.level_numbers(slas) -%}
{#- Columns of levels that no longer exist are set to null, because a merge would keep their values. -#}
{%- set existing = ozmeta_runtime.relation_columns(this) if state.incremental and state.full_fold else {} -%}
{%- set own_columns, dropped_columns = ozmeta_runtime.cycle_columns(slas, report_fields, []), [] -%}
{%- set helpers = ['ST_BreachAtUTC', 'ST_BreachAfterUTC'] -%}
{%- for i in range(1, existing | length) -%}
  {%- for part in ['At', 'After', 'Raised'] -%}
    {%- do helpers.append('ST_Level' ~ i ~ part ~ 'UTC') -%}
  {%- endfor -%}
{%- endfor -%}
{%- for column in helpers if column | lower in existing and column not in own_columns -%}
  {%- do dropped_columns.append(column) -%}
{%- endfor -%}
{%- set bigint = dbt.type_bigint() -%}
{%- set never = ozmeta_runtime.never_due() -%}
{#- An object's approvals can change in a run without new events of the object. -#}
{%- set is_changed = ozmeta_runtime.object_changed(state, timeline)
    ~ (" or " ~ ozmeta_runtime.object_changed(state, approvals) if approvals else "")
    ~ (" or _ObjectKey in (select _ObjectKey from " ~ this ~ " where "
       ~ ozmeta_runtime.changed_cycles(slas, calendars, windows) ~ ")" if state.new_text and has.is_timed else "") -%}
{%- set is_folded = "(" ~ is_changed ~ ")" if (approvals or state.new_text) and not state.full_fold
    else ozmeta_runtime.changed_rows(state, timeline) -%}
{%- set calendar_key = ["'.'", "calendar_key"] if has.calendars else [] -%}
{%- set row_hash = ozmeta_runtime.concat_text(["'" ~ state.hash ~ ".'",
    ozmeta_runtime.version_hash(slas, 'SL_Code', 'ST_StartUTC')] + calendar_key) if has.is_timed else none -%}

{%- set object = ["tenant", ozmeta_runtime.text_literal(journal_config.object_type), "object_id"] -%}

{% call ozmeta_runtime.model_query() -%}
{{ ozmeta_runtime.with_materialized_ctes() }}
{{ ozmeta_runtime.mark_ctes(journal_config, workflow, slas, timeline, is_folded, approvals, calendars) }}

{{ ozmeta_runtime.policy_ctes(slas) }}
{{ ozmeta_runtime.cycle_ctes(slas) }}
{% if has.is_timed -%}
{{ ozmeta_runtime.step_ctes(slas, calendars, pieces) }}
{% if has.retargets -%}
{{ ozmeta_runtime.verdict_ctes(slas) }}
{%- endif %}
{{ ozmeta_runtime.threshold_ctes(slas, windows) }}
{% if has.answers -%}
{{ ozmeta_runtime.answer_ctes(journal_config, slas, timeline, is_folded) }}
{% endif -%}
{% else -%}
-- without service level options, the clock always runs and each cycle is one span
scheduled as (
    {%- set minute = 60000000 %}
    select
        cycles._ObjectKey, policies.SL_Code, cycles.cycle_no, cycles.is_latest, cycles.start_event, cycles.stop_event,
        {{ "cycles.is_cancelled" if has.cancels else "0" }} as is_cancelled,
        cycles.span_start as start_at, cycles.span_stop as stop_at,
        coalesce(cycles.span_stop, cycles.span_start) as last_at,
        coalesce(cycles.span_stop - cycles.span_start, 0) as last_ran,
        policies.target_minutes,
        cycles.span_start + policies.target_minutes * {{ minute }} as due_at,
        cycles.span_start + policies.warn_minutes * {{ minute }} as warn_at
        {%- for i in range(1, slots + 1) %},
        cycles.span_start + policies.level{{ i }}_minutes * {{ minute }} as level{{ i }}_at
        {%- endfor %}
    from cycles
    inner join policies on policies.sla_no = cycles.sla_no
),

{% endif -%}
{% if has.gaps -%}
-- objects in a terminal state: their stopped cycles with resume or continue do not go on
finished as (
    select _ObjectKey
    from marked_events
    where next_visible is null and TL_State in ({{ ozmeta_runtime.text_literals(workflow.terminal) }})
),

{% endif -%}
objects as (
    select *, {{ ozmeta_runtime.uuid7('stamp', 'instance_seed') }} as instance_id
    from (
        select *, {{ ozmeta_runtime.seed_hash(["'WI'"] + object) }} as instance_seed
        from ({{ ozmeta_runtime.object_facts(journal_config, timeline, is_folded, state) }}) as facts
    ) as seeded
),

identified as (
    select
        {{- " objects._Bucket," if state.bucketed }}
        scheduled.*, objects.tenant, objects.object_id, objects.stamp, objects.instance_id,
        {%- for field in report_fields %}
        starts.{{ field.column }},
        {%- endfor %}
        {{ "case when finished._ObjectKey is not null then 1 else 0 end" if has.gaps else "0" }} as is_finished,
        {{ ozmeta_runtime.seed_hash(["'SC'"] + object + ["SL_Code", "start_event"]) }} as cycle_seed,
        {{ ozmeta_runtime.seed_hash(["'ST'"] + object + ["SL_Code"]) }} as timer_seed
    from {{ "heeded" if has.answers else "scheduled" }} as scheduled
    inner join objects on objects._ObjectKey = scheduled._ObjectKey
    {%- if has.gaps %}
    left join finished on finished._ObjectKey = scheduled._ObjectKey
    {%- endif %}
    {%- if report_fields %}
    left join marked_events as starts
        on starts._ObjectKey = scheduled._ObjectKey and starts.EJ_ID = scheduled.start_event
    {%- endif %}
),

{% set shown = ozmeta_runtime.cycle_schedule(slas, calendars, report_fields) -%}
timed as (
    select
        {{ ozmeta_runtime.row_key(['_ObjectKey', 'SL_Code', 'start_event']) }} as _Key,
        _ObjectKey,
        {{ ozmeta_runtime.uuid7('stamp', 'cycle_seed') }} as SC_ID,
        {{ ozmeta_runtime.uuid7('stamp', 'timer_seed') }} as ST_ID,
        tenant as _TenantID,
        instance_id as WI_ID,
        SL_Code,
        {{ ozmeta_runtime.text_literal(journal_config.object_type) }} as ST_ObjectType,
        object_id as ST_ObjectID,
        cast(cycle_no as {{ bigint }}) as ST_CycleNo,
        {{ ozmeta_runtime.boolean_column('is_latest = 1') }} as ST_IsLatest,
        start_event as ST_StartEventID,
        stop_event as ST_StopEventID
        {%- for column, sql in shown.items() %},
        {{ sql }} as {{ column }}
        {%- endfor %},
        {%- if has.retargets %}
        case when is_breached_at_once = 1 then breach_at end as breached_at,
        {%- endif %}
        {%- if has.calendars %}
        calendar as calendar_key,
        {%- endif %}
        {{- ozmeta_runtime.bucket_column(state) }}
        is_finished
    from identified
    {%- if not state.full_fold %}
    union all
    -- cycles of other objects whose next threshold as_of has reached
    select
        _Key, _ObjectKey, SC_ID, ST_ID, _TenantID, WI_ID, SL_Code, ST_ObjectType, ST_ObjectID, ST_CycleNo, ST_IsLatest,
        ST_StartEventID, ST_StopEventID, {{ shown | join(', ') }},
        {%- if has.retargets %}
        {{ ozmeta_runtime.to_micros('ST_BreachedUTC') }} as breached_at,
        {%- endif %}
        {%- if has.calendars %}
        {{ ozmeta_runtime.substring('_DefinitionHash', 27, 12) }} as calendar_key,
        {%- endif %}
        {{- ozmeta_runtime.bucket_column(state) }}
        0 as is_finished
    from {{ this }}
    where {{ ticks }}{{ ozmeta_runtime.in_scope(state) }}
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
        {%- if has.is_timed %}
        case{% if has.retargets %} when breached_at is not null then {{ ozmeta_runtime.from_micros('breached_at') }}
            {%- endif %} when end_at > ST_BreachAfterUTC then ST_BreachAtUTC end as ST_BreachedUTC
        {%- else %}
        case when end_at > ST_DueUTC then ST_DueUTC end as ST_BreachedUTC
        {%- endif %}
        {%- for i in range(1, slots + 1) %},
        -- a level of a warning is raised at its instant, a level of a breach after it
        {%- set at = "ST_Level" ~ i ~ "AtUTC" %}
        {%- set after = "ST_Level" ~ i ~ "AfterUTC" if has.is_timed else at %}
        case when (policies.level{{ i }}_is_warning = 1 and end_at >= {{ at }})
               or (policies.level{{ i }}_is_warning = 0 and {{ at }} is not null and end_at > {{ after }})
               {%- if has.retargets %}
               or (policies.level{{ i }}_is_warning = 0 and policies.level{{ i }}_minutes = 0
                   and {{ at }} is not null and breached_at is not null)
               {%- endif %} then 1 else 0 end as is_raised{{ i }},
        policies.level{{ i }}, policies.level{{ i }}_is_warning
        {%- endfor %}
    from ended
    inner join policies on policies.SL_Code = ended.SL_Code
),

written as (
    {%- set raised_levels = ['0'] %}
    {%- for i in range(1, slots + 1) %}
      {%- do raised_levels.append('case when is_raised' ~ i ~ ' = 1 then level' ~ i ~ ' else 0 end') %}
    {%- endfor %}
    {%- set runs = "ST_StopUTC is null and not " ~ ozmeta_runtime.is_true('ST_IsPaused') if has.pauses
        else "ST_StopUTC is null" %}
    select
        _Key, _ObjectKey, SC_ID, ST_ID, _TenantID, WI_ID, SL_Code, ST_ObjectType, ST_ObjectID, ST_CycleNo, ST_IsLatest,
        ST_StartEventID, ST_StopEventID, {{ shown | join(', ') }},
        case when ST_StopUTC is not null then 'Stopped' when ST_BreachedUTC is not null then 'Breached'
             when ST_WarnedUTC is not null then 'Warned' else 'Running' end as ST_Status,
        case when ST_BreachedUTC is not null then 'Missed'
             {%- if has.cancels %}
             when {{ ozmeta_runtime.is_true('ST_IsCancelled') }} then 'Cancelled'
             {%- endif %}
             when ST_StopUTC is not null and (on_restart not in ('resume', 'continue') or is_finished = 1)
             then 'Met' end as ST_Outcome,
        ST_WarnedUTC, ST_BreachedUTC,
        cast({{ "greatest(" ~ raised_levels | join(', ') ~ ")" if slots else "0" }} as {{ bigint }})
            as ST_EscalationLevel
        {%- for i in range(1, slots + 1) %},
        case when is_raised{{ i }} = 1 then ST_Level{{ i }}AtUTC end as ST_Level{{ i }}RaisedUTC
        {%- endfor %}
        {%- for column in dropped_columns %}, cast(null as {{ ozmeta_runtime.type_timestamp() }}) as {{ column }}
        {%- endfor %},
        -- the next threshold to come; null while the cycle is stopped or paused
        nullif(least(
            case when {{ runs }} and ST_WarnedUTC is null then coalesce(ST_WarnAtUTC, {{ never }})
                 else {{ never }} end,
            {%- set after = "coalesce(ST_BreachAfterUTC, " ~ never ~ ")" if has.is_timed else "ST_DueUTC" %}
            case when {{ runs }} and ST_BreachedUTC is null then {{ after }} else {{ never }} end
            {%- for i in range(1, slots + 1) %}
            {%- set at = "ST_Level" ~ i ~ "AtUTC" %}
            {%- set next = "case when level" ~ i ~ "_is_warning = 1 then " ~ at ~ " when " ~ at
                ~ " is not null then ST_Level" ~ i ~ "AfterUTC end" if has.is_timed else at %},
            case when {{ runs }} and is_raised{{ i }} = 0 then coalesce({{ next }}, {{ never }})
                 else {{ never }} end
            {%- endfor %}), {{ never }}) as ST_NextUTC,
        {{- ozmeta_runtime.bucket_column(state) }}
        {{ ozmeta_runtime.audit_columns(state, hash=row_hash) }}
    from evaluated
)

select * from written
{%- set columns = ozmeta_runtime.cycle_columns(slas, report_fields, dropped_columns) %}
{{ ozmeta_runtime.soft_deleted_rows(state, columns, '(' ~ is_changed ~ ')') }}
{{ ozmeta_runtime.clustered_by_object() }}
{%- endcall %}
{% endif %}
{% endmacro %}

{#
The columns of the model that say when a cycle runs and when its thresholds are, as {column: SQL over `identified`}. A
run that only evaluates a cycle again copies them.

slas, calendars, report_fields: see sla_cycle
#}
{% macro cycle_schedule(slas, calendars, report_fields) %}
  {%- set has = ozmeta_runtime.service_level_features(slas) -%}
  {%- set bigint, text = dbt.type_bigint(), ozmeta_runtime.type_text() -%}
  {%- set paused = "last_start - coalesce(awake_before, 0) - start_at"
      ~ (" + coalesce(last_pause, 0)" if has.pauses else "") if has.steps else "0" -%}
  {%- set codes = [] -%}
  {%- for calendar in calendars -%}
    {%- do codes.append("when " ~ ozmeta_runtime.text_literal(calendar.key) ~ " then "
        ~ ozmeta_runtime.text_literal(calendar.code)) -%}
  {%- endfor -%}
  {%- set columns = {
      'ST_StartUTC': ozmeta_runtime.from_micros('start_at') | trim,
      'ST_DueUTC': ozmeta_runtime.from_micros('due_at') | trim,
      'ST_StopUTC': ozmeta_runtime.from_micros('stop_at') | trim,
      'ST_IsCancelled': ozmeta_runtime.boolean_column('is_cancelled = 1' if has.cancels else '1 = 0') | trim,
      'ST_IsPaused': ozmeta_runtime.boolean_column('is_paused = 1' if has.pauses else '1 = 0') | trim,
      'ST_PausedSeconds': "cast(" ~ ozmeta_runtime.floor_div(paused, 1000000) ~ " as " ~ bigint ~ ")",
      'ST_TargetMinutes': "cast(target_minutes as " ~ bigint ~ ")",
      'ST_PolicyVersion': "cast(" ~ ("version_name" if has.versions else "null") ~ " as " ~ text ~ ")",
      'ST_Calendar': "cast(" ~ ("case calendar " ~ codes | join(" ") ~ " end" if codes and has.calendars else "null")
          ~ " as " ~ text ~ ")",
      'ST_RanMicros': "cast(last_ran as " ~ bigint ~ ")",
      'ST_OpenMicros': "cast(" ~ ("last_open" if has.is_timed else "last_at") ~ " as " ~ bigint ~ ")",
      'ST_WarnAtUTC': ozmeta_runtime.from_micros('warn_at') | trim} -%}
  {%- if has.is_timed -%}
    {%- do columns.update({
        'ST_BreachAtUTC': ozmeta_runtime.from_micros('breach_at') | trim,
        'ST_BreachAfterUTC': ozmeta_runtime.from_micros('breach_after') | trim}) -%}
  {%- endif -%}
  {%- do columns.update(ozmeta_runtime.reported_columns(report_fields)) -%}
  {%- for i in range(1, ozmeta_runtime.level_numbers(slas) + 1) -%}
    {%- set at = 'heeded' ~ i ~ '_at' if has.answers else 'level' ~ i ~ '_at' -%}
    {%- do columns.update({'ST_Level' ~ i ~ 'AtUTC': ozmeta_runtime.from_micros(at) | trim}) -%}
    {%- if has.is_timed -%}
      {%- do columns.update({
          'ST_Level' ~ i ~ 'AfterUTC': ozmeta_runtime.from_micros('level' ~ i ~ '_after') | trim}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(columns) -%}
{% endmacro %}

{# The columns of the model without audit columns. slas, report_fields: see sla_cycle; dropped_columns: [column] #}
{% macro cycle_columns(slas, report_fields, dropped_columns) %}
  {%- set columns = ['_Key', '_ObjectKey', 'SC_ID', 'ST_ID', '_TenantID', 'WI_ID', 'SL_Code', 'ST_ObjectType',
      'ST_ObjectID', 'ST_CycleNo', 'ST_IsLatest', 'ST_StartEventID', 'ST_StopEventID'] -%}
  {%- do columns.extend(ozmeta_runtime.cycle_schedule(slas, [], report_fields) | list) -%}
  {%- do columns.extend(['ST_Status', 'ST_Outcome', 'ST_WarnedUTC', 'ST_BreachedUTC', 'ST_EscalationLevel']) -%}
  {%- for i in range(1, ozmeta_runtime.level_numbers(slas) + 1) -%}
    {%- do columns.append('ST_Level' ~ i ~ 'RaisedUTC') -%}
  {%- endfor -%}
  {%- do return(columns + dropped_columns + ['ST_NextUTC']) -%}
{% endmacro %}
