{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{{ config(**ozmeta_runtime.table_config('approval_instance')) }}

{{ ozmeta_runtime.approval_instance(binding='case', steps=ref('case_approval_step')) }}
