{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('workflow_instance')) }}

{% set journal_config = {'object_type': 'Case', 'tenant_in_key': true} %}
{% set workflow = {'id': '1', 'start': 'New', 'terminal': ['Closed']} %}
{% set report_fields = [
  {'name': 'Priority', 'ref': 'object.Priority', 'column': 'PL_object_Priority'},
  {
    'name': 'Cost_center_03bbb179',
    'ref': 'object.Cost \x7b\x7b center \x7d\x7d',
    'column': 'PL_object_Cost_center_7cec55eb'
  }
] %}

{{ ozmeta_runtime.workflow_instance(
  binding='case',
  journal_config=journal_config,
  workflow=workflow,
  timeline=ref('case_timeline'),
  report_fields=report_fields
) }}
