{# An instant as a SQL timestamp. micros: integer, microseconds since 1970 #}
{% macro report_instant(micros) %}
  {%- set dt = modules.datetime -%}
  {%- set at = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=micros) -%}
  {%- do return(ozmeta_runtime.timestamp_literal(at.isoformat(' '))) -%}
{% endmacro %}
