{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('run')) }}

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
