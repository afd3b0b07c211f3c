{#- Written by ozmeta-dbt from MetaDB; change the metadata and generate again. -#}
{{ config(
  materialized='incremental',
  unique_key='_Key',
  on_schema_change='append_new_columns',
  **ozmeta_runtime.storage('approval_instance')
) }}

{{ ozmeta_runtime.approval_instance(binding='case', steps=ref('case_approval_step')) }}
