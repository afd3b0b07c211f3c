{# SQL: the condition for the rows of a channel and a binding. #}
{% macro notified(channel, binding) -%}
  NT_Channel = {{ ozmeta_runtime.text_literal(channel) }} and NT_Binding = {{ ozmeta_runtime.text_literal(binding) }}
{%- endmacro %}
