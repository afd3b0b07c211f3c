{#
The buckets that a run names, as a list, or none if it works on the whole table (spec 8.5). Bucket 0, of pending
events, is always among them.

select: a select of buckets as `bucket`, equal ones too
#}
{% macro named_buckets(select) %}
  {%- set most = 2000 -%} {#- an engine limits the length of a statement -#}
  {%- set buckets = [0] -%}
  {%- for row in run_query("select distinct bucket from (" ~ select ~ ") as buckets order by bucket").rows
      if row[0] | int > 0 -%}
    {%- do buckets.append(row[0] | int) -%}
  {%- endfor -%}
  {%- do return(buckets if buckets | length <= most else none) -%}
{% endmacro %}
