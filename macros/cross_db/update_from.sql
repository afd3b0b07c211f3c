{#
A statement that updates a table from a query. The conditions refer to the table as `held`, to the query as `fresh`.
table: the table to update
columns: list of str, the columns to set
rows: SQL select with these columns and those that the conditions need
on: SQL condition that matches rows
differs: SQL condition that a matched row has to be updated
#}
{% macro update_from(table, columns, rows, on, differs) -%}
  {{ adapter.dispatch('update_from', 'ozmeta_runtime')(table, columns, rows, on, differs) }}
{%- endmacro %}

{% macro default__update_from(table, columns, rows, on, differs) -%}
  update {{ table }} as held
  set {{ ozmeta_runtime.update_assignments(columns) }}
  from ({{ rows }}) as fresh
  where {{ on }} and {{ differs }}
{%- endmacro %}

{#
The assignments of `update_from`.
columns: list of str
#}
{% macro update_assignments(columns) -%}
  {%- for column in columns -%}
    {{ column }} = fresh.{{ column }}{{ ", " if not loop.last }}
  {%- endfor -%}
{%- endmacro %}
