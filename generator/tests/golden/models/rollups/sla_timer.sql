{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{% set columns = [
  'ST_ID',
  '_TenantID',
  'WI_ID',
  'SL_Code',
  'ST_StartUTC',
  'ST_DueUTC',
  'ST_StopUTC',
  'ST_Status',
  'ST_Outcome',
  'ST_WarnedUTC',
  'ST_BreachedUTC',
  'ST_EscalationLevel',
  'ST_ObjectType',
  'ST_ObjectID',
  'ST_CycleNo',
  'ST_IsPaused',
  'ST_TargetMinutes',
  'ST_PolicyVersion',
  'ST_Calendar'
] %}

{{ ozmeta_runtime.rollup(columns, [ref('case_sla_timer'), ref('invoice_sla_timer')]) }}
