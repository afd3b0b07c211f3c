{# A condition on a run log: the rows of the last completed run. #}
{% macro last_run(log) %}RUN_Batch = (select max(RUN_Batch) from {{ log }}){% endmacro %}
