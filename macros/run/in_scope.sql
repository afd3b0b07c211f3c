{# A condition, after `and`: the row is in a bucket that this run works on. Nothing if it works on the whole table, or
   without buckets.
   state: see run_state; of: the alias of the table, if others have the column too #}
{% macro in_scope(state, of=none) -%}
  {%- if state.buckets is not none -%}
    {{ " and " ~ ozmeta_runtime.bucket_condition(of ~ "._Bucket" if of else "_Bucket", state.buckets) }}
  {%- endif -%}
{%- endmacro %}
