{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('runtime_signal')) }}

{% set journal_config = {'object_type': 'Case', 'tenant_in_key': true} %}
{% set signals = {
  'severities': {'Approval.Requested': 'Info', 'SLA.Breached': 'Critical', 'SLA.Warned': 'Info'},
  'emits': [],
  'requests': ['Release', 'O\x27Second "opinion" \x7b\x7b x \x7d\x7d']
} %}

{{ ozmeta_runtime.runtime_signal(
  binding='case',
  journal_config=journal_config,
  signals=signals,
  timeline=ref('case_timeline'),
  cycles=ref('case_sla_cycle'),
  queue=ref('case_escalation_queue'),
  approvals=ref('case_approval_step'),
  signals_from='2026-01-01 00:00:00.000000'
) }}
