{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('runtime_signal')) }}

{% set journal_config = {'object_type': 'Invoice', 'tenant_in_key': false} %}
{% set signals = {
  'severities': {'Approval.Requested': 'Info', 'SLA.Breached': 'Critical', 'SLA.Warned': 'Info'},
  'emits': [],
  'requests': []
} %}

{{ ozmeta_runtime.runtime_signal(
  binding='invoice',
  journal_config=journal_config,
  signals=signals,
  timeline=ref('invoice_timeline'),
  cycles=ref('invoice_sla_cycle'),
  signals_from='2026-01-01 00:00:00.000000'
) }}
