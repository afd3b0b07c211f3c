{# The part of a payload that a key of `fields` belongs to: 'context' for 'context.X', else 'object'. #}
{% macro payload_part(key) %}
  {%- do return('context' if key.startswith('context.') else 'object') -%}
{% endmacro %}
