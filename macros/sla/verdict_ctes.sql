{#
Which target and warning decide about each cycle, and the running time at its thresholds (spec 5.4, 5.13). The CTEs are

  stretches  steps; neighbors that ask for the same target and warning are one stretch. since and since_ran are its
             start; is_stalled says whether the clock stands still right before the end of a step
  judged     steps with warn_step and breach_step: the first by whose end the warning is reached or the target exceeded
  verdicts   one row per cycle: start_at, stop_at, what the tables show of it, due_run (under the target in force at the
             end), warn_run and breach_run, and per level level1_run: the running time at each threshold. warn_since and
             breach_since replace the instant of the threshold if the event since which the target is in force is later.
             last_open and last_ran: the open and running time at the stop or, for an open cycle, at its last step

slas: see sla_cycle
#}
{% macro verdict_ctes(slas) %}
{%- set has = ozmeta_runtime.service_level_features(slas) %}
{%- set bigint = dbt.type_bigint() %}
{%- set slots = ozmeta_runtime.level_numbers(slas) %}
{%- set by_cycle = 'partition by sla_no, _ObjectKey, cycle_no order by step_position' %}
{%- set so_far = by_cycle ~ ' rows between unbounded preceding and current row' %}
{%- set whole_cycle = 'partition by sla_no, _ObjectKey, cycle_no' %}
{% if has.retargets -%}
compared as (
    select
        *,
        row_number() over ({{ by_cycle }}) as step_no,
        case when target_run = lag(target_run) over ({{ by_cycle }})
              and coalesce(warn_run, -1) = coalesce(lag(warn_run) over ({{ by_cycle }}), -1)
             then 0 else 1 end as is_new_stretch,
        case
            when step_end > step_start
            then case when end_open_before = 0{{ " or is_pause = 1" if has.pauses }} then 1 else 0 end
            when step_start > lag(step_end) over ({{ by_cycle }}) then 1
        end as is_stalled_here
    from asked
),

stretches as (
    select
        *,
        {{ ozmeta_runtime.last_value_ignoring_nulls('case when is_new_stretch = 1 then step_start end', so_far) }}
            as since,
        {{ ozmeta_runtime.last_value_ignoring_nulls('case when is_new_stretch = 1 then ran_before end', so_far) }}
            as since_ran,
        {{ ozmeta_runtime.last_value_ignoring_nulls('is_stalled_here', so_far) }} as is_stalled
    from compared
),

-- What is reached exactly at the event that ends a stretch is judged by that event.
judged as (
    select
        *,
        max(step_no) over ({{ whole_cycle }}) as last_step,
        min(case when coalesce(ran_after, ran_before) > target_run then step_no end) over ({{ whole_cycle }})
            as breach_step,
        min(case when is_last_step = 0 and (ran_after > warn_run or (ran_after = warn_run and is_stalled = 1))
                 then step_no end) over ({{ whole_cycle }}) as warn_step
    from stretches
),

{% endif -%}
{%- set is_awake = "case when is_pause = 1 then 0 else step_end - step_start end" if has.pauses
    else "step_end - step_start" %}
{%- set is_open_pause = "step_end is null and is_pause = 1" if has.pauses else "1 = 0" %}
{#- name: [which steps of a cycle say it, expression] -#}
{%- set facts = {
    'start_event': ['any', 'start_event'],
    'on_restart': ['any', 'on_restart'],
    'is_latest': ['any', 'is_latest'],
    'start_at': ['any', 'step_start'],
    'stop_at': ['last', 'step_end'],
    'stop_event': ['last', 'stop_event'],
    'is_cancelled': ['last', 'is_cancelled'] if has.cancels else ['none', '0'],
    'is_paused': ['last', 'case when ' ~ is_open_pause ~ ' then 1 else 0 end'] if has.pauses else ['none', '0'],
    'last_at': ['last', 'coalesce(step_end, step_start)'],
    'last_open': ['last', 'coalesce(end_open, start_open)'],
    'last_ran': ['last', 'coalesce(ran_after, ran_before)'],
    'version_name': ['any', 'version_name'],
    'target_minutes': ['last', 'target_minutes'],
    'due_run': ['last', 'target_run']} %}
{%- if has.calendars %}{%- do facts.update({'calendar': ['any', 'start_calendar']}) %}{%- endif %}
{%- if has.steps %}
  {%- do facts.update({
      'last_start': ['last', 'step_start'],
      'last_start_next': ['last', 'case when step_end is null then start_open_next end'],
      'awake_before': ['others', is_awake],
      'last_pause': ['last', 'case when is_pause = 1 then step_end - step_start end'] if has.pauses
          else ['none', 'null']}) %}
{%- endif %}
{%- if has.retargets %}
  {%- do facts.update({
      'breach_target': ['breach', 'target_run'], 'breach_from': ['breach', 'since'],
      'breach_from_ran': ['breach', 'since_ran'], 'warn_target': ['warn', 'warn_run'],
      'warn_from': ['warn', 'since'], 'warn_from_ran': ['warn', 'since_ran']}) %}
{%- else %}
  {%- do facts.update({'breach_target': ['any', 'target_run'], 'warn_target': ['any', 'warn_run']}) %}
{%- endif %}
{%- set conditions = {
    'last': 'is_last_step = 1',
    'others': 'is_last_step = 0',
    'breach': 'step_no = coalesce(breach_step, last_step)',
    'warn': 'step_no = coalesce(warn_step, last_step) and (breach_step is null or breach_step >= step_no)'} %}
cycle_facts as (
    select
        _ObjectKey, sla_no, cycle_no
        {%- for name, fact in facts.items() %}
        {%- set kind, sql = fact %},
        {% if not has.steps or kind == 'none' %}{{ sql }}
        {%- elif kind == 'any' %}min({{ sql }})
        {%- elif kind == 'others' %}sum(case when {{ conditions[kind] }} then {{ sql }} end)
        {%- else %}max(case when {{ conditions[kind] }} then {{ sql }} end)
        {%- endif %} as {{ name }}
        {%- endfor %}
    from {{ "judged" if has.retargets else "asked" }}
    {%- if has.steps %}
    group by _ObjectKey, sla_no, cycle_no
    {%- endif %}
),

thresholds as (
    select
        cycle_facts.*, policies.SL_Code,
        {%- if has.retargets %}
        greatest(breach_target, breach_from_ran) as breach_run,
        case when breach_target <= breach_from_ran then breach_from end as breach_since,
        case when breach_target < breach_from_ran then 1 else 0 end as is_breached_at_once,
        case when warn_target <= warn_from_ran then warn_from_ran else warn_target end as warn_run,
        case when warn_target <= warn_from_ran then warn_from end as warn_since
        {%- else %}
        breach_target as breach_run, warn_target as warn_run
        {%- endif %}
    from cycle_facts
    inner join policies on policies.sla_no = cycle_facts.sla_no
),

verdicts as (
    select
        thresholds.*
        {%- for i in range(1, slots + 1) %},
        case when policies.level{{ i }}_is_warning = 1 then warn_run else breach_run end
        + policies.level{{ i }}_minutes * 60000000 as level{{ i }}_run,
        policies.level{{ i }}_minutes, policies.level{{ i }}_is_warning, policies.level{{ i }}
        {%- endfor %}
    from thresholds
    inner join policies on policies.sla_no = thresholds.sla_no
),
{% endmacro %}
