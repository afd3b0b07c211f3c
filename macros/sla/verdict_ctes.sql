{#
Which target and warning decide about each cycle, if its target may change (spec 5.4, 5.13). The CTEs are

  compared   steps; is_new_stretch: the step asks for another target or warning than the one before it; is_stalled_here:
             whether the clock stands still right before the end of the step, or in a gap right after it
  stretches  steps; neighbors that ask for the same target and warning are one stretch. since and since_ran are its
             start; is_stalled is is_stalled_here of the last step that took any time
  judged     steps with warn_step and breach_step: the first by whose end the warning is reached or the target exceeded
  decisive   one row per cycle: the target and the warning of these steps, or of the last step
  verdicts   one row per cycle: the running time at each threshold: due_run (of the target in force at the end),
             warn_run, breach_run, and per level level1_run. warn_since and breach_since replace the instant of the
             threshold if the event since which the target is in force is later

slas: see sla_cycle
#}
{% macro verdict_ctes(slas) %}
{%- set has = ozmeta_runtime.service_level_features(slas) %}
{%- set by_cycle = 'partition by sla_no, _ObjectKey, cycle_no order by step_position' %}
{%- set so_far = by_cycle ~ ' rows between unbounded preceding and current row' %}
{%- set whole_cycle = 'partition by sla_no, _ObjectKey, cycle_no' %}
compared as (
    select
        *,
        row_number() over ({{ by_cycle }}) as step_no,
        case when target_run = lag(target_run) over ({{ by_cycle }})
              and coalesce(warn_run, -1) = coalesce(lag(warn_run) over ({{ by_cycle }}), -1)
             then 0 else 1 end as is_new_stretch,
        case
            {%- if has.gaps %}
            when lead(step_start) over ({{ by_cycle }}) > step_end then 1
            {%- endif %}
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

{% set at_breach = "max(case when step_no = coalesce(breach_step, last_step) then " -%}
{% set at_warn = "max(case when step_no = coalesce(warn_step, last_step) "
    ~ "and (breach_step is null or breach_step >= step_no) then " -%}
decisive as (
    select
        _ObjectKey, sla_no, cycle_no,
        max(case when is_last_step = 1 then target_run end) as due_run,
        {{ at_breach }} target_run end) as breach_target,
        {{ at_breach }} since end) as breach_from,
        {{ at_breach }} since_ran end) as breach_from_ran,
        {{ at_warn }} warn_run end) as warn_target,
        {{ at_warn }} since end) as warn_from,
        {{ at_warn }} since_ran end) as warn_from_ran
    from judged
    group by _ObjectKey, sla_no, cycle_no
),

decided as (
    select
        _ObjectKey, sla_no, cycle_no, due_run,
        case when breach_target < breach_from_ran then breach_from_ran else breach_target end as breach_run,
        case when breach_target <= breach_from_ran then breach_from end as breach_since,
        case when breach_target < breach_from_ran then 1 else 0 end as is_breached_at_once,
        case when warn_target < warn_from_ran then warn_from_ran else warn_target end as warn_run,
        case when warn_target <= warn_from_ran then warn_from end as warn_since
    from decisive
),

verdicts as (
    select
        decided.*
        {%- for i in range(1, ozmeta_runtime.level_numbers(slas) + 1) %},
        case when level{{ i }}_is_warning = 1 then warn_run else breach_run end + level{{ i }}_minutes * 60000000
            as level{{ i }}_run
        {%- endfor %}
    from decided
    inner join policies on policies.sla_no = decided.sla_no
),
{% endmacro %}
