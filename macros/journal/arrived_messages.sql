{# The rows of typed that the timeline does not hold, or holds by a later delivery, as the CTE `arrived`. An EJ_ID that an event
   of another message has stays with that event; of several new ones, the first to arrive has it. #}
{% macro arrived_messages(nanos) %}
known as (
    select held._Key, held.EJ_ID, held._SyncDate, held.TL_ContentHash
    from {{ this }} as held
    inner join typed on typed._Key = held._Key
),

namesakes as (
    select held._Key, held._ObjectKey, held.EJ_ID
    from {{ this }} as held
    where held._ObjectKey in (select _ObjectKey from typed)
),

earlier as (
    select
        typed.*, {{ ozmeta_runtime.boolean_column('known.TL_ContentHash <> typed.TL_ContentHash') }} as TL_Replaced,
        {{ ozmeta_runtime.event_owner('typed', nanos) }} as claim
    from typed
    left join known on known._Key = typed._Key
    left join namesakes
        on namesakes._ObjectKey = typed._ObjectKey and namesakes.EJ_ID = typed.EJ_ID and namesakes._Key <> typed._Key
    where namesakes._Key is null
      and (known._Key is null
        or known._SyncDate > typed._SyncDate
        or (known._SyncDate = typed._SyncDate
            and (known.TL_ContentHash <> typed.TL_ContentHash
                or {{ ozmeta_runtime.binary_order('known.EJ_ID') }} > {{ ozmeta_runtime.binary_order('typed.EJ_ID') }})))
),

arrived as (
    select * from earlier where claim = 1 {{ ozmeta_runtime.materialize_cte('arrived', 'and') }}
),
{% endmacro %}
