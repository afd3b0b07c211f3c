{#
The part of a payload that a changed field belongs to: 'transition', 'object' or 'context'.
field: SQL of the field's name
status_fields: the fields that say the status
fields: {field: key}, see journal_from_changes
#}
{% macro change_part(field, status_fields, fields) -%}
  {%- set context_fields = [] -%}
  {%- for name, key in fields.items() if ozmeta_runtime.payload_part(key) == 'context' -%}
    {%- do context_fields.append(name) -%}
  {%- endfor -%}
  case
    when {{ field }} in ({{ ozmeta_runtime.text_literals(status_fields) }}) then 'transition'
    {%- if context_fields %}
    when {{ field }} in ({{ ozmeta_runtime.text_literals(context_fields) }}) then 'context'
    {%- endif %}
    else 'object'
  end
{%- endmacro %}
