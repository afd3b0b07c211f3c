{#
Calendars as one row of texts each, since thousands of literal rows are slow to parse. A text has items of one length,
which calendar_ctes takes apart:

  week            weekday (1 digit, 0 for Monday), from and to in minutes since midnight (4 digits each)
  closed_dates    days since 1970 (5 digits) of the dates whose weekly windows do not count
  special_windows the same (5 digits), from and to (4 digits each)
  utc_offsets     since when in seconds since 1970 (11 digits), the UTC offset in seconds plus 100000 (6 digits)

calendars: see calendar_window
Returns: a list of rows, in the order of `calendar_columns`
#}
{% macro calendar_rows(calendars) %}
  {%- set weekdays = {'mon': 0, 'tue': 1, 'wed': 2, 'thu': 3, 'fri': 4, 'sat': 5, 'sun': 6} -%}
  {%- set rows = [] -%}
  {%- for calendar in calendars -%}
    {%- set first, last = ozmeta_runtime.day_number(calendar['from']), ozmeta_runtime.day_number(calendar['until']) -%}
    {%- set week, closed, special, offsets = [], [], [], [] -%}
    {%- for day, windows in calendar.hours.items() -%}
      {%- for window in ozmeta_runtime.window_minutes(windows) -%}
        {%- do week.append("%d%04d%04d" | format(weekdays[day], window[0], window[1])) -%}
      {%- endfor -%}
    {%- endfor -%}
    {%- for date, windows in calendar.exceptions.items() -%}
      {%- set day = "%05d" | format(ozmeta_runtime.day_number(date)) -%}
      {%- do closed.append(day) -%}
      {%- for window in ozmeta_runtime.window_minutes(windows) -%}
        {%- do special.append(day ~ "%04d%04d" | format(window[0], window[1])) -%}
      {%- endfor -%}
    {%- endfor -%}
    {%- for year, dates in calendar.holidays.items() -%}
      {%- for date in dates.split(', ') -%}
        {%- do closed.append("%05d" | format(ozmeta_runtime.day_number(year ~ '-' ~ date))) -%}
      {%- endfor -%}
    {%- endfor -%}
    {%- set first_offset = ozmeta_runtime.clock_seconds(calendar.first_offset) + 100000 -%}
    {%- do offsets.append("%011d%06d" | format((first - 3) * 86400 + 86400 * 1000, first_offset)) -%}
    {%- for year, changes in calendar.offsets.items() -%}
      {%- for change in changes.split(', ') -%}
        {%- set date, clock, offset = change.split(' ') -%}
        {%- set since = ozmeta_runtime.day_number(year ~ '-' ~ date) * 86400 + ozmeta_runtime.clock_seconds(clock) -%}
        {%- set offset = ozmeta_runtime.clock_seconds(offset) + 100000 -%}
        {%- do offsets.append("%011d%06d" | format(since + 86400 * 1000, offset)) -%}
      {%- endfor -%}
    {%- endfor -%}
    {%- do rows.append([
        calendar.key, calendar.code, first, last, week | join, week | length, closed | join, closed | length,
        special | join, special | length, offsets | join, offsets | length,
    ]) -%}
  {%- endfor -%}
  {%- do return(rows) -%}
{% endmacro %}

{# Windows such as '08:00-12:00, 22:00-06:00' as pairs of minutes since midnight. One over midnight ends after 1440. #}
{% macro window_minutes(text) %}
  {%- set windows = [] -%}
  {%- for window in (text.split(', ') if text != 'closed' else []) -%}
    {%- set from, to = window.split('-') -%}
    {%- set start, end = ozmeta_runtime.clock_seconds(from) // 60, ozmeta_runtime.clock_seconds(to) // 60 -%}
    {%- do windows.append([start, end if end > start else end + 1440]) -%}
  {%- endfor -%}
  {%- do return(windows) -%}
{% endmacro %}

{# A clock or an offset such as '08:00', '-03:30' or '+00:19:32', in seconds. #}
{% macro clock_seconds(text) %}
  {%- set parts = (text[1:] if text[0] in '+-' else text).split(':') -%}
  {%- set seconds = (parts[0] | int) * 3600 + (parts[1] | int) * 60 + (parts[2] | int if parts | length > 2 else 0) -%}
  {%- do return(-seconds if text[0] == '-' else seconds) -%}
{% endmacro %}
