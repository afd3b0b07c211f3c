{#
A `where` for the select of the CTE `written`: rows that the table does not have yet, or not as they are. Nothing in a
full fold, which writes every row again.

state     see run_state
values    [SQL that is equal in equal rows, with {} where the table's alias comes]
bucketed  whether the table has buckets
#}
{% macro unless_stored(state, values, bucketed=false) %}
  {%- if state.incremental and not state.full_fold %}
where not exists (
    select 1 from {{ this }} as stored
    where stored._Key = written._Key and stored._DeleteDate is null
      {%- for value in values %}
      and {{ value.format('stored.') }} = {{ value.format('written.') }}
      {%- endfor %}
      {{- ozmeta_runtime.in_scope(state, 'stored') if bucketed }}
)
  {%- endif %}
{% endmacro %}
