{#
Creates a table that no dbt command rebuilds, unless it exists.

found: see kept_table; columns: [[name, SQL type]]
Returns: the relation
#}
{% macro create_kept_table(found, columns) %}
  {%- if not found.exists -%}
    {%- set typed = [] -%}
    {%- for column in columns -%}{%- do typed.append(column | join(' ')) -%}{%- endfor -%}
    {%- do ozmeta_runtime.write_at_once("create table " ~ found.table ~ " (" ~ typed | join(', ') ~ ")") -%}
  {%- endif -%}
  {%- do return(found.table) -%}
{% endmacro %}
