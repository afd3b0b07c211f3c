{#- Written by ozmeta-dbt from MetaDB; change the metadata and generate again. -#}
{{ config(
  materialized='incremental',
  unique_key='_Key',
  on_schema_change='append_new_columns',
  **ozmeta_runtime.storage('quarantine')
) }}

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
