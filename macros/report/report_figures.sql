{#
The figures of the report: {name: {query, needs}}. `query` is a macro that takes the scope (see report_scope) and gives
SQL. `needs` lists the models without which there is no such figure.
#}
{% macro report_figures() %}
  {%- do return({
      'timers': {'query': ozmeta_runtime.report_timers, 'needs': ['sla_elapsed']},
      'late_objects': {'query': ozmeta_runtime.report_late_objects, 'needs': ['sla_elapsed', 'workflow_instance']},
      'due_objects': {'query': ozmeta_runtime.report_due_objects, 'needs': ['sla_elapsed', 'workflow_instance']},
      'paused_objects': {'query': ozmeta_runtime.report_paused_objects, 'needs': ['sla_elapsed', 'workflow_instance']},
      'escalations': {'query': ozmeta_runtime.report_escalations, 'needs': ['escalation_queue']},
      'approvals': {'query': ozmeta_runtime.report_approvals, 'needs': ['approval_step']},
      'outcomes': {'query': ozmeta_runtime.report_outcomes, 'needs': ['sla_elapsed']},
      'outcomes_by_field': {'query': ozmeta_runtime.report_outcomes_by_field, 'needs': ['sla_elapsed']},
      'elapsed_shares': {'query': ozmeta_runtime.report_elapsed_shares, 'needs': ['sla_elapsed']},
      'time_of_outcomes': {'query': ozmeta_runtime.report_time_of_outcomes, 'needs': ['sla_elapsed', 'timeline']},
      'states': {'query': ozmeta_runtime.report_states, 'needs': ['workflow_instance']},
      'moves': {'query': ozmeta_runtime.report_moves, 'needs': ['timeline']},
      'stays': {'query': ozmeta_runtime.report_stays, 'needs': ['timeline']},
      'forecast': {'query': ozmeta_runtime.report_forecast, 'needs': ['sla_elapsed']},
      'arrivals': {'query': ozmeta_runtime.report_arrivals, 'needs': ['timeline']},
      'anomalies': {'query': ozmeta_runtime.report_anomalies, 'needs': ['timeline']},
      'refused_rows': {'query': ozmeta_runtime.report_refused_rows, 'needs': ['quarantine']},
      'signals': {'query': ozmeta_runtime.report_signals, 'needs': ['runtime_signal']},
      'journals': {'query': ozmeta_runtime.report_journals, 'needs': ['timeline', 'quarantine']},
      'runs': {'query': ozmeta_runtime.report_runs, 'needs': []},
  }) -%}
{% endmacro %}
