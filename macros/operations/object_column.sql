{# The column that names a row's object. #}
{% macro object_column(model) %}
  {%- set prefixes = {'timeline': 'EJ', 'journal': 'EJ', 'workflow_instance': 'WI', 'approval_event': 'AE', 'approval_step': 'AP',
      'approval_instance': 'AI', 'sla_cycle': 'ST', 'sla_timer': 'ST',
      'escalation_queue': 'EQ', 'runtime_signal': 'RS', 'quarantine': 'QR'} -%}
  {%- do return(prefixes[model] ~ '_ObjectID') -%}
{% endmacro %}
