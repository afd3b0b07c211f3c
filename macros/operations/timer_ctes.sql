{#
The CTEs of sla_cycle that give the steps of some objects' timers, with the `with` before them; see step_ctes.

timers: see explained_timers; keys: [the _ObjectKey of an object]
#}
{% macro timer_ctes(timers, keys) %}
{%- set where = "_ObjectKey in (" ~ ozmeta_runtime.text_literals(keys) ~ ")" %}
{{ ozmeta_runtime.with_materialized_ctes() }}
{{ ozmeta_runtime.mark_ctes(timers.journal_config, timers.workflow, timers.slas, timers.timeline, where,
    timers.approvals, timers.calendars) }}
{{ ozmeta_runtime.policy_ctes(timers.slas) }}
{{ ozmeta_runtime.cycle_ctes(timers.slas) }}
{{ ozmeta_runtime.step_ctes(timers.slas, timers.calendars, timers.pieces) }}
{% endmacro %}
