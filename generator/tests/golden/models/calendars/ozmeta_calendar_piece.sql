{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('calendar_piece')) }}

{% set calendars = [
  {'code': 'O\x27Desk "\x7b\x7b x \x7d\x7d"', 'key': '7170f42e56b5', 'from': '2026-01-01', 'until': '2027-12-31'}
] %}

{{ ozmeta_runtime.calendar_piece(calendars, ref('ozmeta_calendar_window')) }}
