{# The bucket of a group of an object's rows, preceded by a comma; nothing without buckets (spec 8.5). #}
{% macro object_bucket(state) -%}
  {{ ", max(_Bucket) as _Bucket" if state.bucketed }}
{%- endmacro %}
