{# SPEC 4.1, as a CTE called `name`: each journal row with its object's key and, where it has to be refused, the reason. A payload that is null is an event
   without one, and admitted. ids, or_ids, or_keys: see journal_slice. #}
{% macro admitted_events_cte(name, journal_config, state, ids=none, or_ids=none, or_keys=none) %}
{{ name }} as (
    select
        journal.*,
        case
            when EJ_ID is null then 'MissingEventID'
            when EJ_ObjectID is null then 'MissingObjectID'
            when EJ_EventType is null then 'MissingEventType'
            when EJ_EventTimeUTC is null then 'MissingEventTime'
            {% if journal_config.needs_tenant %}when _TenantID is null then 'MissingTenant'{% endif %}
            when payload is not null and not {{ ozmeta_runtime.is_json_object('payload') }} then 'MalformedPayload'
        end as refusal,
        {{ ozmeta_runtime.object_key(journal_config) }} as _ObjectKey,
        coalesce(sync_date, EJ_EventTimeUTC) as _SyncDate
    from (
        {{ ozmeta_runtime.journal_slice(journal_config, state, ids, or_ids, or_keys=or_keys) }}
    ) as journal
),
{% endmacro %}

{# The object a row belongs to: (tenant, id); the type is the binding's own. Under ObjectID the tenant is no part of it. #}
{% macro object_key(journal_config) %}
  {{- ozmeta_runtime.row_key(['EJ_ObjectID', '_TenantID'] if journal_config.tenant_in_key else ['EJ_ObjectID']) -}}
{% endmacro %}
