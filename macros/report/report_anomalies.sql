{#
What was wrong with events in the time of the report, by source system: the state in which the event found its object,
and the transition that it asked for. scope: see report_scope
#}
{% macro report_anomalies(scope) %}
with wrong_events as (
    select
        TL_Anomaly, EJ_SourceSystem, TL_IsApplied, TL_IsRejected,
        coalesce(TL_FromState, TL_State) as state, coalesce(TL_ToState, PL_ToState) as asked_state, PL_Code
    from {{ scope.models.timeline }}
    where TL_Anomaly is not null
        {%- if scope.since %} and TL_EffectiveUTC >= {{ scope.since }}{% endif %} {{ scope.of_tenant }}
)

select
    TL_Anomaly as anomaly, EJ_SourceSystem as source_system, state, asked_state, PL_Code as asked_code,
    sum(case when {{ ozmeta_runtime.is_true('TL_IsApplied') }} then 1 else 0 end) as applied,
    sum(case when {{ ozmeta_runtime.is_true('TL_IsRejected') }} then 1 else 0 end) as refused,
    count(*) as events
from wrong_events
group by TL_Anomaly, EJ_SourceSystem, state, asked_state, PL_Code
order by events desc, anomaly, source_system, state, asked_state, asked_code
{% endmacro %}
