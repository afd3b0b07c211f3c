{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{% set columns = [
  'AI_ID',
  '_TenantID',
  'AP_ObjectType',
  'AP_ObjectID',
  'AF_Code',
  'AP_Round',
  'AS_Order',
  'AS_Code',
  'AP_Outcome',
  'AP_ActivatedUTC',
  'AP_DecidedUTC',
  'AP_Quorum',
  'AP_Approvals',
  'AP_Rejections',
  'AP_OutOfTurn',
  'AP_Ignored',
  'AP_ActivatedEventID',
  'AP_DecidedEventID',
  'AP_LastActor',
  'AP_StepNo',
  'AP_Roles'
] %}

{{ ozmeta_runtime.rollup(columns, [ref('case_approval_step')]) }}
