{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('journal_volume')) }}

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
