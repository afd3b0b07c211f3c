{#- Written by ozmeta-dbt from MetaDB; change the metadata and generate again. -#}
{{ config(
  materialized='incremental',
  unique_key='_Key',
  on_schema_change='append_new_columns',
  **ozmeta_runtime.volume_storage()
) }}

{% set journals = [
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
] %}

{{ ozmeta_runtime.journal_volume(journals, lookback_minutes=90) }}
