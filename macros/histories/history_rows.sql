{#
SQL condition: the rows of a history's table that count.

macro, relation: as for history_columns
only: {column: value or list of values}: the rows must have one of these; false is also the value of a null
deleted: {sql, type, stored} of a column that marks deleted rows, which do not count; or none
#}
{% macro history_rows(macro, relation, only, deleted=none) %}
  {%- set conditions = [] -%}
  {%- for name, given in only.items() -%}
    {%- set column = ozmeta_runtime.history_column(macro, relation, name, "only") -%}
    {%- set values = given if given is iterable and given is not string else [given] -%}
    {%- set texts = [] -%}
    {%- for value in values if value is not boolean -%}{%- do texts.append(value | string) -%}{%- endfor -%}
    {%- if texts -%}
      {%- do conditions.append(column.sql ~ " in (" ~ ozmeta_runtime.text_literals(texts) ~ ")") -%}
    {%- elif values -%}
      {#- A column that is null does not mark the row as deleted. -#}
      {%- set marked = ozmeta_runtime.is_marked(column.sql) | trim -%}
      {%- do conditions.append(marked if values[0] else "not " ~ marked) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if deleted -%}{%- do conditions.append("not " ~ ozmeta_runtime.is_marked(deleted.sql)) -%}{%- endif -%}
  {%- do return(conditions | join(' and ') or '1 = 1') -%}
{% endmacro %}
