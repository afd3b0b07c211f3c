{#
The name of the column with the object's id; none if the rows are not of objects.

Arguments
  model    string: the model's name without the binding, such as 'sla_cycle'
#}
{% macro object_column(model) %}
  {%- set prefixes = {
      'timeline': 'EJ',
      'journal': 'EJ',
      'quarantine': 'QR',
      'workflow_instance': 'WI',
      'approval_event': 'AE',
      'approval_step': 'AP',
      'approval_instance': 'AI',
      'sla_cycle': 'ST',
      'sla_elapsed': 'ST',
      'sla_timer': 'ST',
      'escalation_queue': 'EQ',
      'runtime_signal': 'RS',
  } -%}
  {%- if model == 'backlog' -%}{%- do return(none) -%}{%- endif -%}
  {%- do return(prefixes[model] ~ '_ObjectID') -%}
{% endmacro %}
