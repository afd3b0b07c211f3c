{#
Levels that an acknowledgement prevents (spec 5.15). Level k is prevented if a lower level j of the cycle was
acknowledged or closed at or after its instant, and before k's minutes were exceeded (of a warning: reached). It is
enough to know the first such answer to each level: if any is early enough, the first is. The CTEs are

  answers   the rule-visible events that acknowledge or close an escalation
  answered  per cycle and level, the first answer to it: level1_answered, …
  heeded    the rows of `scheduled`, where the instant of a level that is prevented is null

Arguments
  journal_config  see sla_cycle
  slas            see sla_cycle
  timeline        relation: the binding's timeline
  where           string: a condition on the rows of the timeline whose objects are folded
#}
{% macro answer_ctes(journal_config, slas, timeline, where) %}
{%- set slots = range(1, ozmeta_runtime.level_numbers(slas) + 1) | list %}
{%- set has = ozmeta_runtime.service_level_features(slas) %}
{%- set text = ozmeta_runtime.type_text() %}
{%- set types = ['Escalation.Acknowledged', 'Escalation.Closed'] %}
answers as (
    select
        _ObjectKey, PL_EscalationSignalType, PL_EscalationLevel,
        {{ ozmeta_runtime.current_name_as('PL_EscalationSlaCode', journal_config.get('sla_aliases')) }},
        {{ ozmeta_runtime.to_micros('TL_EffectiveUTC') }} as answered_at
    from {{ timeline }}
    where {{ ozmeta_runtime.current_name('EJ_EventType', journal_config.get('event_aliases')) }}
          in ({{ ozmeta_runtime.text_literals(types) }})
      and TL_Position is not null and not {{ ozmeta_runtime.is_true('TL_IsRejected') }} and {{ where }}
),

answered as (
    select
        scheduled._ObjectKey, scheduled.sla_no, scheduled.cycle_no
        {%- for i in slots %},
        min(case
            when answers.answered_at >= scheduled.level{{ i }}_at
             and coalesce(answers.PL_EscalationLevel, cast(scheduled.level{{ i }} as {{ text }}))
                 = cast(scheduled.level{{ i }} as {{ text }})
             and coalesce(answers.PL_EscalationSignalType, case when scheduled.level{{ i }}_is_warning = 1
                          then 'SLA.Warned' else 'SLA.Breached' end)
                 = case when scheduled.level{{ i }}_is_warning = 1 then 'SLA.Warned' else 'SLA.Breached' end
            then answers.answered_at
        end) as level{{ i }}_answered
        {%- endfor %}
    from scheduled
    inner join answers
        on answers._ObjectKey = scheduled._ObjectKey
        and coalesce(answers.PL_EscalationSlaCode, scheduled.SL_Code) = scheduled.SL_Code
    group by scheduled._ObjectKey, scheduled.sla_no, scheduled.cycle_no
),

prevented as (
    select
        scheduled._ObjectKey, scheduled.sla_no, scheduled.cycle_no
        {%- for i in slots %}
        {%- set conditions = [] %}
        {%- for sla in slas if i <= sla.levels | length and sla.levels[i - 1].get('unless_acknowledged') %}
          {%- set level = sla.levels[i - 1] %}
          {%- for j in range(1, sla.levels | length + 1) if sla.levels[j - 1].level < level.level %}
            {%- do conditions.append("(scheduled.SL_Code = " ~ ozmeta_runtime.text_literal(sla.code) ~ " and "
                ~ ozmeta_runtime.answered_in_time("answered.level" ~ j ~ "_answered", i, level, has.retargets)
                ~ ")") %}
          {%- endfor %}
        {%- endfor %},
        case when {{ conditions | join(" or ") if conditions else "1 = 0" }} then 1 else 0 end
            as level{{ i }}_is_prevented
        {%- endfor %}
    from scheduled
    inner join answered
        on answered._ObjectKey = scheduled._ObjectKey and answered.sla_no = scheduled.sla_no
        and answered.cycle_no = scheduled.cycle_no
),

heeded as (
    select
        scheduled.*
        {%- for i in slots %},
        case when coalesce(prevented.level{{ i }}_is_prevented, 0) = 0 then level{{ i }}_at end as heeded{{ i }}_at
        {%- endfor %}
    from scheduled
    left join prevented
        on prevented._ObjectKey = scheduled._ObjectKey and prevented.sla_no = scheduled.sla_no
        and prevented.cycle_no = scheduled.cycle_no
),
{% endmacro %}

{# A condition: an answer comes before level i is exceeded or, if it belongs to the warning, before it is reached.
   answer: SQL; i: integer: the position of the level; level: {signal, after_minutes}; retargets: whether an event may
   lower a target below what has run, which breaches at once #}
{% macro answered_in_time(answer, i, level, retargets) -%}
  {%- if level.signal == 'SLA.Warned' -%} {{ answer }} < scheduled.level{{ i }}_at
  {%- elif retargets and level.after_minutes == 0 -%}
    (case when scheduled.is_breached_at_once = 1 and {{ answer }} >= scheduled.breach_at then 0
          when {{ answer }} <= scheduled.level{{ i }}_after then 1 else 0 end = 1)
  {%- else -%} {{ answer }} <= scheduled.level{{ i }}_after
  {%- endif -%}
{%- endmacro %}
