{#- Written by ozmeta-dbt from MetaDB; change the metadata and generate again. -#}
{{ config(
  materialized='incremental',
  unique_key='_Key',
  on_schema_change='append_new_columns',
  **ozmeta_runtime.storage('workflow_instance')
) }}

{% set journal_config = {'object_type': 'Invoice', 'tenant_in_key': false} %}
{% set workflow = {'id': '2', 'start': 'Draft', 'terminal': ['Paid']} %}

{{ ozmeta_runtime.workflow_instance(
  binding='invoice',
  journal_config=journal_config,
  workflow=workflow,
  timeline=ref('invoice_timeline')
) }}
