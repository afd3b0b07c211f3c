{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('history', unique_key='EJ_ID')) }}

{% set columns = {
  'object_id': 'issue_id',
  'field': 'field_id',
  'new_value': 'value',
  'at': 'time',
  'loaded_at': '_fivetran_synced',
  'by': 'author_id'
} %}
{% set fields = {
  'priority': 'Priority',
  'assignee': 'Assignee',
  'issuetype': 'IssueType',
  'customfield_10010': 'Team',
  'O\x27Cost \x7b\x7b x \x7d\x7d': 'Cost "centre" \x7b\x7b x \x7d\x7d'
} %}
{% set names = {
  'status': {'relation': source('jira_tables', 'status'), 'key': 'id', 'name': 'name'},
  'priority': {'relation': source('jira_tables', 'priority'), 'key': 'id', 'name': 'name'},
  'issuetype': {'relation': source('jira_tables', 'issue_type'), 'key': 'id', 'name': 'name'},
  'assignee': {'relation': source('jira_tables', 'user'), 'key': 'id', 'name': 'email'},
  'customfield_10010': {'relation': source('jira_tables', 'field_option'), 'key': 'id', 'name': 'name'}
} %}
{% set users = {'relation': source('jira_tables', 'user'), 'key': 'id', 'name': 'email'} %}

{{ ozmeta_runtime.journal_from_changes(
  relation=source('jira_tables', 'issue_field_history'),
  object_type='Issue',
  columns=columns,
  status_field='status',
  fields=fields,
  tracked=['Team'],
  names=names,
  users=users,
  source_system='jira',
  time_zone='UTC',
  lookback_minutes=60
) }}
