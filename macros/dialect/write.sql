{# Set `columns` of the rows of `table` for which `on` and `differs` hold, to those of the select `rows`. The conditions call the two held and fresh. #}
{% macro update_from(table, columns, rows, on, differs) %}{{ adapter.dispatch('update_from', 'ozmeta_runtime')(table, columns, rows, on, differs) }}{% endmacro %}
{% macro default__update_from(table, columns, rows, on, differs) %}
update {{ table }} as held
set {% for c in columns %}{{ c }} = fresh.{{ c }}{{ ", " if not loop.last }}{% endfor %}
from ({{ rows }}) as fresh
where {{ on }} and {{ differs }}
{% endmacro %}

{# BigQuery's and Databricks' update takes no join, Snowflake's no alias; their merge does both. #}
{% macro bigquery__update_from(table, columns, rows, on, differs) %}
merge into {{ table }} as held
using ({{ rows }}) as fresh on {{ on }}
when matched and {{ differs }} then update set {% for c in columns %}{{ c }} = fresh.{{ c }}{{ ", " if not loop.last }}{% endfor %}
{% endmacro %}
{% macro spark__update_from(table, columns, rows, on, differs) %}{{ ozmeta_runtime.bigquery__update_from(table, columns, rows, on, differs) }}{% endmacro %}
{% macro snowflake__update_from(table, columns, rows, on, differs) %}{{ ozmeta_runtime.bigquery__update_from(table, columns, rows, on, differs) }}{% endmacro %}

{# T-SQL names the table by its alias, and says in `from` what that is. #}
{% macro sqlserver__update_from(table, columns, rows, on, differs) %}
update held
set {% for c in columns %}{{ c }} = fresh.{{ c }}{{ ", " if not loop.last }}{% endfor %}
from {{ table }} as held
inner join ({{ rows }}) as fresh on {{ on }}
where {{ differs }}
{% endmacro %}
{% macro fabric__update_from(table, columns, rows, on, differs) %}{{ ozmeta_runtime.sqlserver__update_from(table, columns, rows, on, differs) }}{% endmacro %}
