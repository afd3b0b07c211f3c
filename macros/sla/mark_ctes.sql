{#
The marks of each SLA (spec 4.7, 5.1): which rule-visible events start it (S) and which stop it (P). The CTEs are

  visible_events  the rule-visible events, with object.* fields carried forward; next_visible: the position of the
                  object's next one, only with on_restart resume or continue
  approval_turns  the events with which a step's turn begins or ends; only if an SLA times an approval step
  marked_events   the visible events with two flags per SLA: start1, stop1, start2, … Further columns per SLA, only if
                  it needs them: cancel1 and pause1 (flags), asked1_1 (the number of its target, see asked_target),
                  rule1 (whether its start rule is true and cancel_when is not)
  decided_events  the same, with start1 decided by the event before, and change1: the event changes whether the SLA is
                  paused or which target it asks for; only if an SLA needs that
  marks           one row per event and SLA with a flag set: sla_no, _ObjectKey, TL_Position, TL_EffectiveUTC, EJ_ID,
                  is_start, is_stop. Flags are 1 or 0, and sla_no is the position in `slas`, from 1. Further columns,
                  only if an SLA needs them: see mark_columns

Arguments
  journal_config  dict: fields: the payload fields that the rules use; event_aliases?: {old name: current name}; see
                  journal_slice
  workflow        dict: terminal: [state code]
  slas            list: see sla_cycle
  timeline        relation: the binding's timeline
  where           string: a condition on the rows of timeline and approvals whose objects are folded
  approvals       relation: the binding's approval_step; none if no SLA times an approval step
  calendars       [{key, code}]: the calendars of the SLAs
#}
{% macro mark_ctes(journal_config, workflow, slas, timeline, where, approvals=none, calendars=[]) %}
{%- set has = ozmeta_runtime.service_level_features(slas) %}
{%- set columns = {} %}
{%- for field in journal_config.fields %}{%- do columns.update({field.ref: field.column}) %}{%- endfor %}
{%- set so_far = 'partition by _ObjectKey order by TL_Position rows between unbounded preceding and current row' %}
visible_events as (
    select
        _ObjectKey, EJ_ID, _TenantID,
        {{ ozmeta_runtime.current_name_as('EJ_EventType', journal_config.get('event_aliases')) }},
        EJ_Actor, EJ_SourceSystem,
        TL_Position, TL_EffectiveUTC, TL_IsApplied, TL_TransitionCode, TL_FromState, TL_ToState, TL_State, TL_Anomaly,
        PL_Code, PL_FromState, PL_ToState
        {%- for field in journal_config.fields %},
        {% if field.ref.startswith('object.') -%}
        {{ ozmeta_runtime.last_value_ignoring_nulls(field.column, so_far) }} as {{ field.column }}
        {%- else %}{{ field.column }}{% endif %}
        {%- endfor %}
        {%- if ozmeta_runtime.uses_first_event(slas) %},
        row_number() over (partition by _ObjectKey order by TL_Position) as visible_no
        {%- endif %}
        {%- if has.gaps %},
        lead(TL_Position) over (partition by _ObjectKey order by TL_Position) as next_visible
        {%- endif %}
    from {{ timeline }}
    where TL_Position is not null and not {{ ozmeta_runtime.is_true('TL_IsRejected') }} and {{ where }}
),

{% if approvals -%}
approval_turns as (
    select
        turn_object, turn_event
        {%- for sla in slas if sla.get('approval_step') %}
        {%- set flow = ozmeta_runtime.text_literal(sla.approval_step.flow) %}
        {%- set step = ozmeta_runtime.text_literal(sla.approval_step.step) %}
        {%- set is_step = "AF_Code = " ~ flow ~ " and AS_Code = " ~ step %},
        max(case when is_begin = 1 and {{ is_step }} then 1 else 0 end)
            as {{ ozmeta_runtime.approval_turn_column(sla, 'begins') }},
        max(case when is_begin = 0 and {{ is_step }} then 1 else 0 end)
            as {{ ozmeta_runtime.approval_turn_column(sla, 'ends') }}
        {%- endfor %}
    from (
        {%- for event, is_begin in [('AP_ActivatedEventID', 1), ('AP_DecidedEventID', 0)] %}
        {{ "union all" if not loop.first }}
        select _ObjectKey as turn_object, {{ event }} as turn_event, {{ is_begin }} as is_begin, AF_Code, AS_Code
        from {{ approvals }}
        where _DeleteDate is null and {{ event }} is not null and {{ where }}
        {%- endfor %}
    ) as begun_or_decided
    group by turn_object, turn_event
),

{% endif -%}
marked_events as (
    select
        *
        {%- for sla in slas %}
        {%- set starts = ozmeta_runtime.start_condition(sla, columns)
            ~ ozmeta_runtime.any_transition(sla.get('start_actions', [])) %}
        {%- set stops = ozmeta_runtime.stop_condition(sla, workflow, columns)
            ~ ozmeta_runtime.any_transition(sla.get('stop_actions', [])) %}
        {%- set cancels = ozmeta_runtime.rule_sql(sla.cancel_when, columns) if sla.get('cancel_when') is not none %},
        case {{ "when " ~ cancels ~ " then 0 " if cancels }}when {{ starts }} then 1 else 0 end
            as start{{ loop.index }},
        case when {{ stops }} then 1 else 0 end as stop{{ loop.index }}
        {%- if cancels %},
        case when {{ cancels }} then 1 else 0 end as cancel{{ loop.index }}
        {%- endif %}
        {%- if ozmeta_runtime.must_become_true(sla) %},
        case {{ "when " ~ cancels ~ " then 0 " if cancels -}}
            when {{ ozmeta_runtime.start_condition(sla, columns) }} then 1 else 0 end as rule{{ loop.index }},
        case {{ "when " ~ cancels ~ " then 0 " if cancels -}}
            when 1 = 0{{ ozmeta_runtime.any_transition(sla.get('start_actions', [])) }} then 1 else 0 end
            as action{{ loop.index }}
        {%- endif %}
        {%- if sla.get('pause_when') is not none %},
        case when {{ ozmeta_runtime.rule_sql(sla.pause_when, columns) }} then 1 else 0 end as pause{{ loop.index }}
        {%- endif %}
        {%- set sla_no = loop.index %}
        {%- for targets in ozmeta_runtime.target_lists(sla) %},
        {{ ozmeta_runtime.asked_target(targets, columns) }} as asked{{ sla_no }}_{{ loop.index }}
        {%- endfor %}
        {%- endfor %}
    from visible_events
    {%- if approvals %}
    left join approval_turns on turn_object = _ObjectKey and turn_event = EJ_ID
    {%- endif %} {{ ozmeta_runtime.materialize_cte('marked_events') }}
),

{% set decided = has.changes or has.rises -%}
{% if decided -%}
decided_events as (
    select
        marked_events.*
        {%- for sla in slas %}
        {%- set starts = ozmeta_runtime.decided_start(sla, loop.index) %}
        {%- set changes = ozmeta_runtime.level_changes(sla, loop.index) %}
        {%- if starts %},
        {{ starts }} as decided_start{{ loop.index }}
        {%- endif %}
        {%- if changes %},
        {{ changes }} as change{{ loop.index }}
        {%- endif %}
        {%- endfor %}
    from marked_events {{ ozmeta_runtime.materialize_cte('decided_events') }}
),

{% endif -%}
marks as (
    {%- for sla in slas %}
    {{ "union all" if not loop.first }}
    {%- set is_decided = decided and ozmeta_runtime.decided_start(sla, loop.index) %}
    {%- set start, stop = ("decided_start" if is_decided else "start") ~ loop.index, "stop" ~ loop.index %}
    {%- set flags = [start, stop] + (["cancel" ~ loop.index] if sla.get('cancel_when') is not none else [])
        + (["change" ~ loop.index] if ozmeta_runtime.level_changes(sla, loop.index) else []) %}
    select
        {{ loop.index }} as sla_no, _ObjectKey, TL_Position, TL_EffectiveUTC, EJ_ID,
        {{ start }} as is_start, {{ stop }} as is_stop
        {%- for name, sql in ozmeta_runtime.mark_columns(slas, loop.index, calendars, columns).items() %},
        {{ sql }} as {{ name }}
        {%- endfor %}
    from {{ "decided_events" if decided else "marked_events" }}
    where ({{ flags | join(" = 1 or ") }} = 1)
    {%- endfor %} {{ ozmeta_runtime.materialize_cte('marks', 'and') }}
),
{% endmacro %}

{#
The columns of `marks` that only some SLAs need, as {name: SQL} for one SLA:

  is_cancel        flag: cancel_when is true
  is_pause         flag: pause_when is true
  is_change        flag: what pauses, or the target that it asks for, is not that of the object's visible event before
  version_no       the number of the policy's version, from 1, if a cycle started here
  asked1, asked2…  the number of the target that the event asks for, in each list of target_lists
  calendar         the key of the calendar, if a cycle started here

slas: see sla_cycle; sla_no: integer: which of them; calendars, columns: see calendar_key
#}
{% macro mark_columns(slas, sla_no, calendars, columns) %}
  {%- set has = ozmeta_runtime.service_level_features(slas) -%}
  {%- set sla = slas[sla_no - 1] -%}
  {%- set found = {} -%}
  {%- if has.cancels -%}
    {%- do found.update({'is_cancel': 'cancel' ~ sla_no if sla.get('cancel_when') is not none else '0'}) -%}
  {%- endif -%}
  {%- if has.pauses -%}
    {%- do found.update({'is_pause': 'pause' ~ sla_no if sla.get('pause_when') is not none else '0'}) -%}
  {%- endif -%}
  {%- if has.changes -%}
    {%- do found.update({'is_change': 'change' ~ sla_no if ozmeta_runtime.level_changes(sla, sla_no) else '0'}) -%}
  {%- endif -%}
  {%- if has.versions -%}
    {%- set numbers = range(1, ozmeta_runtime.policy_versions(sla) | length + 1) | map('string') | list -%}
    {%- do found.update({'version_no': ozmeta_runtime.by_version(sla, numbers)}) -%}
    {%- set lists = ozmeta_runtime.target_lists(sla) | length -%}
    {%- for i in range(1, ozmeta_runtime.most_target_lists(slas) + 1) -%}
      {%- do found.update({'asked' ~ i: 'asked' ~ sla_no ~ '_' ~ i if i <= lists else '0'}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if has.calendars -%}
    {%- do found.update({'calendar': ozmeta_runtime.calendar_key(sla, calendars, columns)}) -%}
  {%- endif -%}
  {%- do return(found) -%}
{% endmacro %}

{# SQL of a flag: the event starts the timer, where that depends on the event before it (spec 5.11); otherwise none.
   A start rule with becomesTrue must turn true. Without a rule, the first event that does not cancel starts. #}
{% macro decided_start(sla, sla_no) %}
  {%- set by_object = 'partition by _ObjectKey order by TL_Position' -%}
  {%- set is_first_event = sla.get('start') is none and sla.get('state') is none
      and sla.get('approval_step') is none -%}
  {%- if ozmeta_runtime.must_become_true(sla) -%}
    {%- do return("case when action" ~ sla_no ~ " = 1 or (rule" ~ sla_no ~ " = 1 and coalesce(lag(rule" ~ sla_no
        ~ ") over (" ~ by_object ~ "), 0) = 0) then 1 else 0 end") -%}
  {%- elif is_first_event and sla.get('cancel_when') is not none -%}
    {%- set applies = "sum(1 - cancel" ~ sla_no ~ ") over (" ~ by_object
        ~ " rows between unbounded preceding and current row)" -%}
    {%- do return("case when start" ~ sla_no ~ " = 1 or (cancel" ~ sla_no ~ " = 0 and " ~ applies
        ~ " = 1) then 1 else 0 end") -%}
  {%- endif -%}
  {%- do return(none) -%}
{% endmacro %}

{# SQL of a flag: the event changes whether the timer is paused, or the target that it asks for; otherwise none. #}
{% macro level_changes(sla, sla_no) %}
  {%- set levels = ['pause' ~ sla_no] if sla.get('pause_when') is not none else [] -%}
  {%- if sla.get('on_target_change') == 'retarget' -%}
    {%- for targets in ozmeta_runtime.target_lists(sla) -%}
      {%- do levels.append('asked' ~ sla_no ~ '_' ~ loop.index) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if not levels -%}{%- do return(none) -%}{%- endif -%}
  {%- set conditions = [] -%}
  {%- for level in levels -%}
    {%- do conditions.append(
        level ~ " <> lag(" ~ level ~ ") over (partition by _ObjectKey order by TL_Position)") -%}
  {%- endfor -%}
  {%- do return("case when " ~ conditions | join(" or ") ~ " then 1 else 0 end") -%}
{% endmacro %}

{# Whether the start of one of these SLAs needs the number of an object's visible event. #}
{% macro uses_first_event(slas) %}
  {%- for sla in slas if sla.get('start') is none and sla.get('approval_step') is none -%}
    {%- do return(true) -%}
  {%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}

{# The column of `approval_turns` with the events at which the approval step of an SLA begins, or ends.
   what: 'begins' or 'ends' #}
{% macro approval_turn_column(sla, what) -%}
  {{ what }}_{{ local_md5(tojson([sla.approval_step.flow, sla.approval_step.step, sla.code]))[:8] }}
{%- endmacro %}

{#
A condition: the event starts the timer. In this order: the start rule; entering the state of a state timer or of a
timer on a transition; the turn of the approval step begins; the object's first visible event (spec 1.2, 5.1, 5.9).
#}
{% macro start_condition(sla, columns) %}
  {%- set applied = ozmeta_runtime.is_true('TL_IsApplied') -%}
  {%- if sla.get('start') is not none -%}{{ ozmeta_runtime.rule_sql(sla.start, columns) }}
  {%- elif sla.get('state') is not none -%}
    {%- set here = ozmeta_runtime.text_literal(sla.state) -%}
    (TL_State = {{ here }} and (visible_no = 1 or ({{ applied }} and TL_FromState <> {{ here }})))
  {%- elif sla.get('approval_step') is not none -%}
    ({{ ozmeta_runtime.approval_turn_column(sla, 'begins') }} = 1)
  {%- else -%}(visible_no = 1){%- endif -%}
{% endmacro %}

{# A condition: the event stops the timer. In this order: the stop rule; leaving the state; the decision of the approval
   step; an applied transition to a terminal state. #}
{% macro stop_condition(sla, workflow, columns) %}
  {%- set applied = ozmeta_runtime.is_true('TL_IsApplied') -%}
  {%- if sla.get('stop') is not none -%}{{ ozmeta_runtime.rule_sql(sla.stop, columns) }}
  {%- elif sla.get('state') is not none -%}
    {%- set here = ozmeta_runtime.text_literal(sla.state) -%}
    ({{ applied }} and TL_FromState = {{ here }} and TL_ToState <> {{ here }})
  {%- elif sla.get('approval_step') is not none -%}
    ({{ ozmeta_runtime.approval_turn_column(sla, 'ends') }} = 1)
  {%- else -%}({{ applied }} and TL_ToState in ({{ ozmeta_runtime.text_literals(workflow.terminal) }})){%- endif -%}
{% endmacro %}

{# More alternatives of a condition: the event applied one of these transitions, whose actions start or stop the timer.
   transitions: [see applied_transition] #}
{% macro any_transition(transitions) %}
  {%- for transition in transitions %} or {{ ozmeta_runtime.applied_transition(transition) }}{% endfor -%}
{% endmacro %}
