{# SQL: the bucket of an arrival: the number of its period, which is 1 for the one that begins with 2010 (spec 8.5).
   sync_date: SQL of a timestamp #}
{% macro bucket_of(sync_date) %}
  {%- set since = ozmeta_runtime.to_micros(sync_date) ~ " - 1262304000000000" -%}
  {%- set period = ozmeta_runtime.floor_div("(" ~ since ~ ")", ozmeta_runtime.bucket_micros()) -%}
  cast(greatest({{ period }} + 1, 1) as {{ dbt.type_bigint() }})
{%- endmacro %}
