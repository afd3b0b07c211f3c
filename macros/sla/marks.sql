{# SPEC 4.7 and 5 "Mark", as the CTEs `carried`, `visible` and `marks`; `turns_taken`, where an SLA runs with an approval step.
   where: the condition on the rows of timeline and approvals whose objects are folded. #}
{% macro mark_ctes(intake, workflow, slas, timeline, where, approvals=none) %}
{%- set used = ozmeta_runtime.fields_of(intake, slas) %}
{%- set columns = {} %}
{%- for field in used %}{%- do columns.update({field.ref: field.column}) %}{%- endfor %}
carried as (
    select
        _ObjectKey, EJ_ID, _TenantID, {{ ozmeta_runtime.renamed_as('EJ_EventType', intake.get('event_aliases')) }}, EJ_Actor, EJ_SourceSystem,
        TL_Position, TL_EffectiveUTC, TL_IsApplied, TL_TransitionCode, TL_FromState, TL_ToState, TL_State, TL_Anomaly, PL_Code, PL_FromState, PL_ToState
        {%- for field in used %},
        {% if field.ref.startswith('object.') -%}
        {{ ozmeta_runtime.last_known(field.column, 'partition by _ObjectKey order by TL_Position rows between unbounded preceding and current row') }} as {{ field.column }}
        {%- else %}{{ field.column }}{% endif %}
        {%- endfor %}
        {%- if ozmeta_runtime.asks_for_first(slas) %},
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
        {%- set step = "AF_Code = " ~ ozmeta_runtime.literal(sla.approval_step.flow) ~ " and AS_Code = " ~ ozmeta_runtime.literal(sla.approval_step.step) %},
        max(case when is_begin = 1 and {{ step }} then 1 else 0 end) as {{ ozmeta_runtime.turn_column(sla, 'begins') }},
        max(case when is_begin = 0 and {{ step }} then 1 else 0 end) as {{ ozmeta_runtime.turn_column(sla, 'ends') }}
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
        case when {{ ozmeta_runtime.start_of(sla, columns) }}{{ ozmeta_runtime.or_actions(sla.get('start_actions', [])) }} then 1 else 0 end as start{{ loop.index }},
        case when {{ ozmeta_runtime.stop_of(sla, workflow, columns) }}{{ ozmeta_runtime.or_actions(sla.get('stop_actions', [])) }} then 1 else 0 end as stop{{ loop.index }}
        {%- endfor %}
    from carried
    {%- if approvals %}
    left join turns_taken on turn_object = _ObjectKey and turn_event = EJ_ID
    {%- endif %} {{ ozmeta_runtime.once('visible') }}
),

marks as (
    {%- for sla in slas %}
    {{ "union all " if not loop.first }}select {{ loop.index }} as sla_no, _ObjectKey, TL_Position, TL_EffectiveUTC, EJ_ID,
        start{{ loop.index }} as is_start, stop{{ loop.index }} as is_stop
    from visible where (start{{ loop.index }} = 1 or stop{{ loop.index }} = 1)
    {%- endfor %} {{ ozmeta_runtime.once('marks', 'and') }}
),
{% endmacro %}

{# Whether an SLA starts with an object's first rule-visible event, or may. #}
{% macro asks_for_first(slas) %}
  {%- for sla in slas if sla.get('start') is none and sla.get('approval_step') is none -%}{%- do return(true) -%}{%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}

{# The payload fields that these SLAs' rules name. #}
{% macro fields_of(intake, slas) %}
  {%- set named = tojson(slas) -%}
  {%- set used = [] -%}
  {%- for field in intake.fields if tojson({'ref': field.ref})[1:-1] in named -%}{%- do used.append(field) -%}{%- endfor -%}
  {%- do return(used) -%}
{% endmacro %}

{# The column that says whether an event begins, or ends, the turn of the approval step which an SLA times. #}
{% macro turn_column(sla, what) %}{{ what }}_{{ local_md5(tojson([sla.approval_step.flow, sla.approval_step.step, sla.code]))[:8] }}{% endmacro %}

{# What starts a timer: its rule; else entering its state, or its transition's from-state; else its approval step's turn; else the object's first rule-visible event. #}
{% macro start_of(sla, columns) %}
  {%- set applied = ozmeta_runtime.is_true('TL_IsApplied') -%}
  {%- if sla.get('start') is not none -%}{{ ozmeta_runtime.rule_sql(sla.start, columns) }}
  {%- elif sla.get('state') is not none -%}
    {%- set here = ozmeta_runtime.literal(sla.state) -%}
    (TL_State = {{ here }} and (visible_no = 1 or ({{ applied }} and TL_FromState <> {{ here }})))
  {%- elif sla.get('approval_step') is not none -%}({{ ozmeta_runtime.turn_column(sla, 'begins') }} = 1)
  {%- else -%}(visible_no = 1){%- endif -%}
{% endmacro %}

{# What stops it: its rule; else leaving its state; else its approval step's decision; else an applied transition to a terminal state. #}
{% macro stop_of(sla, workflow, columns) %}
  {%- set applied = ozmeta_runtime.is_true('TL_IsApplied') -%}
  {%- if sla.get('stop') is not none -%}{{ ozmeta_runtime.rule_sql(sla.stop, columns) }}
  {%- elif sla.get('state') is not none -%}
    {%- set here = ozmeta_runtime.literal(sla.state) -%}
    ({{ applied }} and TL_FromState = {{ here }} and TL_ToState <> {{ here }})
  {%- elif sla.get('approval_step') is not none -%}({{ ozmeta_runtime.turn_column(sla, 'ends') }} = 1)
  {%- else -%}({{ applied }} and TL_ToState in ({{ ozmeta_runtime.literals(workflow.terminal) }})){%- endif -%}
{% endmacro %}

{% macro or_actions(transitions) %}
  {%- for transition in transitions %} or {{ ozmeta_runtime.took(transition) }}{% endfor -%}
{% endmacro %}

{# Did this event take that transition? transition: {code, from, to, events?, bound_events?, from_words?: [the from-state and its old names]}. A legal move took the one of its code that leads
   on from its state; an illegal one, applied because the journal says so, those of its code among its candidates. #}
{% macro took(transition) -%}
  {%- set from_state = ozmeta_runtime.literal(transition.from) -%}
  ({{ ozmeta_runtime.is_true('TL_IsApplied') }} and TL_TransitionCode = {{ ozmeta_runtime.literal(transition.code) }} and TL_ToState = {{ ozmeta_runtime.literal(transition.to) }}
   and (TL_FromState = {{ from_state }} and coalesce(TL_Anomaly, '') <> 'IllegalTransition'
        or TL_Anomaly = 'IllegalTransition' and coalesce(PL_FromState, {{ from_state }}) {{ "in (" ~ ozmeta_runtime.literals(transition.from_words) ~ ")" if transition.get('from_words') else "= " ~ from_state }}
           {%- if transition.get('bound_events') %}
           and (PL_Code is not null or EJ_EventType in ({{ ozmeta_runtime.literals(transition.get('events', [])) }})
                or EJ_EventType not in ({{ ozmeta_runtime.literals(transition.bound_events) }}))
           {%- endif %}))
{%- endmacro %}
