{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('timeline', unique_key=['_ObjectKey', 'EJ_ID'])) }}

{% set journal_config = {
  'object_type': 'Case',
  'tenant_in_key': true,
  'object_types': ['CA', 'Case', 'Cases'],
  'needs_tenant': true,
  'lookback_minutes': 90,
  'fields': [
    {'ref': 'approval.flow', 'column': 'PL_approval_flow', 'path': ['approval', 'flow']},
    {'ref': 'approval.onBehalfOf', 'column': 'PL_approval_onBehalfOf', 'path': ['approval', 'onBehalfOf']},
    {'ref': 'approval.step', 'column': 'PL_approval_step', 'path': ['approval', 'step']},
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
  ],
  'journals': [
    {
      'name': 'ops.event_journal',
      'relation': source('ops', 'event_journal'),
      'columns': {'EJ_ID': 'event_id', 'EJ_Sequence': none}
    },
    {
      'name': 'field.station_journal',
      'relation': source('field', 'station_journal'),
      'columns': {'EJ_ID': 'event_id', 'EJ_Sequence': none}
    }
  ]
} %}
{% set workflow = {
  'start': 'New',
  'states': ['Closed', 'In progress', 'New', 'Waiting for \x7b\x7b customer \x7d\x7d'],
  'bound_events': ['Case.Closed', 'Case.Started'],
  'transitions': [
    {'code': 'Answer', 'from': 'Waiting for \x7b\x7b customer \x7d\x7d', 'to': 'In progress'},
    {'code': 'Ask', 'from': 'In progress', 'to': 'Waiting for \x7b\x7b customer \x7d\x7d'},
    {'code': 'Close', 'from': 'In progress', 'to': 'Closed', 'events': ['Case.Closed']},
    {'code': 'Close', 'from': 'Waiting for \x7b\x7b customer \x7d\x7d', 'to': 'Closed', 'events': ['Case.Closed']},
    {'code': 'Start', 'from': 'New', 'to': 'In progress', 'events': ['Case.Started']}
  ]
} %}
{{ config(
  meta={
    'ozmeta_fold': {
      'workflow': workflow,
      'policy': 'last_writer_wins',
      'stream': 'EJ_SourceSystem',
      'terminal': ['Closed'],
      'tenant_in_key': true
    },
    'ozmeta_retention': {
      'object_type': 'Case',
      'tenant_in_key': true,
      'lookback_minutes': 90,
      'signal_days': {'SLA.Warned': 90}
    }
  }
) }}

{{ ozmeta_runtime.timeline(
  binding='case',
  journal_config=journal_config,
  workflow=workflow,
  policy='last_writer_wins',
  stream='EJ_SourceSystem'
) }}
