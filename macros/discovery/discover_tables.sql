{#
Operation that `ozmeta-dbt discover` calls before it reads a history: prints which tables exist, and their columns.

Arguments
  tables  list, see discovery_table
Prints
  [{name, shown, exists, has, node?}], see discovery_table
#}
{% macro discover_tables(tables) %}
  {%- set answer = [] -%}
  {%- for given in tables -%}
    {%- set found, of_table = ozmeta_runtime.discovery_table(given), {} -%}
    {%- for key, value in found.items() if key not in ['relation', 'columns'] -%}
      {%- do of_table.update({key: value}) -%}
    {%- endfor -%}
    {%- do answer.append(of_table) -%}
  {%- endfor -%}
  {%- do ozmeta_runtime.print_answer(answer) -%}
{% endmacro %}
