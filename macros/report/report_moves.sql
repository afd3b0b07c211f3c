{# How often each transition was applied, and what was wrong with it. scope: see report_scope #}
{% macro report_moves(scope) %}
select
    TL_FromState as from_state, TL_ToState as to_state, TL_TransitionCode as transition_code, TL_Anomaly as anomaly,
    count(*) as events
from {{ scope.models.timeline }}
where {{ ozmeta_runtime.is_true('TL_IsApplied') }}
    {%- if scope.since %} and TL_EffectiveUTC >= {{ scope.since }}{% endif %} {{ scope.of_tenant }}
group by TL_FromState, TL_ToState, TL_TransitionCode, TL_Anomaly
order by events desc, from_state, to_state, transition_code, anomaly
{% endmacro %}
