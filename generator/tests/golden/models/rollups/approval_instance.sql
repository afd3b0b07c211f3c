{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{% set columns = [
  'AI_ID',
  '_TenantID',
  'AI_ObjectType',
  'AI_ObjectID',
  'AF_Code',
  'AI_CurrentStepOrder',
  'AI_Status',
  'AI_RequestedUTC',
  'AI_CompletedUTC',
  'AI_LastActor',
  'AI_Round'
] %}

{{ ozmeta_runtime.rollup(columns, [ref('case_approval_instance')]) }}
