{# raw: the raw JSON text, see json_at #}
{% macro payload_value(column, raw) %}
  {%- set text = "nullif(" ~ ozmeta_runtime.json_scalar(raw) ~ ", '')" -%}
  {{- "case when " ~ raw ~ " is not null then " ~ ozmeta_runtime.to_version(text) ~ " end" if column.kind == 'version' else text -}}
{% endmacro %}
