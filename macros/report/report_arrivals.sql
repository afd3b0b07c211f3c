{#
How long after it happened each event reached the journal, by source system: events that arrived in the time of the
report, without rows that have no _SyncDate. scope: see report_scope
#}
{% macro report_arrivals(scope) %}
{%- set minute = 60000000 -%}
with arrivals as (
    select
        EJ_SourceSystem,
        {{ ozmeta_runtime.to_micros('_SyncDate') }} - {{ ozmeta_runtime.to_micros('EJ_EventTimeUTC') }} as delay
    from {{ scope.models.timeline }}
    where not {{ ozmeta_runtime.is_true('TL_IsUnsynced') }}
        {%- if scope.since %} and _SyncDate >= {{ scope.since }}{% endif %} {{ scope.of_tenant }}
)

select
    EJ_SourceSystem as source_system,
    count(*) as events,
    sum(case when delay < 0 then 1 else 0 end) as before_it_happened,
    {%- set limits = {'minute': 1, 'hour': 60, 'day': 1440, 'week': 10080} %}
    {%- set from = namespace(minutes=0) %}
    {%- for name, minutes in limits.items() %}
    sum(case when delay >= {{ from.minutes * minute }} and delay < {{ minutes * minute }} then 1 else 0 end)
        as within_a_{{ name }},
    {%- set from.minutes = minutes %}
    {%- endfor %}
    sum(case when delay >= {{ from.minutes * minute }} then 1 else 0 end) as later
from arrivals
group by EJ_SourceSystem
order by events desc, source_system
{% endmacro %}
