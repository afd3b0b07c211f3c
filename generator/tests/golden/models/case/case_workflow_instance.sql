{#- Written by ozmeta-dbt from MetaDB; change the metadata and generate again. -#}
{{ config(
  materialized='incremental',
  unique_key='_Key',
  on_schema_change='append_new_columns',
  **ozmeta_runtime.storage('workflow_instance')
) }}

{% set journal_config = {'object_type': 'Case', 'tenant_in_key': true} %}
{% set workflow = {'id': '1', 'start': 'New', 'terminal': ['Closed']} %}

{{ ozmeta_runtime.workflow_instance(
  binding='case',
  journal_config=journal_config,
  workflow=workflow,
  timeline=ref('case_timeline')
) }}
