{#
The marks of each SLA (spec 4.7, 5.1): which rule-visible events start it (S) and which stop it (P). The CTEs are

  visible_events  the rule-visible events, with object.* fields carried forward
  approval_turns  the events with which a step's turn begins or ends; only if an SLA times an approval step
  marked_events   the visible events with two flags per SLA: start1, stop1, start2, …
  marks           one row per event and SLA with a flag set: sla_no, _ObjectKey, TL_Position, TL_EffectiveUTC, EJ_ID,
                  is_start, is_stop. Flags are 1 or 0, and sla_no is the position in `slas`, from 1.

Arguments
  journal_config  dict: fields: the payload fields that the rules use; event_aliases?: {old name: current name}; see
                  journal_slice
  workflow        dict: terminal: [state code]
  slas            list: see sla_cycle
  timeline        relation: the binding's timeline
  where           string: a condition on the rows of timeline and approvals whose objects are folded
  approvals       relation: the binding's approval_step; none if no SLA times an approval step
#}
{% macro mark_ctes(journal_config, workflow, slas, timeline, where, approvals=none) %}
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
            ~ ozmeta_runtime.any_transition(sla.get('stop_actions', [])) %},
        case when {{ starts }} then 1 else 0 end as start{{ loop.index }},
        case when {{ stops }} then 1 else 0 end as stop{{ loop.index }}
        {%- endfor %}
    from visible_events
    {%- if approvals %}
    left join approval_turns on turn_object = _ObjectKey and turn_event = EJ_ID
    {%- endif %} {{ ozmeta_runtime.materialize_cte('marked_events') }}
),

marks as (
    {%- for sla in slas %}
    {{ "union all" if not loop.first }}
    select
        {{ loop.index }} as sla_no, _ObjectKey, TL_Position, TL_EffectiveUTC, EJ_ID,
        start{{ loop.index }} as is_start, stop{{ loop.index }} as is_stop
    from marked_events
    where (start{{ loop.index }} = 1 or stop{{ loop.index }} = 1)
    {%- endfor %} {{ ozmeta_runtime.materialize_cte('marks', 'and') }}
),
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
