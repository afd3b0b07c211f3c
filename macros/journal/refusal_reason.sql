{# Why the fold refuses a journal row (spec 4.1), as text; null if it admits the row. An event may have no payload, so a
   null payload is admitted. needs_tenant: whether a row must have a tenant; purges: whether the rows are joined to
   `tombstones` #}
{% macro refusal_reason(needs_tenant=false, purges=false) -%}
  case
    {% if purges %}when purged_key is not null then 'Purged'{% endif %}
    when EJ_ID is null then 'MissingEventID'
    when EJ_ObjectID is null then 'MissingObjectID'
    when EJ_EventType is null then 'MissingEventType'
    when EJ_EventTimeUTC is null then 'MissingEventTime'
    {% if needs_tenant %}when _TenantID is null then 'MissingTenant'{% endif %}
    when payload is not null and not {{ ozmeta_runtime.is_json_object('payload') }} then 'MalformedPayload'
  end
{%- endmacro %}
