{# Condition: an ISO 8601 text ends with Z or an offset. T-SQL has no regular expressions. text: SQL text #}
{% macro has_offset(text) -%}
  {%- set clock = ozmeta_runtime.substring(text, 12, 8000) -%}
  ({{ ozmeta_runtime.contains_text(clock, "'Z'") }} or {{ ozmeta_runtime.contains_text(clock, "'+'") }}
    or {{ ozmeta_runtime.contains_text(clock, "'-'") }})
{%- endmacro %}
