{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('history', unique_key='EJ_ID')) }}

{% set columns = {
  'object_id': 'issue_id',
  'at': 'created',
  'loaded_at': '_fivetran_synced',
  'event_id': 'id',
  'by': 'author_id'
} %}
{% set users = {'relation': source('jira_tables', 'user'), 'key': 'id', 'name': 'email'} %}

{{ ozmeta_runtime.journal_from_events(
  relation=source('jira_tables', 'comment'),
  object_type='Issue',
  columns=columns,
  event_type='Issue.Commented',
  users=users,
  source_system='jira',
  time_zone='UTC',
  lookback_minutes=60
) }}
