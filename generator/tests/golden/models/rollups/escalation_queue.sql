{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{% set columns = [
  'EQ_ID',
  '_TenantID',
  'EQ_ObjectType',
  'EQ_ObjectID',
  'EQ_SignalCode',
  'EQ_Severity',
  'EQ_AssignedToRole',
  'EQ_AssignedToPrincipal',
  'EQ_Status',
  'EQ_CreatedUTC',
  'EQ_ClosedUTC',
  'EQ_Notes',
  'ST_ID',
  'SL_Code',
  'ST_CycleNo',
  'EQ_Level'
] %}

{{ ozmeta_runtime.rollup(columns, [ref('case_escalation_queue')]) }}
