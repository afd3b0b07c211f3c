{#
In which states the time of met and of missed cycles went, by the wall clock, as a whole and by field: seconds from the
start of a cycle to its stop, or to as_of if it still runs. scope: see report_scope
#}
{% macro report_time_of_outcomes(scope) %}
{%- set measures = {'stays': 'count(*)', 'seconds': 'sum(seconds)'} -%}
with {{ ozmeta_runtime.report_decided_cycles(scope) }},
{{ ozmeta_runtime.report_stay_ctes(scope, 'and _ObjectKey in (select _ObjectKey from decided_cycles)') }},
shared as (
    select
        decided_cycles.SL_Code, decided_cycles.ST_Outcome, stays.state
        {%- for field in scope.fields %}, decided_cycles.{{ field.column }}{% endfor %},
        case when stays.entered > decided_cycles.ST_StartUTC then stays.entered else decided_cycles.ST_StartUTC end
            as shared_from,
        case
            when stays.left_at < coalesce(decided_cycles.ST_StopUTC, {{ scope.as_of }}) then stays.left_at
            else coalesce(decided_cycles.ST_StopUTC, {{ scope.as_of }})
        end as shared_to
    from decided_cycles
    inner join stays
        on stays._ObjectKey = decided_cycles._ObjectKey
        and stays.entered < coalesce(decided_cycles.ST_StopUTC, {{ scope.as_of }})
        and (stays.left_at is null or stays.left_at > decided_cycles.ST_StartUTC)
    where decided_cycles.ST_Outcome <> 'Cancelled'
),

timed as (
    select shared.*, {{ ozmeta_runtime.seconds_between('shared_from', 'shared_to') }} as seconds
    from shared
),
{{ ozmeta_runtime.report_field_ctes(scope, 'timed', ['SL_Code', 'ST_Outcome', 'state'], measures) }}
select field, field_value, is_rest, SL_Code as sla, ST_Outcome as outcome, state, stays, seconds
from by_value
order by field, field_value, is_rest, sla, outcome, seconds desc, state
{% endmacro %}
