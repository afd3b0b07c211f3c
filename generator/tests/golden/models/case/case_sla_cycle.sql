{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('sla_cycle')) }}

{% set journal_config = {
  'object_type': 'Case',
  'tenant_in_key': true,
  'fields': [
    {'ref': 'context.Fast Lane', 'column': 'PL_context_Fast_Lane_67648225', 'path': ['context', 'Fast Lane']},
    {'ref': 'object.Impact', 'column': 'PL_object_Impact', 'path': ['object', 'Impact']}
  ]
} %}
{% set workflow = {'terminal': ['Closed']} %}
{% set slas = [
  {'code': 'FirstStart', 'target_minutes': 30, 'state': 'New', 'levels': []},
  {
    'code': 'Resolve',
    'target_minutes': 480,
    'warn_minutes': 360,
    'on_restart': 'resume',
    'start': {
      'op': 'and',
      'args': [
        {'op': 'eq', 'args': [{'ref': 'transition.toState'}, 'In progress']},
        {
          'op': 'or',
          'args': [
            {'op': 'gte', 'arg_type': 'number', 'args': [{'ref': 'object.Impact', 'as': 'number'}, '2.5']},
            {'op': 'isNull', 'args': [{'ref': 'context.Fast Lane'}]},
            {'op': 'lt', 'arg_type': 'datetime', 'args': [{'ref': 'now.utc'}, '2030-01-01T00:00:00Z']}
          ]
        }
      ]
    },
    'stop': {'op': 'regex', 'args': [{'ref': 'transition.toState'}, '^(Closed|Waiting)']},
    'start_actions': [
      {
        'code': 'Answer',
        'from': 'Waiting for \x7b\x7b customer \x7d\x7d',
        'to': 'In progress',
        'bound_events': ['Case.Closed', 'Case.Started']
      }
    ],
    'stop_actions': [
      {
        'code': 'Ask',
        'from': 'In progress',
        'to': 'Waiting for \x7b\x7b customer \x7d\x7d',
        'bound_events': ['Case.Closed', 'Case.Started']
      }
    ],
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
  {'code': 'SignOff', 'target_minutes': 240, 'approval_step': {'flow': 'Release', 'step': 'Sign'}, 'levels': []},
  {
    'code': 'State.New',
    'target_minutes': 60,
    'state': 'New',
    'levels': [{'level': 1, 'signal': 'SLA.Breached', 'after_minutes': 0, 'severity': 'Critical'}]
  }
] %}
{{ config(meta={'ozmeta_marks': {'journal_config': journal_config, 'workflow': workflow, 'slas': slas}}) }}

{{ ozmeta_runtime.sla_cycle(
  binding='case',
  journal_config=journal_config,
  workflow=workflow,
  slas=slas,
  timeline=ref('case_timeline'),
  approvals=ref('case_approval_step')
) }}
