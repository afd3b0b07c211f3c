{#
A select of the buckets, as `bucket`, in which the timeline has rows of the objects that a run folds: those with rows in
the journals' slices, those with a pending event that is now due, and those with rows that another run left (spec 8.5
and 8.8). An object that the timeline does not have needs no bucket.

The binding's workflow_instance has one row for each object of the completed runs that has a folded event, so its column
is much shorter to read. Rows that no completed run has used are only in the timeline.

timeline: the binding's timeline, as relation; due: a condition on its rows, or none; binding: the binding's name;
others: see journal_slice
#}
{% macro arrival_buckets(binding, journal_config, state, timeline, due=none) %}
  select _Bucket as bucket
  from {{ ozmeta_runtime.existing_model(binding, 'workflow_instance') or timeline }}
  where _ObjectKey in (
    select {{ ozmeta_runtime.object_key(journal_config) }}
    from ({{ ozmeta_runtime.journal_slice(journal_config, state) }}) as journal
    where EJ_ObjectID is not null
    {%- if due %}
    union all
    select _ObjectKey from {{ timeline }} where {{ due }}
    {%- endif %}
    {%- for table in ozmeta_runtime.tables_with_left_rows(state) %}
    union all
    select _ObjectKey from {{ table }} where {{ ozmeta_runtime.unsettled_rows(state) }}
    {%- endfor %}
  )
  union all
  select _Bucket from {{ timeline }} where {{ ozmeta_runtime.unsettled_rows(state) }}
{% endmacro %}
