{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('escalation_queue')) }}

{% set journal_config = {'object_type': 'Case', 'tenant_in_key': true} %}
{% set slas = [
  {
    'code': 'Resolve',
    'target_minutes': 480,
    'warn_minutes': 360,
    'levels': [
      {'level': 1, 'signal': 'SLA.Warned', 'after_minutes': 0, 'severity': 'Info', 'role': 'Lead'},
      {
        'level': 2,
        'signal': 'SLA.Breached',
        'after_minutes': 0,
        'severity': 'Critical',
        'role': 'Lead',
        'notes': 'Overdue'
      },
      {'level': 7, 'signal': 'SLA.Breached', 'after_minutes': 120, 'severity': 'Critical', 'role': 'Manager'}
    ]
  },
  {
    'code': 'State.New',
    'target_minutes': 60,
    'levels': [{'level': 1, 'signal': 'SLA.Breached', 'after_minutes': 0, 'severity': 'Critical'}]
  }
] %}
{% set transitions = [
  {
    'transition': {
      'code': 'Close',
      'from': 'Waiting for \x7b\x7b customer \x7d\x7d',
      'to': 'Closed',
      'events': ['Case.Closed'],
      'bound_events': ['Case.Closed', 'Case.Started']
    },
    'levels': [
      {
        'level': 1,
        'signal': 'Escalation.Raised',
        'after_minutes': 0,
        'severity': 'Info',
        'principal': 'o\x27brien',
        'notes': 'Closed unanswered: 100 \x25\x7d'
      }
    ]
  }
] %}

{{ ozmeta_runtime.escalation_queue(
  binding='case',
  journal_config=journal_config,
  slas=slas,
  transitions=transitions,
  timeline=ref('case_timeline'),
  auto_close=true,
  cycles=ref('case_sla_cycle')
) }}
