{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized='incremental') }}

{{ ozmeta_runtime.time_spine('2000-01-01', '2060-01-01') }}
