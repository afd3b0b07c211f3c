{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{% set columns = [
  'EJ_ID',
  '_TenantID',
  'AE_ObjectType',
  'AE_ObjectID',
  'EJ_EventType',
  'TL_EffectiveUTC',
  'TL_Position',
  'AF_Code',
  'AE_Kind',
  'AE_Voter',
  'AE_StepNamed',
  'AP_Round',
  'AS_Code',
  'AE_Effect',
  'AE_Reason',
  'AE_Approvals',
  'AE_Rejections'
] %}

{{ ozmeta_runtime.rollup(columns, [ref('case_approval_event')]) }}
