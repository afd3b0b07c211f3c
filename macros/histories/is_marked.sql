{# Condition: a text means true, whatever the engine's spelling of a boolean. Never unknown. text: SQL text #}
{% macro is_marked(text) -%}
  (coalesce(lower({{ text }}), '') in ('true', 't', '1', 'y', 'yes'))
{%- endmacro %}
