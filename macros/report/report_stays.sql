{#
How long objects stayed in a state, by the wall clock, in whole minutes rounded down: of the stays that ended in the
time of the report, by the state that followed and, where next_state is null, altogether. Half of the stays took at most
median_minutes, nine tenths at most p90_minutes. scope: see report_scope
#}
{% macro report_stays(scope) %}
{%- set recent = "and _ObjectKey in (select _ObjectKey from " ~ scope.models.timeline ~ " where TL_EffectiveUTC >= "
    ~ scope.since ~ ")" if scope.since else "" -%}
with {{ ozmeta_runtime.report_stay_ctes(scope, recent) }},
ended as (
    select
        state, next_state,
        {{ ozmeta_runtime.floor_div(ozmeta_runtime.seconds_between('entered', 'left_at'), 60) }} as minutes
    from stays
    where left_at is not null{% if scope.since %} and left_at >= {{ scope.since }}{% endif %}
),

by_minute as (
    select state, next_state, minutes, count(*) as stays from ended group by state, next_state, minutes
),

both_ways as (
    select state, next_state, minutes, stays from by_minute
    union all
    select state, null, minutes, sum(stays) from by_minute group by state, minutes
),

added_up as (
    select
        state, next_state, minutes,
        sum(stays) over (partition by state, next_state order by minutes rows unbounded preceding) as stays_up_to,
        sum(stays) over (partition by state, next_state) as all_stays
    from both_ways
)

select
    state, next_state, max(all_stays) as stays,
    min(case when stays_up_to * 2 >= all_stays then minutes end) as median_minutes,
    min(case when stays_up_to * 10 >= all_stays * 9 then minutes end) as p90_minutes
from added_up
group by state, next_state
order by state, next_state
{% endmacro %}
