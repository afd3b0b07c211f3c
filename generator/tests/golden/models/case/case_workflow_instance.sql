{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('workflow_instance')) }}

{% set journal_config = {'object_type': 'Case', 'tenant_in_key': true} %}
{% set workflow = {'id': '1', 'start': 'New', 'terminal': ['Closed']} %}

{{ ozmeta_runtime.workflow_instance(
  binding='case',
  journal_config=journal_config,
  workflow=workflow,
  timeline=ref('case_timeline')
) }}
