{#- Written by ozmeta-dbt 0.1 from MetaDB; change the metadata and generate again. -#}
{% set claimed = [
  {'binding': 'case', 'object_type': 'Case', 'object_types': ['CA', 'Case', 'Cases']},
  {'binding': 'invoice', 'object_type': 'Invoice', 'object_types': ['Invoice']}
] %}
{{ config(materialized=ozmeta_runtime.materialization('view'), meta={'ozmeta_claimed': claimed}) }}

{{ ozmeta_runtime.unclaimed_object_type(volume=ref('journal_volume'), claimed=claimed, ignored=[]) }}
