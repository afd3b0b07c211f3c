{# The objects whose clock is paused, those with the least time left first. scope: see report_scope #}
{% macro report_paused_objects(scope) %}
{{ ozmeta_runtime.report_timer_rows(scope, "horizon = 'paused'", 'ST_RemainingMinutes') }}
{% endmacro %}
