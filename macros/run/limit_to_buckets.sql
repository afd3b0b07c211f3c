{#
Limits a run to buckets: the reads by `in_scope`, and the merge of the model's own table by its `incremental_predicates`
(spec 8.5). dbt reads that config after it has rendered the model, so the list is changed in place. A run of the same
parsed project may have left its own predicate there: each run sets it.

Arguments
  state   see run_state; `buckets` is set
  select  a select of buckets, equal ones too; none for the whole table
#}
{% macro limit_to_buckets(state, select=none) %}
  {%- set most = 2000 -%}
  {%- set buckets = none -%}
  {%- if select -%}
    {#- Objects of which every event is pending are in bucket -1. -#}
    {%- set buckets = [-1] -%}
    {%- for row in run_query("select distinct bucket from (" ~ select ~ ") as buckets order by bucket").rows
        if row[0] is not none and row[0] | int >= 0 -%}
      {%- do buckets.append(row[0] | int) -%}
    {%- endfor -%}
    {#- An engine limits the length of a statement. -#}
    {%- if buckets | length > most -%}{%- set buckets = none -%}{%- endif -%}
  {%- endif -%}
  {%- do state.update({'buckets': buckets}) -%}
  {%- set predicates = config.get('incremental_predicates') -%}
  {%- if predicates is not none and predicates is not string and predicates != ['false'] -%}
    {%- do predicates.clear() -%}
    {%- do predicates.append("1 = 1" if buckets is none
        else ozmeta_runtime.written_column('_Bucket') ~ " in (" ~ buckets | join(', ') ~ ")") -%}
  {%- endif -%}
{% endmacro %}
