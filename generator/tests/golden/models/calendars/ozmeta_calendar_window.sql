{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('calendar_window')) }}

{% set calendars = [
  {
    'key': '7170f42e56b5',
    'code': 'O\x27Desk "\x7b\x7b x \x7d\x7d"',
    'time_zone': 'Europe/Berlin',
    'from': '2026-01-01',
    'until': '2027-12-31',
    'hours': {
      'mon': '08:00-12:00, 13:00-18:00',
      'tue': '08:00-12:00, 13:00-18:00',
      'wed': '08:00-12:00, 13:00-18:00',
      'thu': '08:00-12:00, 13:00-18:00',
      'fri': '08:00-24:00',
      'sun': '22:00-06:00'
    },
    'exceptions': {'2026-10-02': 'closed', '2026-12-24': '08:00-12:00'},
    'holidays': {'2026': '12-25', '2027': '01-01'},
    'first_offset': '+01:00',
    'offsets': {'2026': '03-29 01:00 +02:00, 10-25 01:00 +01:00', '2027': '03-28 01:00 +02:00, 10-31 01:00 +01:00'}
  }
] %}

{{ ozmeta_runtime.calendar_window(calendars) }}
