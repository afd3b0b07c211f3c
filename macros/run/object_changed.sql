{# A condition on _ObjectKey, and with buckets on _Bucket: objects with changed rows in an upstream table. #}
{% macro object_changed(state, source) -%}
  {%- set is_changed = "_ObjectKey in (select _ObjectKey from " ~ source ~ " where "
      ~ ozmeta_runtime.changed_rows(state, source) ~ ")" -%}
  {%- set in_scope = ozmeta_runtime.in_scope(state) -%}
  {{- "(" ~ is_changed ~ in_scope ~ ")" if in_scope else is_changed -}}
{%- endmacro %}
