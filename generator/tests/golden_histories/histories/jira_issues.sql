{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('history', unique_key='EJ_ID')) }}

{% set columns = {
  'object_id': 'id',
  'created_at': 'created',
  'loaded_at': '_fivetran_synced',
  'created_by': 'creator',
  'status': 'status',
  'deleted': '_fivetran_deleted'
} %}
{% set fields = {
  'priority': 'Priority',
  'assignee': 'Assignee',
  'resolution': 'Resolution',
  'issue_type': 'IssueType'
} %}
{% set changes = {
  'relation': source('jira_tables', 'issue_field_history'),
  'columns': {
    'object_id': 'issue_id',
    'field': 'field_id',
    'new_value': 'value',
    'at': 'time',
    'loaded_at': '_fivetran_synced',
    'by': 'author_id'
  },
  'status_field': 'status',
  'fields': {
    'priority': 'Priority',
    'assignee': 'Assignee',
    'issuetype': 'IssueType',
    'customfield_10010': 'Team',
    'O\x27Cost \x7b\x7b x \x7d\x7d': 'Cost "centre" \x7b\x7b x \x7d\x7d'
  }
} %}
{% set names = {
  'status': {'relation': source('jira_tables', 'status'), 'key': 'id', 'name': 'name'},
  'priority': {'relation': source('jira_tables', 'priority'), 'key': 'id', 'name': 'name'},
  'resolution': {'relation': source('jira_tables', 'resolution'), 'key': 'id', 'name': 'name'},
  'issue_type': {'relation': source('jira_tables', 'issue_type'), 'key': 'id', 'name': 'name'},
  'assignee': {'relation': source('jira_tables', 'user'), 'key': 'id', 'name': 'email'}
} %}
{% set users = {'relation': source('jira_tables', 'user'), 'key': 'id', 'name': 'email'} %}

{{ ozmeta_runtime.journal_from_objects(
  relation=source('jira_tables', 'issue'),
  object_type='Issue',
  columns=columns,
  fields=fields,
  changes=changes,
  names=names,
  users=users,
  source_system='jira',
  time_zone='UTC',
  lookback_minutes=60
) }}
