{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('timeline', unique_key=['_ObjectKey', 'EJ_ID'])) }}

{% set journal_config = {
  'object_type': 'Invoice',
  'tenant_in_key': false,
  'object_types': ['Invoice'],
  'needs_tenant': false,
  'lookback_minutes': 90,
  'fields': [],
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
  'start': 'Draft',
  'states': ['Draft', 'Paid'],
  'bound_events': [],
  'transitions': [{'code': 'Pay', 'from': 'Draft', 'to': 'Paid'}]
} %}
{{ config(
  meta={
    'ozmeta_fold': {
      'workflow': workflow,
      'policy': 'first_writer_wins',
      'stream': 'EJ_SourceSystem',
      'terminal': ['Paid'],
      'tenant_in_key': false
    },
    'ozmeta_retention': {
      'object_type': 'Invoice',
      'tenant_in_key': false,
      'lookback_minutes': 90,
      'signal_days': {'SLA.Warned': 90}
    }
  }
) }}

{{ ozmeta_runtime.timeline(
  binding='invoice',
  journal_config=journal_config,
  workflow=workflow,
  policy='first_writer_wins',
  stream='EJ_SourceSystem'
) }}
