{#- Written by ozmeta-dbt from MetaDB; change the metadata and generate again. -#}
{{ config(materialized='view') }}

{{ ozmeta_runtime.sla_timer(cycles=ref('case_sla_cycle')) }}
