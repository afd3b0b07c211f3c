{#
The event types of each object type, the 200 most frequent: how many events and objects have it, and how many of the
events state a state. event_types counts all of them.

reading: see discovery_reading
#}
{% macro discovery_event_types(reading) %}
{{ ozmeta_runtime.with_materialized_ctes() }} {{ ozmeta_runtime.discovery_event_ctes(reading) }}

counted as (
    select
        EJ_ObjectType as object_type, EJ_EventType as event_type,
        count(*) as events,
        count(distinct _ObjectKey) as objects,
        sum(case when stated is not null then 1 else 0 end) as statements
    from positioned
    group by EJ_ObjectType, EJ_EventType
),

ranked as (
    select
        counted.*,
        count(*) over (partition by object_type) as event_types,
        row_number() over (
            partition by object_type order by events desc, {{ ozmeta_runtime.binary_order('event_type') }}) as place
    from counted
)

select object_type, event_type, events, objects, statements, event_types
from ranked
where place <= 200
order by {{ ozmeta_runtime.binary_order('object_type') }}, place
{% endmacro %}
