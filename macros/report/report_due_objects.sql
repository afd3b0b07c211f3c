{# The objects that are due within 72 hours, the next first. scope: see report_scope #}
{% macro report_due_objects(scope) %}
{{ ozmeta_runtime.report_timer_rows(scope, "horizon in ('due_4', 'due_24', 'due_72')", 'ST_DueUTC') }}
{% endmacro %}
