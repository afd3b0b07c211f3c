{#
The CTE open_timers: the cycles whose clock has not stopped, with their horizon: late, paused, due_4 (due within 4
hours), due_24, due_72, later, or not_due if no due instant is known. scope: see report_scope
#}
{% macro report_open_timers(scope) %}
{%- set hour = 3600000000 -%}
open_timers as (
    select
        *,
        case
            when ST_Status = 'Breached' then 'late'
            when {{ ozmeta_runtime.is_true('ST_IsPaused') }} then 'paused'
            when ST_DueUTC is null then 'not_due'
            {%- for hours in [4, 24, 72] %}
            {%- set limit = ozmeta_runtime.report_instant(scope.as_of_micros + hours * hour) %}
            when ST_DueUTC <= {{ limit }} then 'due_{{ hours }}'
            {%- endfor %}
            else 'later'
        end as horizon
    from {{ scope.models.sla_elapsed }}
    where ST_StopUTC is null {{ scope.of_tenant }}
)
{%- endmacro %}
