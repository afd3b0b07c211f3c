{# The columns of a journal row that the timeline keeps, as a list for a select. #}
{% macro journal_event_columns(nanos) -%}
  _ObjectKey, TL_Journal, EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC,
  {%- if nanos %} TL_EventNanos,{% endif %}
  EJ_Actor, EJ_SourceSystem, EJ_Sequence, EJ_CorrelationID, _SyncDate, sync_date
{%- endmacro %}
