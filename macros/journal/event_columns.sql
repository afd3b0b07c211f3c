{#
The columns of an admitted event, as a list for a select.

existing: lower-case names of the columns that the timeline has, or none if it has all. A payload field that it lacks is
null: then the timeline has no rows, or check_journal_config stopped the run.
#}
{% macro event_columns(journal_config, nanos, existing=none) -%}
  _ObjectKey, TL_Journal, EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_SourceSystem,
  EJ_Sequence, EJ_CorrelationID, _SyncDate, TL_IsUnsynced, TL_ContentHash
  {{- ozmeta_runtime.message_column(journal_config, existing) }}
  {%- if nanos %},
  {{ "cast(0 as " ~ dbt.type_bigint() ~ ") as " if existing is not none and 'tl_eventnanos' not in existing -}}
  TL_EventNanos
  {%- endif -%}
  {%- for column in ozmeta_runtime.payload_columns() + journal_config.fields %},
  {%- set missing = existing is not none and column.column | lower not in existing %}
  {{ "cast(null as " ~ ozmeta_runtime.type_text() ~ ") as " if missing }}{{ column.column }}
  {%- endfor %}
{%- endmacro %}
