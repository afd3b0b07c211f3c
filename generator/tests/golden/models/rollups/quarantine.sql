{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{% set columns = [
  'QR_Reason',
  'QR_Rows',
  '_TenantID',
  'QR_ObjectType',
  'QR_ObjectID',
  'QR_EventID',
  'QR_EventType',
  'QR_EventTime',
  'QR_SourceSystem',
  'QR_Sequence',
  'QR_Actor',
  'QR_Payload',
  'QR_Journal',
  '_SyncDate'
] %}

{{ ozmeta_runtime.rollup(columns, [ref('case_quarantine'), ref('invoice_quarantine')]) }}
