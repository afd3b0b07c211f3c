{# The microseconds since 1970 of a timestamp in UTC, 'YYYY-MM-DD HH:MM:SS[.ffffff]', as an integer. #}
{% macro report_micros(text) %}
  {%- set dt = modules.datetime -%}
  {%- set since = dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1) -%}
  {%- do return(since.days * 86400000000 + since.seconds * 1000000 + since.microseconds) -%}
{% endmacro %}
