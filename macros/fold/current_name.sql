{#
What a journal calls by an old name, read as the name of today (SPEC 4.4 "Aliases"). The timeline keeps the journal's own
words, so whoever reads them renames them.

  renamed(column, aliases)     SQL: the column with old names replaced
  renamed_as(column, aliases)  the same, as a column of that name
aliases: {old name: name of today}, or none
#}
{% macro current_name(column, aliases) -%}
  {%- if aliases -%}
  case {{ column }}
  {%- for old, new in aliases.items() %}
    when {{ ozmeta_runtime.text_literal(old) }} then {{ ozmeta_runtime.text_literal(new) }}
  {%- endfor %} else {{ column }} end
  {%- else -%}{{ column }}{%- endif -%}
{%- endmacro %}
