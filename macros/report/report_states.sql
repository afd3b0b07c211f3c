{# How many objects are in each state now. scope: see report_scope #}
{% macro report_states(scope) %}
select
    WS_CurrentCode as state,
    max(case when {{ ozmeta_runtime.is_true('WI_IsTerminal') }} then 1 else 0 end) as is_terminal,
    count(*) as objects,
    min(WI_CurrentSinceUTC) as oldest_since
from {{ scope.models.workflow_instance }}
where _DeleteDate is null {{ scope.of_tenant }}
group by WS_CurrentCode
order by objects desc, state
{% endmacro %}
