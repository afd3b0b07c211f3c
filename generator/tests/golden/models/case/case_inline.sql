{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{% set entity = {
  'binding': 'Case',
  'key': ['CA_ID'],
  'tenant': 'org',
  'slas': [
    {'code': 'FirstStart', 'column': 'SL_FirstStart'},
    {'code': 'Resolve', 'column': 'SL_Resolve'},
    {'code': 'SignOff', 'column': 'SL_SignOff'},
    {'code': 'State.New', 'column': 'SL_State_New'}
  ],
  'write_back': true
} %}
{{ config(materialized=ozmeta_runtime.materialization('view'), meta={'ozmeta_entity': entity}) }}

{{ ozmeta_runtime.inline(
  entity=entity,
  relation=source('case_entity', 'cases'),
  instance=ref('case_workflow_instance'),
  timers=ref('case_sla_timer')
) }}
