{#
The states of each object type: how often objects entered it, how many objects did, how many began there and how many
are there now, and how long the stays took that ended.

reading: see discovery_reading; percentile: see discovery_percentiles
#}
{% macro discovery_states(reading, percentile) %}
{{ ozmeta_runtime.with_materialized_ctes() }} {{ ozmeta_runtime.discovery_event_ctes(reading) }}
{{ ozmeta_runtime.discovery_stay_ctes() }}

counted as (
    select
        EJ_ObjectType as object_type, state,
        count(*) as entries,
        count(distinct _ObjectKey) as objects,
        sum(case when statement = 0 then 1 else 0 end) as begun,
        sum(case when left_at is null then 1 else 0 end) as there_now
    from stays
    group by EJ_ObjectType, state
),

ended as (
    select
        EJ_ObjectType as ended_type, state as ended_state,
        {{ ozmeta_runtime.to_micros('left_at') }} - {{ ozmeta_runtime.to_micros('entered') }} as duration
    from stays
    where left_at is not null
),

ranked as (
    select
        ended.*,
        row_number() over (partition by ended_type, ended_state order by duration) as place,
        count(*) over (partition by ended_type, ended_state) as measured
    from ended
),

shares as (
    select
        ended_type, ended_state,
        {{ ozmeta_runtime.discovery_percentiles(percentile) }}
    from ranked
    group by ended_type, ended_state
)

select object_type, state, entries, objects, begun, there_now, median_micros, percentile_micros
from counted
left join shares on ended_type = object_type and ended_state = state
order by {{ ozmeta_runtime.binary_order('object_type') }}, {{ ozmeta_runtime.binary_order('state') }}
{% endmacro %}
