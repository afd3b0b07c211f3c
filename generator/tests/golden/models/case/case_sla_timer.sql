{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{{ ozmeta_runtime.sla_timer(cycles=ref('case_sla_elapsed')) }}
