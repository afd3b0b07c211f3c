{#
The CTE `arrived` of an incremental run: rows of `typed` that the timeline does not have, or has from a later delivery.
If an event of another message already has the EJ_ID, that event keeps it. Of several new ones, the first to arrive gets
it.

key: SQL of the timeline's _Key; state: see run_state; also: SQL: what else the timeline's rows must meet
#}
{% macro arrived_messages(nanos, key, state, also='') %}
known as (
    select {{ key }} as _Key, timeline.EJ_ID, timeline._SyncDate, timeline.TL_ContentHash
    from {{ this }} as timeline
    inner join typed on typed._Key = {{ key }}{{ ozmeta_runtime.in_scope(state, 'timeline') }}{{ also }}
),

same_id as (
    select {{ key }} as _Key, timeline._ObjectKey, timeline.EJ_ID
    from {{ this }} as timeline
    where timeline._ObjectKey in (select _ObjectKey from typed){{ ozmeta_runtime.in_scope(state, 'timeline') }}
      {{- also }}
),

earlier as (
    select
        typed.*,
        {{ ozmeta_runtime.boolean_column('known.TL_ContentHash <> typed.TL_ContentHash') }} as TL_Replaced,
        {{ ozmeta_runtime.event_owner('typed', nanos) }} as claim
    from typed
    left join known on known._Key = typed._Key
    left join same_id
        on same_id._ObjectKey = typed._ObjectKey and same_id.EJ_ID = typed.EJ_ID and same_id._Key <> typed._Key
    where same_id._Key is null
      and (known._Key is null
        or known._SyncDate > typed._SyncDate
        or (known._SyncDate = typed._SyncDate
            and (known.TL_ContentHash <> typed.TL_ContentHash
                or {{ ozmeta_runtime.binary_order('known.EJ_ID') }}
                    > {{ ozmeta_runtime.binary_order('typed.EJ_ID') }})))
),

arrived as (
    select * from earlier where claim = 1 {{ ozmeta_runtime.materialize_cte('arrived', 'and') }}
),
{% endmacro %}
