{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{% set calendars = [
  {'code': 'O\x27Desk "\x7b\x7b x \x7d\x7d"', 'key': '7170f42e56b5', 'from': '2026-01-01', 'until': '2027-12-31'}
] %}
{{ config(materialized='view') }}

{{ ozmeta_runtime.sla_timer(cycles=ref('case_sla_cycle'), calendars=calendars, pieces=ref('ozmeta_calendar_piece')) }}
