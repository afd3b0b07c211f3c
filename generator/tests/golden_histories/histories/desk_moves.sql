{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('history', unique_key='EJ_ID')) }}

{% set columns = {
  'object_id': 'case_id',
  'field': {'value': 'state'},
  'new_value': 'is_open',
  'at': 'moved at',
  'loaded_at': 'loaded',
  'tenant': {'value': 'O\x27Sfo \x7b\x7b x \x7d\x7d'},
  'deleted': 'gone'
} %}
{% set only = {'kind': ['a', 'b\x27\x7b\x7b x \x7d\x7d'], 'valid': true} %}
{% set names = {'state': {'values': {'true': 'Open', 'false': 'It\x27s \x7b\x7b closed \x7d\x7d'}}} %}

{{ ozmeta_runtime.journal_from_changes(
  relation=source('desk_tables', 'moves'),
  object_type='Case',
  columns=columns,
  status_field='state',
  only=only,
  names=names,
  source_system='O\x27Desk \x7b\x7b x \x7d\x7d',
  time_zone='Europe/Berlin',
  lookback_minutes=1440
) }}
