{# The key in its part of a payload: 'X' of 'X', 'object.X' and 'context.X'. #}
{% macro payload_key(key) %}
  {%- for part in ['object.', 'context.'] if key.startswith(part) -%}
    {%- do return(key[part | length:]) -%}
  {%- endfor -%}
  {%- do return(key) -%}
{% endmacro %}
