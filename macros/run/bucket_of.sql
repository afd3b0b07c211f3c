{# SQL: the bucket of an arrival: the number of its 30-day period since 1970 (spec 8.5).
   sync_date: SQL of a timestamp #}
{% macro bucket_of(sync_date) %}
  {%- set micros = ozmeta_runtime.to_micros(sync_date) -%}
  cast({{ ozmeta_runtime.floor_div(micros, ozmeta_runtime.bucket_micros()) }} as {{ dbt.type_bigint() }})
{%- endmacro %}
