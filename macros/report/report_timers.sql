{# The running timers by SLA and horizon, as a whole and by field. scope: see report_scope #}
{% macro report_timers(scope) %}
with {{ ozmeta_runtime.report_open_timers(scope) }},
{{ ozmeta_runtime.report_field_ctes(scope, 'open_timers', ['SL_Code', 'horizon'], {'timers': 'count(*)'}) }}
select field, field_value, is_rest, SL_Code as sla, horizon, timers
from by_value
order by field, field_value, is_rest, sla, horizon
{% endmacro %}
