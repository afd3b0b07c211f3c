{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(materialized=ozmeta_runtime.materialization('view')) }}

{{ ozmeta_runtime.sla_elapsed(cycles=ref('invoice_sla_cycle')) }}
