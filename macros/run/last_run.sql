{# The rows of the last completed run, of a run log. #}
{% macro last_run(log) %}RUN_Batch = (select max(RUN_Batch) from {{ log }}){% endmacro %}
