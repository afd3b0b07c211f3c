{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{% set journal_config = {'object_type': 'Invoice', 'tenant_in_key': false} %}
{% set workflow = {'terminal': ['Paid']} %}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{{ ozmeta_runtime.time_in_state(
  journal_config=journal_config,
  workflow=workflow,
  timeline=ref('invoice_timeline'),
  log=ref('invoice_run')
) }}
