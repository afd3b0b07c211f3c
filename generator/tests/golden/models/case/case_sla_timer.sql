{#- Written by ozmeta-dbt from MetaDB; change the metadata and generate again. -#}
{{ config(materialized='incremental', unique_key='_Key', on_schema_change='append_new_columns', **ozmeta_runtime.storage('sla_timer')) }}


{{ ozmeta_runtime.sla_timer(binding='case', cycles=ref('case_sla_cycle')) }}
