{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{% set columns = [
  'EJ_ID',
  '_TenantID',
  'EJ_ObjectType',
  'EJ_ObjectID',
  'EJ_EventType',
  'EJ_EventTimeUTC',
  'EJ_Actor',
  'EJ_SourceSystem',
  'EJ_Sequence',
  'EJ_CorrelationID',
  'TL_EventNanos',
  'TL_EffectiveUTC',
  'TL_Position',
  'TL_IsApplied',
  'TL_IsRejected',
  'TL_TransitionCode',
  'TL_FromState',
  'TL_ToState',
  'TL_State',
  'TL_RowVersion',
  'TL_Anomaly',
  '_SyncDate'
] %}

{{ ozmeta_runtime.rollup(columns, [ref('case_timeline'), ref('invoice_timeline')], live=none) }}
