{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{% set columns = [
  'WI_ID',
  '_TenantID',
  'WI_ObjectType',
  'WI_ObjectID',
  'WF_ID',
  'WS_CurrentCode',
  'WI_CurrentSinceUTC',
  'WI_LastTransitionCode',
  'WI_LastTransitionUTC',
  'WI_LastActor',
  'WI_RowVersion',
  'WI_IsTerminal',
  'WI_FirstEventUTC'
] %}

{{ ozmeta_runtime.rollup(columns, [ref('case_workflow_instance'), ref('invoice_workflow_instance')]) }}
