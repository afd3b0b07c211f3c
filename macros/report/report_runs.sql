{# The last 30 completed runs, the latest first. scope: see report_scope #}
{% macro report_runs(scope) %}
select
    RUN_Number as run_no, RUN_Journal as journal, RUN_AsOfUTC as as_of, RUN_WatermarkUTC as read_up_to,
    RUN_EventsFolded as events, RUN_ObjectsFolded as objects
from {{ scope.models.run }}
where RUN_Number > (select max(RUN_Number) - 30 from {{ scope.models.run }})
order by run_no desc, journal
{% endmacro %}
