{#- Written by ozmeta-dbt from MetaDB; change the metadata and generate again. -#}
{{ config(
  materialized='incremental',
  unique_key='_Key',
  on_schema_change='append_new_columns',
  **ozmeta_runtime.storage('run')
) }}

{{ ozmeta_runtime.run_log_model(
  binding='invoice',
  journals=['ops.event_journal', 'field.station_journal'],
  timeline=ref('invoice_timeline'),
  after=[
    ref('invoice_quarantine'),
    ref('invoice_workflow_instance'),
    ref('invoice_sla_cycle'),
    ref('invoice_sla_timer'),
    ref('invoice_runtime_signal')
  ]
) }}
