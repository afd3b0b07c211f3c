{# Days since 1970 of a date 'YYYY-MM-DD', as an integer. #}
{% macro day_number(date) %}
  {%- set year, month, day = date[:4] | int, date[5:7] | int, date[8:10] | int -%}
  {%- set before = year - 1 -%}
  {%- set is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) -%}
  {%- set month_starts = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] -%}
  {%- set leap_day = 1 if is_leap and month > 2 else 0 -%}
  {%- set whole_years = before * 365 + before // 4 - before // 100 + before // 400 -%}
  {%- do return(whole_years + month_starts[month - 1] + leap_day + day - 1 - 719162) -%}
{% endmacro %}
