{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{% set columns = [
  'RS_SignalCode',
  'RS_Kind',
  'RS_Number',
  'RS_Severity',
  '_TenantID',
  'RS_ObjectType',
  'RS_ObjectID',
  'RS_ScheduledUTC',
  'RS_NoticedUTC',
  'RS_Subject',
  'RS_SubjectKey',
  'RS_CausingEventID',
  'SL_Code',
  'RS_Level',
  'RS_Notes'
] %}
{% set types = [{'code': 'SLA.Warned', 'retention_days': 90}] %}

{{ ozmeta_runtime.signal_rollup(
  columns=columns,
  relations=[ref('case_runtime_signal'), ref('invoice_runtime_signal')],
  types=types,
  seed=ref('ozmeta_runtime', 'ozmeta_signal_type')
) }}
