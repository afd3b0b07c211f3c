{# A journal row's own columns, as far as the timeline keeps them. #}
{% macro journal_event_columns(nanos) -%}
  _ObjectKey, TL_Journal, EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, {{ "TL_EventNanos, " if nanos }}EJ_Actor, EJ_SourceSystem, EJ_Sequence, EJ_CorrelationID, _SyncDate, sync_date
{%- endmacro %}
