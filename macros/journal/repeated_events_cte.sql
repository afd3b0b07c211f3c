{#
The CTE `repeated`: ids that the slice has more than once and, with deduplicate_on, ids of messages that it has more
than once. They are few, and only their rows have to be ordered to find duplicates (spec 4.2).
#}
{% macro repeated_events_cte(journal_config, state, or_ids=none, or_keys=none) %}
repeated as (
    {%- if journal_config.get('deduplicate_on') %}
    select distinct EJ_ID
    from (
        select
            EJ_ID,
            count(*) over (partition by EJ_ID) as id_rows,
            count(*) over (partition by coalesce(TL_MessageKey, EJ_ID)) as message_rows
        from (
            {{ ozmeta_runtime.journal_slice(journal_config, state, or_ids=or_ids, only_id=true, or_keys=or_keys) }}
        ) as ids
        where EJ_ID is not null
    ) as counted
    where id_rows > 1 or message_rows > 1
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
