{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('history', unique_key='EJ_ID')) }}

{% set columns = {'object_id': 'id', 'created_at': 'created', 'loaded_at': 'loaded', 'status': {'value': 'Open'}} %}
{% set fields = {'team_id': 'Team'} %}
{% set changes = {
  'relation': source('desk_tables', 'moves'),
  'columns': {
    'object_id': 'case_id',
    'field': {'value': 'state'},
    'new_value': 'is_open',
    'at': 'moved at',
    'loaded_at': 'loaded',
    'tenant': {'value': 'O\x27Sfo \x7b\x7b x \x7d\x7d'},
    'deleted': 'gone'
  },
  'status_field': 'state',
  'only': {'kind': ['a', 'b\x27\x7b\x7b x \x7d\x7d'], 'valid': true}
} %}
{% set names = {'team_id': {'relation': ref('desk_team_seed'), 'key': 'id', 'name': 'name', 'only': {'lang': 'en'}}} %}

{{ ozmeta_runtime.journal_from_objects(
  relation=source('desk_tables', 'case'),
  object_type='Case',
  columns=columns,
  fields=fields,
  changes=changes,
  names=names,
  deleted_state='Gone',
  source_system='O\x27Desk \x7b\x7b x \x7d\x7d',
  time_zone='Europe/Berlin',
  lookback_minutes=1440
) }}
