{# How JSON writes a text: with its own letters, and with escapes for all that are not ASCII. Returns: list of string #}
{% macro json_spellings(text) %}
  {%- set own = '"' ~ (text | replace('\\', '\\\\') | replace('"', '\\"')) ~ '"' -%}
  {%- do return([own, tojson(text)] | unique | list) -%}
{% endmacro %}
