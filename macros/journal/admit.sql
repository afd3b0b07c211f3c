{# SPEC 4.1 and 4.2, as the CTEs `journal` and `admission`: each journal row with its object's key and, where it has to be
   refused, the reason. A payload that is null is an event without one, and admitted. #}
{% macro admission_ctes(intake, state, event_ids=none) %}
journal as (
    {{ ozmeta_runtime.journal_slice(intake, state, event_ids) }}
),

admission as (
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
    from journal
),
{% endmacro %}

{# The object a row belongs to, hashed: (tenant, id); the type is the binding's own. Under ObjectID the tenant is no part of it. #}
{% macro object_key(intake) %}
  {{- ozmeta_runtime.hashed_key(["_TenantID" if intake.tenant_in_key else "''", 'EJ_ObjectID']) -}}
{% endmacro %}

{# What a journal row says, _SyncDate aside and its object type by whichever name: two rows of one id that differ here are conflicting duplicates (SPEC 4.2). #}
{% macro content_hash() %}
  {{- ozmeta_runtime.hashed_key(['EJ_ID', '_TenantID', 'EJ_EventType', 'raw_event_time', 'EJ_Actor', 'EJ_ObjectID', 'EJ_CorrelationID',
      'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_PayloadHash', 'raw_sequence', 'payload']) -}}
{% endmacro %}
