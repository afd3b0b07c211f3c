{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{% set report_fields = [
  {'name': 'Priority', 'ref': 'object.Priority', 'column': 'PL_object_Priority'},
  {
    'name': 'Cost_center_03bbb179',
    'ref': 'object.Cost \x7b\x7b center \x7d\x7d',
    'column': 'PL_object_Cost_center_7cec55eb'
  }
] %}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{{ ozmeta_runtime.cycle_fact(cycles=ref('case_sla_elapsed'), report_fields=report_fields) }}
