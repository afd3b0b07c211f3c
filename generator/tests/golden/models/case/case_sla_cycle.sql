{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('sla_cycle')) }}

{% set journal_config = {
  'object_type': 'Case',
  'tenant_in_key': true,
  'fields': [
    {'ref': 'context.Fast Lane', 'column': 'PL_context_Fast_Lane_67648225', 'path': ['context', 'Fast Lane']},
    {
      'ref': 'object.Cost \x7b\x7b center \x7d\x7d',
      'column': 'PL_object_Cost_center_7cec55eb',
      'path': ['object', 'Cost \x7b\x7b center \x7d\x7d']
    },
    {'ref': 'object.Impact', 'column': 'PL_object_Impact', 'path': ['object', 'Impact']},
    {'ref': 'object.Priority', 'column': 'PL_object_Priority', 'path': ['object', 'Priority']},
    {'ref': 'object.Region', 'column': 'PL_object_Region', 'path': ['object', 'Region']},
    {'ref': 'object.Team', 'column': 'PL_object_Team', 'path': ['object', 'Team']}
  ]
} %}
{% set workflow = {'terminal': ['Closed']} %}
{% set slas = [
  {
    'code': 'FirstStart',
    'target_minutes': 30,
    'state': 'New',
    'calendar': {'ref': 'object.Region', 'cases': {'EU': 'O\x27Desk "\x7b\x7b x \x7d\x7d"'}, 'default': none},
    'levels': []
  },
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
    'calendar': {'ref': 'object.Region', 'cases': {'EU': 'O\x27Desk "\x7b\x7b x \x7d\x7d"'}, 'default': none},
    'pause_when': {'op': 'eq', 'args': [{'ref': 'state.current'}, 'Waiting for \x7b\x7b customer \x7d\x7d']},
    'cancel_when': {'op': 'eq', 'args': [{'ref': 'object.Team'}, 'O\x27Sales \x7b\x7b x \x7d\x7d']},
    'targets': [
      {'when': {'op': 'eq', 'args': [{'ref': 'object.Priority'}, 'Urgent']}, 'target_minutes': 60, 'warn_minutes': 45},
      {'when': {'op': 'eq', 'args': [{'ref': 'object.Priority'}, 'High']}, 'target_minutes': 240}
    ],
    'on_target_change': 'retarget',
    'versions': [
      {'name': 'O\x27First \x7b\x7b x \x7d\x7d', 'target_minutes': 2880},
      {
        'name': '2026-07-01T00:00:00+02:00',
        'from': '2026-06-30 22:00:00.000000',
        'warn_minutes': none,
        'calendar': 'O\x27Desk "\x7b\x7b x \x7d\x7d"'
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
  {
    'code': 'SignOff',
    'target_minutes': 240,
    'approval_step': {'flow': 'Release', 'step': 'Sign'},
    'calendar': {'ref': 'object.Region', 'cases': {'EU': 'O\x27Desk "\x7b\x7b x \x7d\x7d"'}, 'default': none},
    'levels': []
  },
  {
    'code': 'State.New',
    'target_minutes': 60,
    'state': 'New',
    'levels': [{'level': 1, 'signal': 'SLA.Breached', 'after_minutes': 0, 'severity': 'Critical'}]
  }
] %}
{% set report_fields = [
  {'name': 'Priority', 'ref': 'object.Priority', 'column': 'PL_object_Priority'},
  {
    'name': 'Cost_center_03bbb179',
    'ref': 'object.Cost \x7b\x7b center \x7d\x7d',
    'column': 'PL_object_Cost_center_7cec55eb'
  }
] %}
{% set calendars = [
  {'code': 'O\x27Desk "\x7b\x7b x \x7d\x7d"', 'key': '7170f42e56b5', 'from': '2026-01-01', 'until': '2027-12-31'}
] %}
{{ config(
  meta={'ozmeta_marks': {'journal_config': journal_config, 'workflow': workflow, 'slas': slas, 'calendars': calendars}}
) }}

{{ ozmeta_runtime.sla_cycle(
  binding='case',
  journal_config=journal_config,
  workflow=workflow,
  slas=slas,
  timeline=ref('case_timeline'),
  approvals=ref('case_approval_step'),
  report_fields=report_fields,
  calendars=calendars,
  windows=ref('ozmeta_calendar_window'),
  pieces=ref('ozmeta_calendar_piece')
) }}
