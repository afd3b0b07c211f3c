{# SPEC 4.7 and 5 "Mark", as the CTEs `carried`, `visible` and `marks`; `turns_taken`, where an SLA runs with an approval step.
   where: the condition on the rows of timeline and approvals whose objects are folded. #}
{% macro mark_ctes(journal_config, workflow, slas, timeline, where, approvals=none) %}
{%- set used = ozmeta_runtime.rule_fields(journal_config, slas) %}
{%- set columns = {} %}
{%- for field in used %}{%- do columns.update({field.ref: field.column}) %}{%- endfor %}
carried as (
    select
        _ObjectKey, EJ_ID, _TenantID, {{ ozmeta_runtime.current_name_as('EJ_EventType', journal_config.get('event_aliases')) }}, EJ_Actor, EJ_SourceSystem,
        TL_Position, TL_EffectiveUTC, TL_IsApplied, TL_TransitionCode, TL_FromState, TL_ToState, TL_State, TL_Anomaly, PL_Code, PL_FromState, PL_ToState
        {%- for field in used %},
        {% if field.ref.startswith('object.') -%}
        {{ ozmeta_runtime.last_value_ignoring_nulls(field.column, 'partition by _ObjectKey order by TL_Position rows between unbounded preceding and current row') }} as {{ field.column }}
        {%- else %}{{ field.column }}{% endif %}
        {%- endfor %}
        {%- if ozmeta_runtime.uses_first_event(slas) %},
        row_number() over (partition by _ObjectKey order by TL_Position) as visible_no
        {%- endif %}
    from {{ timeline }}
    where TL_Position is not null and not {{ ozmeta_runtime.is_true('TL_IsRejected') }} and {{ where }}
),

{% if approvals -%}
-- the events by which the steps that an SLA times had their turn, and were decided
turns_taken as (
    select
        turn_object, turn_event
        {%- for sla in slas if sla.get('approval_step') %}
        {%- set step = "AF_Code = " ~ ozmeta_runtime.text_literal(sla.approval_step.flow) ~ " and AS_Code = " ~ ozmeta_runtime.text_literal(sla.approval_step.step) %},
        max(case when is_begin = 1 and {{ step }} then 1 else 0 end) as {{ ozmeta_runtime.approval_turn_column(sla, 'begins') }},
        max(case when is_begin = 0 and {{ step }} then 1 else 0 end) as {{ ozmeta_runtime.approval_turn_column(sla, 'ends') }}
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
visible as (
    select
        *
        {%- for sla in slas %},
        case when {{ ozmeta_runtime.start_condition(sla, columns) }}{{ ozmeta_runtime.any_transition(sla.get('start_actions', [])) }} then 1 else 0 end as start{{ loop.index }},
        case when {{ ozmeta_runtime.stop_condition(sla, workflow, columns) }}{{ ozmeta_runtime.any_transition(sla.get('stop_actions', [])) }} then 1 else 0 end as stop{{ loop.index }}
        {%- endfor %}
    from carried
    {%- if approvals %}
    left join turns_taken on turn_object = _ObjectKey and turn_event = EJ_ID
    {%- endif %} {{ ozmeta_runtime.materialize_cte('visible') }}
),

marks as (
    {%- for sla in slas %}
    {{ "union all " if not loop.first }}select {{ loop.index }} as sla_no, _ObjectKey, TL_Position, TL_EffectiveUTC, EJ_ID,
        start{{ loop.index }} as is_start, stop{{ loop.index }} as is_stop
    from visible where (start{{ loop.index }} = 1 or stop{{ loop.index }} = 1)
    {%- endfor %} {{ ozmeta_runtime.materialize_cte('marks', 'and') }}
),
{% endmacro %}

{# Whether an SLA starts with an object's first rule-visible event, or may. #}
{% macro uses_first_event(slas) %}
  {%- for sla in slas if sla.get('start') is none and sla.get('approval_step') is none -%}{%- do return(true) -%}{%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}

{# The payload fields that these SLAs' rules name. #}
{% macro rule_fields(journal_config, slas) %}
  {%- set named = tojson(slas) -%}
  {%- set used = [] -%}
  {%- for field in journal_config.fields if tojson({'ref': field.ref})[1:-1] in named -%}{%- do used.append(field) -%}{%- endfor -%}
  {%- do return(used) -%}
{% endmacro %}

{# The column that says whether an event begins, or ends, the turn of the approval step which an SLA times. #}
{% macro approval_turn_column(sla, what) %}{{ what }}_{{ local_md5(tojson([sla.approval_step.flow, sla.approval_step.step, sla.code]))[:8] }}{% endmacro %}

{# What starts a timer: its rule; else entering its state, or its transition's from-state; else its approval step's turn; else the object's first rule-visible event. #}
{% macro start_condition(sla, columns) %}
  {%- set applied = ozmeta_runtime.is_true('TL_IsApplied') -%}
  {%- if sla.get('start') is not none -%}{{ ozmeta_runtime.rule_sql(sla.start, columns) }}
  {%- elif sla.get('state') is not none -%}
    {%- set here = ozmeta_runtime.text_literal(sla.state) -%}
    (TL_State = {{ here }} and (visible_no = 1 or ({{ applied }} and TL_FromState <> {{ here }})))
  {%- elif sla.get('approval_step') is not none -%}({{ ozmeta_runtime.approval_turn_column(sla, 'begins') }} = 1)
  {%- else -%}(visible_no = 1){%- endif -%}
{% endmacro %}

{# What stops it: its rule; else leaving its state; else its approval step's decision; else an applied transition to a terminal state. #}
{% macro stop_condition(sla, workflow, columns) %}
  {%- set applied = ozmeta_runtime.is_true('TL_IsApplied') -%}
  {%- if sla.get('stop') is not none -%}{{ ozmeta_runtime.rule_sql(sla.stop, columns) }}
  {%- elif sla.get('state') is not none -%}
    {%- set here = ozmeta_runtime.text_literal(sla.state) -%}
    ({{ applied }} and TL_FromState = {{ here }} and TL_ToState <> {{ here }})
  {%- elif sla.get('approval_step') is not none -%}({{ ozmeta_runtime.approval_turn_column(sla, 'ends') }} = 1)
  {%- else -%}({{ applied }} and TL_ToState in ({{ ozmeta_runtime.text_literals(workflow.terminal) }})){%- endif -%}
{% endmacro %}

{% macro any_transition(transitions) %}
  {%- for transition in transitions %} or {{ ozmeta_runtime.applied_transition(transition) }}{% endfor -%}
{% endmacro %}
