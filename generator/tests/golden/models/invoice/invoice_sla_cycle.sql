{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('sla_cycle')) }}

{% set journal_config = {'object_type': 'Invoice', 'tenant_in_key': false, 'fields': []} %}
{% set workflow = {'terminal': ['Paid']} %}
{% set slas = [
  {
    'code': 'Payment',
    'target_minutes': 1440,
    'levels': [{'level': 1, 'signal': 'SLA.Breached', 'after_minutes': 0, 'severity': 'Critical'}]
  }
] %}
{{ config(meta={'ozmeta_marks': {'journal_config': journal_config, 'workflow': workflow, 'slas': slas}}) }}

{{ ozmeta_runtime.sla_cycle(
  binding='invoice',
  journal_config=journal_config,
  workflow=workflow,
  slas=slas,
  timeline=ref('invoice_timeline')
) }}
