{# A condition: a text is a person's name, or is JSON with a text that is the name. text: SQL; name: string #}
{% macro names_person(text, name) -%}
  ({{ text }} = {{ ozmeta_runtime.text_literal(name) }}
  {%- for spelling in ozmeta_runtime.json_spellings(name) %}
   or {{ ozmeta_runtime.contains_text(text, ozmeta_runtime.text_literal(spelling)) }}
  {%- endfor -%})
{%- endmacro %}
