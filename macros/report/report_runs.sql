{# The last 30 completed runs, the latest first. scope: see report_scope #}
{% macro report_runs(scope) %}
select
    RUN_Batch as run_no, RUN_Journal as journal, RUN_AsOfUTC as as_of, RUN_WatermarkUTC as read_up_to,
    RUN_EventsFolded as events, RUN_ObjectsFolded as objects
from {{ scope.models.run }}
where RUN_Batch > (select max(RUN_Batch) - 30 from {{ scope.models.run }})
order by run_no desc, journal
{% endmacro %}
