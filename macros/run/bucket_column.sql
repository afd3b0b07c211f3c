{# The column `_Bucket` of an incremental table with buckets, between a blank and a comma (spec 8.5); nothing without.
   An existing table may lack the column until the run that adds it: its rows are in the bucket of pending events,
   which every run reads.
   existing: lower-case names of the columns of the table that the rows come from; none if it has the column #}
{% macro bucket_column(state, existing=none) -%}
  {%- if state.bucketed -%}
    {%- set is_missing = existing is not none and '_bucket' not in existing -%}
    {{ " " ~ ("cast(0 as " ~ dbt.type_bigint() ~ ") as " if is_missing) ~ "_Bucket," }}
  {%- endif -%}
{%- endmacro %}
