{# The CTE `events` of a full fold. It orders only the rows whose EJ_ID the journals may hold more than once. #}
{% macro all_messages(journal_config, nanos) %}
events as (
    select
        {{ ozmeta_runtime.event_columns(journal_config, nanos) }},
        {{ ozmeta_runtime.boolean_column('1 = 0') }} as TL_Replaced
    from typed
    where EJ_ID not in (select EJ_ID from repeated)
    union all
    select
        {{ ozmeta_runtime.event_columns(journal_config, nanos) }},
        {{ ozmeta_runtime.boolean_column('1 = 0') }}
    from (
        select typed.*, {{ ozmeta_runtime.event_owner('typed', nanos) }} as claim
        from typed
        where EJ_ID in (select EJ_ID from repeated)
    ) as claimed
    where claim = 1
),
{% endmacro %}
