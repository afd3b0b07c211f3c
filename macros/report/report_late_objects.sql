{# The late objects, the longest late first. scope: see report_scope #}
{% macro report_late_objects(scope) %}
{{ ozmeta_runtime.report_timer_rows(scope, "horizon = 'late'", 'ST_BreachedUTC') }}
{% endmacro %}
