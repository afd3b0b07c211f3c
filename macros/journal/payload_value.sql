{# SQL: a payload field of payload_columns, from its raw JSON text (see json_at). #}
{% macro payload_value(column, raw) %}
  {%- set text = "nullif(" ~ ozmeta_runtime.json_scalar(raw) ~ ", '')" -%}
  {%- set version = "case when " ~ raw ~ " is not null then " ~ ozmeta_runtime.to_version(text) ~ " end" -%}
  {{- version if column.kind == 'version' else text -}}
{% endmacro %}
