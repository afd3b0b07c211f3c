{#
The CTE decided_cycles: the cycles that were met, missed or cancelled in the time of the report, with decided_at: when
the target had run, or else when the cycle stopped. scope: see report_scope
#}
{% macro report_decided_cycles(scope) %}
{%- set decided_at = 'coalesce(ST_BreachedUTC, ST_StopUTC)' -%}
decided_cycles as (
    select *, {{ decided_at }} as decided_at
    from {{ scope.models.sla_elapsed }}
    where ST_Outcome is not null
    {%- if scope.since %} and {{ decided_at }} >= {{ scope.since }}{% endif %} {{ scope.of_tenant }}
)
{%- endmacro %}
