{# The ids that stand in the slice more than once, as the CTE `repeated`: few, and only of those is anything asked that needs an order.
   Where messages are told apart, so are the ids of a message that stands there more than once. #}
{% macro repeated_events_cte(journal_config, state, or_ids=none, or_keys=none) %}
repeated as (
    {%- if journal_config.get('deduplicate_on') %}
    select distinct EJ_ID
    from (
        select EJ_ID, count(*) over (partition by EJ_ID) as of_id, count(*) over (partition by coalesce(TL_MessageKey, EJ_ID)) as of_message
        from (
            {{ ozmeta_runtime.journal_slice(journal_config, state, or_ids=or_ids, only_id=true, or_keys=or_keys) }}
        ) as ids where EJ_ID is not null
    ) as counted
    where of_id > 1 or of_message > 1
    {%- else %}
    select EJ_ID
    from (
        {{ ozmeta_runtime.journal_slice(journal_config, state, or_ids=or_ids, only_id=true) }}
    ) as ids
    where EJ_ID is not null
    group by EJ_ID
    having count(*) > 1
    {%- endif %}
),
{% endmacro %}
