{#
Limits what the model's merge, or its delete, reads of its own table to buckets (spec 8.5). dbt reads the config
`incremental_predicates` after it has rendered the model, so the list is changed in place. A run of the same parsed
project may have left its own predicate there, so each run sets it.

buckets: see named_buckets; an empty list for a run that writes nothing
#}
{% macro prune_write(buckets) %}
  {%- set predicates = config.get('incremental_predicates') -%}
  {#- A table whose rows are never replaced keeps its predicate. -#}
  {%- if predicates and predicates is not string and predicates[0] != 'false' -%}
    {%- do predicates.clear() -%}
    {%- do predicates.append("1 = 1" if buckets is none else "1 = 0" if not buckets
        else ozmeta_runtime.bucket_condition(ozmeta_runtime.written_column('_Bucket'), buckets)) -%}
  {%- endif -%}
{% endmacro %}
