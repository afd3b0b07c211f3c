{# Set `columns` of the rows of `table` for which `on` and `differs` hold, to those of the select `rows`. The conditions call the two held and fresh. #}
{% macro update_from(table, columns, rows, on, differs) %}{{ adapter.dispatch('update_from', 'ozmeta_runtime')(table, columns, rows, on, differs) }}{% endmacro %}

{% macro default__update_from(table, columns, rows, on, differs) %}
update {{ table }} as held
set {% for c in columns %}{{ c }} = fresh.{{ c }}{{ ", " if not loop.last }}{% endfor %}
from ({{ rows }}) as fresh
where {{ on }} and {{ differs }}
{% endmacro %}
