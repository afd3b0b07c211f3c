{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('approval_step')) }}

{% set journal_config = {'object_type': 'Case', 'tenant_in_key': true} %}
{% set approvals = {
  'flows': [
    {
      'code': 'Release',
      'steps': [
        {'order': 1, 'code': 'Check', 'quorum': 2, 'of': 3, 'veto': false, 'roles': ['Lead', 'Manager']},
        {'order': 2, 'code': 'Sign', 'quorum': 2, 'of': 2, 'veto': true, 'roles': []}
      ]
    },
    {
      'code': 'O\x27Second "opinion" \x7b\x7b x \x7d\x7d',
      'steps': [{'order': 1, 'code': 'Check', 'quorum': 1, 'of': none, 'veto': true, 'roles': []}]
    }
  ]
} %}

{{ ozmeta_runtime.approval_step(
  binding='case',
  journal_config=journal_config,
  approvals=approvals,
  events=ref('case_approval_event'),
  timeline=ref('case_timeline')
) }}
