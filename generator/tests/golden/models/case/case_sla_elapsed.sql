{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{% set report_fields = [
  {'name': 'Priority', 'ref': 'object.Priority', 'column': 'PL_object_Priority'},
  {
    'name': 'Cost_center_03bbb179',
    'ref': 'object.Cost \x7b\x7b center \x7d\x7d',
    'column': 'PL_object_Cost_center_7cec55eb'
  }
] %}
{% set calendars = [
  {'code': 'O\x27Desk "\x7b\x7b x \x7d\x7d"', 'key': '7170f42e56b5', 'from': '2026-01-01', 'until': '2027-12-31'}
] %}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{{ ozmeta_runtime.sla_elapsed(
  cycles=ref('case_sla_cycle'),
  report_fields=report_fields,
  calendars=calendars,
  pieces=ref('ozmeta_calendar_piece')
) }}
