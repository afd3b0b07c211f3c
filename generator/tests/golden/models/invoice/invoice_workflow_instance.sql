{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('workflow_instance')) }}

{% set journal_config = {'object_type': 'Invoice', 'tenant_in_key': false} %}
{% set workflow = {'id': '2', 'start': 'Draft', 'terminal': ['Paid']} %}

{{ ozmeta_runtime.workflow_instance(
  binding='invoice',
  journal_config=journal_config,
  workflow=workflow,
  timeline=ref('invoice_timeline')
) }}
