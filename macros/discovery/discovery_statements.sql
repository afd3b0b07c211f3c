{#
How the payloads of each object type state a state: how many objects and events there are, how many events state a
state, how many of these have only a code, and how many states there are.

reading: see discovery_reading
#}
{% macro discovery_statements(reading) %}
{{ ozmeta_runtime.with_materialized_ctes() }} {{ ozmeta_runtime.discovery_event_ctes(reading) }}

counted as (
    select
        EJ_ObjectType as object_type,
        count(*) as events,
        count(distinct _ObjectKey) as objects,
        count(distinct case when stated is not null then _ObjectKey end) as stating_objects,
        sum(case when stated is not null then 1 else 0 end) as statements,
        sum(case when PL_ToState is null and PL_Code is not null then 1 else 0 end) as only_code,
        sum(case when PL_Code is not null then 1 else 0 end) as with_code,
        count(distinct stated) as states
    from positioned
    group by EJ_ObjectType
)

select
    object_type, events, objects, stating_objects, statements, only_code, with_code, states
from counted
order by {{ ozmeta_runtime.binary_order('object_type') }}
{% endmacro %}
