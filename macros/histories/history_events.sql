{#
The end of a history's query: its events in the columns of an EventJournal (spec 2.1), without those that the model has.

events: the name of a CTE with tenant, event_id, event_type, at_utc, actor, object_id, source_key, payload, sequence and
loaded_utc
object_type, source_system: texts; source_system may be none
state: see history_state
#}
{% macro history_events(events, object_type, source_system, state) %}
{%- set text = ozmeta_runtime.type_text() %}
select
    event_id as EJ_ID,
    tenant as _TenantID,
    event_type as EJ_EventType,
    at_utc as EJ_EventTimeUTC,
    actor as EJ_Actor,
    {{ ozmeta_runtime.text_literal(object_type) }} as EJ_ObjectType,
    object_id as EJ_ObjectID,
    cast(null as {{ text }}) as EJ_CorrelationID,
    cast(null as {{ text }}) as EJ_CausationID,
    {{ ozmeta_runtime.text_literal(source_system) }} as EJ_SourceSystem,
    source_key as EJ_SourceKey,
    payload as EJ_Payload,
    cast(null as {{ text }}) as EJ_PayloadHash,
    sequence as EJ_Sequence,
    loaded_utc as _SyncDate
from {{ events }}
{%- if state.known %}
where event_id not in (select EJ_ID from {{ this }} where {{ state.known }})
{%- endif %}
{% endmacro %}
