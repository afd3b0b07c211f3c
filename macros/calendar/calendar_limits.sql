{#
From when to when calendar_piece has rows, in UTC midnights around the validity of each calendar.
calendars: [{key, code, from, until}]
Returns: [[key, code, first instant, instant of the end]], in microseconds since 1970
#}
{% macro calendar_limits(calendars) %}
  {%- set day = ozmeta_runtime.calendar_constants().day -%}
  {%- set rows = [] -%}
  {%- for calendar in calendars -%}
    {%- set first = ozmeta_runtime.day_number(calendar['from']) - 2 -%}
    {%- set last = ozmeta_runtime.day_number(calendar['until']) + 3 -%}
    {%- do rows.append([calendar.key, calendar.code, first * day, last * day]) -%}
  {%- endfor -%}
  {%- do return(rows) -%}
{% endmacro %}
