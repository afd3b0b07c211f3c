{#
The transitions of each object type, by the code in the payload (null without one): how often they occurred, how often
the payload named the state before, and how long objects had been in the state before. contradicts is 1 for events whose
payload names a state before that differs from the object's state.

reading: see discovery_reading; percentile: see discovery_percentiles
#}
{% macro discovery_moves(reading, percentile) %}
{{ ozmeta_runtime.with_materialized_ctes() }} {{ ozmeta_runtime.discovery_event_ctes(reading) }}
{{ ozmeta_runtime.discovery_stay_ctes() }}

moves as (
    select
        EJ_ObjectType as object_type, code, came_from, state, names_from, contradicts,
        {{ ozmeta_runtime.to_micros('entered') }} - {{ ozmeta_runtime.to_micros('came_at') }} as duration
    from stays
    where statement > 0
),

ranked as (
    select
        moves.*,
        row_number() over (
            partition by object_type, code, came_from, state, contradicts order by duration) as place,
        count(*) over (partition by object_type, code, came_from, state, contradicts) as measured
    from moves
)

select
    object_type, code, came_from, state, contradicts,
    count(*) as moves,
    sum(names_from) as naming_from,
    {{ ozmeta_runtime.discovery_percentiles(percentile) }}
from ranked
group by object_type, code, came_from, state, contradicts
order by
    {{ ozmeta_runtime.binary_order('object_type') }}, {{ ozmeta_runtime.binary_order('came_from') }},
    {{ ozmeta_runtime.binary_order('state') }}, {{ ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order('code')) }},
    contradicts
{% endmacro %}
