{#- Written by ozmeta-dbt from MetaDB; change the metadata and generate again. -#}
{% set intake = {'object_type': 'Invoice', 'tenant_in_key': false} %}
{% set workflow = {'terminal': ['Paid']} %}
{{ config(materialized='view') }}

{{ ozmeta_runtime.time_in_state(intake=intake, workflow=workflow, timeline=ref('invoice_timeline'), log=ref('invoice_run')) }}
