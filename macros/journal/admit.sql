{# SPEC 4.1, as a CTE called `name`: each journal row with its object's key and, where it has to be refused, the reason. A payload that is null is an event
   without one, and admitted. ids, or_ids, or_keys: see journal_slice. #}
{% macro admission_cte(name, intake, state, ids=none, or_ids=none, or_keys=none) %}
{{ name }} as (
    select
        journal.*,
        case
            when EJ_ID is null then 'MissingEventID'
            when EJ_ObjectID is null then 'MissingObjectID'
            when EJ_EventType is null then 'MissingEventType'
            when EJ_EventTimeUTC is null then 'MissingEventTime'
            {% if intake.needs_tenant %}when _TenantID is null then 'MissingTenant'{% endif %}
            when payload is not null and not {{ ozmeta_runtime.is_json_object('payload') }} then 'MalformedPayload'
        end as refusal,
        {{ ozmeta_runtime.object_key(intake) }} as _ObjectKey,
        coalesce(sync_date, EJ_EventTimeUTC) as _SyncDate
    from (
        {{ ozmeta_runtime.journal_slice(intake, state, ids, or_ids, or_keys=or_keys) }}
    ) as journal
),
{% endmacro %}

{# The ids that stand in the slice more than once, as the CTE `repeated`: few, and only of those is anything asked that needs an order.
   Where messages are told apart, so are the ids of a message that stands there more than once. #}
{% macro repeated_cte(intake, state, or_ids=none, or_keys=none) %}
repeated as (
    {%- if intake.get('deduplicate_on') %}
    select distinct EJ_ID
    from (
        select EJ_ID, count(*) over (partition by EJ_ID) as of_id, count(*) over (partition by coalesce(TL_MessageKey, EJ_ID)) as of_message
        from (
            {{ ozmeta_runtime.journal_slice(intake, state, or_ids=or_ids, only_id=true, or_keys=or_keys) }}
        ) as ids where EJ_ID is not null
    ) as counted
    where of_id > 1 or of_message > 1
    {%- else %}
    select EJ_ID
    from (
        {{ ozmeta_runtime.journal_slice(intake, state, or_ids=or_ids, only_id=true) }}
    ) as ids
    where EJ_ID is not null
    group by EJ_ID
    having count(*) > 1
    {%- endif %}
),
{% endmacro %}

{# The object a row belongs to: (tenant, id); the type is the binding's own. Under ObjectID the tenant is no part of it. #}
{% macro object_key(intake) %}
  {{- ozmeta_runtime.key_of(['EJ_ObjectID', '_TenantID'] if intake.tenant_in_key else ['EJ_ObjectID']) -}}
{% endmacro %}

{# What a journal row says beside its object and its id, _SyncDate aside and its object type by whichever name: two rows of one object and id that
   differ here are conflicting duplicates (SPEC 4.2). The tenant, where it is no part of the object's key, is part of what is said. #}
{% macro content_hash(intake) %}
  {{- ozmeta_runtime.md5_hex(ozmeta_runtime.key_of((['_TenantID'] if not intake.tenant_in_key else []) + ['EJ_EventType', 'raw_event_time', 'EJ_Actor', 'EJ_CorrelationID',
      'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_PayloadHash', 'raw_sequence', 'payload'])) -}}
{% endmacro %}
