{#
The ways in which other definitions change a binding's tables, each as SQL; see impact_compare.

Arguments
  before     dict: {model: relation} of the last run; a model without a table is left out
  after      dict: {model: relation} of the rebuilt tables
  waiting    SQL: the select of waiting_objects
Returns      list of dict:
               name      the kind
               rows      SQL: a select with object_key, object_id and the columns of the others
               changed   SQL: a condition for the rows that change in this way
               group     [column] by which the rows are counted
               measures  {column: SQL} that each group has besides the counts
#}
{% macro impact_kinds(before, after, waiting) %}
  {%- set changes_of = {
      'sla_cycle': ozmeta_runtime.cycle_changes,
      'escalation_queue': ozmeta_runtime.escalation_changes,
      'runtime_signal': ozmeta_runtime.signal_changes,
      'approval_step': ozmeta_runtime.round_changes,
      'workflow_instance': ozmeta_runtime.state_changes,
      'timeline': ozmeta_runtime.event_changes,
  } -%}
  {%- set kinds = [] -%}
  {%- for model, changes in changes_of.items() if model in after -%}
    {%- do kinds.extend(changes(before, after, waiting)) -%}
  {%- endfor -%}
  {%- do return(kinds) -%}
{% endmacro %}
