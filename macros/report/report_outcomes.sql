{# How many cycles of each SLA were decided on each day, UTC, and how. scope: see report_scope #}
{% macro report_outcomes(scope) %}
{%- set day = 86400000000 -%}
with {{ ozmeta_runtime.report_decided_cycles(scope) }},
by_day as (
    select
        SL_Code, ST_Outcome,
        {{ ozmeta_runtime.floor_div(ozmeta_runtime.to_micros('decided_at'), day) }} as day_no
    from decided_cycles
)

select
    SL_Code as sla,
    {{ ozmeta_runtime.from_micros('day_no * ' ~ day) }} as decided_on,
    {%- for outcome in ['Met', 'Missed', 'Cancelled'] %}
    sum(case when ST_Outcome = '{{ outcome }}' then 1 else 0 end) as {{ outcome | lower }}{{ "," if not loop.last }}
    {%- endfor %}
from by_day
group by SL_Code, day_no
order by SL_Code, day_no
{% endmacro %}
