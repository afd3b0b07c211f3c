{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('history', unique_key='EJ_ID')) }}

{% set columns = {'object_id': 'case_id', 'at': 'at', 'loaded_at': 'loaded', 'by': 'caller'} %}
{% set event_type = {
  'column': 'direction',
  'values': {'in': 'Case.Called', 'out': 'Case.CalledBack'},
  'default': 'Case.Other'
} %}
{% set fields = {'team': 'Team', 'mood \x7b\x7b x \x7d\x7d': 'context.Mood'} %}

{{ ozmeta_runtime.journal_from_events(
  relation=ref('desk_call_seed'),
  object_type='Case',
  columns=columns,
  event_type=event_type,
  fields=fields,
  source_system='O\x27Desk \x7b\x7b x \x7d\x7d',
  time_zone='Europe/Berlin',
  lookback_minutes=1440
) }}
