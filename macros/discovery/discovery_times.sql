{#
How long objects took from their first event to what a service level may measure, by object type and measure:
  resolved      the first entry of one of the end states
  moved         the first transition
  replied       the first later event of one of the reply types
  replied_by_other  the same, by another actor than that of the first event
  other_actor   the first event of another actor than that of the first event

reading: see discovery_reading; percentile: see discovery_percentiles
ends: {object type: [state]}; replies: {object type: [event type]}
#}
{% macro discovery_times(reading, percentile, ends, replies) %}
{%- set is_end, is_reply = ['1 = 0'], ['1 = 0'] -%}
{%- for type, states in ends.items() if states -%}
  {%- do is_end.append("(EJ_ObjectType = " ~ ozmeta_runtime.text_literal(type) ~ " and state in ("
      ~ ozmeta_runtime.text_literals(states) ~ "))") -%}
{%- endfor -%}
{%- for type, event_types in replies.items() if event_types -%}
  {%- do is_reply.append("(EJ_ObjectType = " ~ ozmeta_runtime.text_literal(type) ~ " and EJ_EventType in ("
      ~ ozmeta_runtime.text_literals(event_types) ~ "))") -%}
{%- endfor %}
{{ ozmeta_runtime.with_materialized_ctes() }} {{ ozmeta_runtime.discovery_event_ctes(reading) }}
{{ ozmeta_runtime.discovery_stay_ctes() }}

attributed as (
    select
        positioned.*,
        max(case when event_no = 1 then EJ_Actor end) over (partition by _ObjectKey) as first_actor,
        case when {{ is_reply | join(' or ') }} then 1 else 0 end as is_reply
    from positioned
),

milestones as (
    select
        EJ_ObjectType as object_type, 'replied' as measure, first_time,
        min(case when is_reply = 1 and event_no > 1 then TL_EffectiveUTC end) as reached
    from attributed
    group by _ObjectKey, EJ_ObjectType, first_time
    union all
    select
        EJ_ObjectType, 'replied_by_other', first_time,
        min(case when is_reply = 1 and EJ_Actor <> first_actor then TL_EffectiveUTC end)
    from attributed
    group by _ObjectKey, EJ_ObjectType, first_time
    union all
    select
        EJ_ObjectType, 'other_actor', first_time,
        min(case when EJ_Actor <> first_actor then TL_EffectiveUTC end)
    from attributed
    group by _ObjectKey, EJ_ObjectType, first_time
    union all
    select
        EJ_ObjectType, 'moved', min(case when statement = 0 then entered end),
        min(case when statement > 0 then entered end)
    from stays
    group by _ObjectKey, EJ_ObjectType
    union all
    select
        EJ_ObjectType, 'resolved', min(case when statement = 0 then entered end),
        min(case when {{ is_end | join(' or ') }} then entered end)
    from stays
    group by _ObjectKey, EJ_ObjectType
),

ranked as (
    select
        object_type, measure, duration,
        row_number() over (partition by object_type, measure order by duration) as place,
        count(*) over (partition by object_type, measure) as measured
    from (
        select
            object_type, measure,
            {{ ozmeta_runtime.to_micros('reached') }} - {{ ozmeta_runtime.to_micros('first_time') }} as duration
        from milestones
        where reached is not null
    ) as durations
)

select
    object_type, measure, count(*) as objects,
    {{ ozmeta_runtime.discovery_percentiles(percentile) }}
from ranked
group by object_type, measure
order by {{ ozmeta_runtime.binary_order('object_type') }}, measure
{% endmacro %}
