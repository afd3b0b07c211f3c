{#
A CTE called `name`: each journal row with its object's key and, if the row is refused, the reason (spec 4.1). An event
may have no payload, so a null payload is admitted. Rows for which the tombstone of a purged object accounts are left
out (spec 8.6).

ids, or_ids, or_keys: see journal_slice
but_ids: a relation or CTE; rows with one of its EJ_IDs are left out; or none
#}
{% macro admitted_events_cte(name, journal_config, state, ids=none, or_ids=none, or_keys=none, but_ids=none) %}
{%- set purged = ozmeta_runtime.tombstones(journal_config) %}
{%- set erased = ozmeta_runtime.erased_events(journal_config) %}
{{ name }} as (
    select
        journal.*,
        {%- if erased %}
        erased_events.erased_id,
        {%- endif %}
        {{ ozmeta_runtime.refusal_reason(journal_config.needs_tenant, purged is not none) }} as refusal,
        {{ ozmeta_runtime.object_key(journal_config) }} as _ObjectKey,
        coalesce(sync_date, EJ_EventTimeUTC) as _SyncDate
    from (
        {{ ozmeta_runtime.journal_slice(journal_config, state, ids, or_ids, or_keys=or_keys) }}
    ) as journal
    {%- if purged %}
    left join ({{ purged }}) as tombstones on tombstones.purged_key = {{ ozmeta_runtime.object_key(journal_config) }}
    {%- endif %}
    {%- if erased %}
    left join ({{ erased }}) as erased_events
        on erased_events.erased_key = {{ ozmeta_runtime.object_key(journal_config) }}
        and erased_events.erased_id = journal.EJ_ID
    {%- endif %}
    {%- if but_ids %}
    where not exists (select 1 from {{ but_ids }} as but where but.EJ_ID = journal.EJ_ID)
    {%- endif %}
    {%- if purged %}
    {{ "and" if but_ids else "where" }} not {{ ozmeta_runtime.purged_in_time(journal_config) }}
    {%- endif %}
),
{% endmacro %}
