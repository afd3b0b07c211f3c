{# The signals that the runs logged in the time of the report, by kind. scope: see report_scope #}
{% macro report_signals(scope) %}
select
    RS_SignalCode as signal_code, RS_Kind as kind, RS_Severity as severity, count(*) as signals,
    max(RS_NoticedUTC) as last_noticed
from {{ scope.models.runtime_signal }}
where {{ "RS_NoticedUTC >= " ~ scope.since if scope.since else "1 = 1" }} {{ scope.of_tenant }}
group by RS_SignalCode, RS_Kind, RS_Severity
order by signal_code, kind, severity
{% endmacro %}
