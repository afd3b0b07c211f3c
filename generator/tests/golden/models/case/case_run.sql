{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('run')) }}

{{ ozmeta_runtime.run_log_model(
  binding='case',
  journals=['ops.event_journal', 'field.station_journal'],
  timeline=ref('case_timeline'),
  after=[
    ref('case_quarantine'),
    ref('case_workflow_instance'),
    ref('case_approval_event'),
    ref('case_approval_step'),
    ref('case_approval_instance'),
    ref('case_sla_cycle'),
    ref('case_sla_timer'),
    ref('case_escalation_queue'),
    ref('case_runtime_signal')
  ]
) }}
