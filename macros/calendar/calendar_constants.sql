{# Numbers that the calendars' macros share, in microseconds: a minute, a UTC day, and the open time of one bucket of
   calendar_window. #}
{% macro calendar_constants() %}
  {%- do return({'minute': 60000000, 'day': 86400000000, 'quantum': 28800000000}) -%}
{% endmacro %}
