{# The key of a changed field in its part of the payload. Arguments as for change_part #}
{% macro change_name(field, status_fields, fields) -%}
  case
    when {{ field }} in ({{ ozmeta_runtime.text_literals(status_fields) }}) then 'toState'
    {%- for name, key in fields.items() if ozmeta_runtime.payload_key(key) != name %}
    when {{ field }} = {{ ozmeta_runtime.text_literal(name) }}
    then {{ ozmeta_runtime.text_literal(ozmeta_runtime.payload_key(key)) }}
    {%- endfor %}
    else {{ field }}
  end
{%- endmacro %}
