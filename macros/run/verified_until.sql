{#
A condition that limits a fold to the journal rows that arrived up to an instant; nothing in any other run. `until` of
the variable `ozmeta_verify`, in microseconds since 1970. Only `ozmeta-dbt impact` sets it.

sync_date: SQL: when the row arrived, or null
#}
{% macro verified_until(sync_date) %}
  {%- set until = var('ozmeta_verify', {}).get('until') -%}
  {%- if until is not none -%}
    {{ " and (" ~ sync_date ~ " is null or " ~ ozmeta_runtime.to_micros(sync_date) ~ " <= " ~ until ~ ")" }}
  {%- endif -%}
{% endmacro %}
