{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('quarantine')) }}

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

{{ ozmeta_runtime.quarantine(binding='invoice', journal_config=journal_config, timeline=ref('invoice_timeline')) }}
