{#
SQL: a column with old names replaced by current ones (spec 4.4-aliases). The timeline keeps the journal's own names, so
every reader of it translates them.

aliases: {old name: current name}, or none
#}
{% macro current_name(column, aliases) -%}
  {%- if aliases -%}
  case {{ column }}
  {%- for old, new in aliases.items() %}
    when {{ ozmeta_runtime.text_literal(old) }} then {{ ozmeta_runtime.text_literal(new) }}
  {%- endfor %} else {{ column }} end
  {%- else -%}{{ column }}{%- endif -%}
{%- endmacro %}
