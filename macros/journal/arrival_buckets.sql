{#
A select of the buckets, as `bucket`, in which the timeline has rows of the objects that a run folds: those with rows in
the journals' slices, and those with a pending event that is now due (spec 8.5). An object that the timeline does not
have needs no bucket.

timeline: the binding's timeline, as relation; due: a condition on its rows, or none; others: see journal_slice
#}
{% macro arrival_buckets(journal_config, state, timeline, due=none) %}
  select _Bucket as bucket
  from {{ timeline }}
  where _ObjectKey in (
    select {{ ozmeta_runtime.object_key(journal_config) }}
    from ({{ ozmeta_runtime.journal_slice(journal_config, state) }}) as journal
    where EJ_ObjectID is not null
    {%- if due %}
    union all
    select _ObjectKey from {{ timeline }} where {{ due }}
    {%- endif %}
  )
{% endmacro %}
