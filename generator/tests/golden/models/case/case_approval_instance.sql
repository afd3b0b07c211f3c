{#- Written by ozmeta-dbt from MetaDB; change the metadata and generate again. -#}
{{ config(materialized='incremental', incremental_strategy='merge', unique_key='_Key', on_schema_change='append_new_columns') }}


{{ ozmeta_runtime.approval_instance(binding='case', steps=ref('case_approval_step')) }}
