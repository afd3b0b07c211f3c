{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{{ ozmeta_runtime.cycle_fact(cycles=ref('invoice_sla_elapsed')) }}
