{# held: names of the columns that a table of an older definition has. A field that it lacks is null there: it has no rows, or check_intake stopped the run. #}
{% macro event_columns(journal_config, nanos, held=none) -%}
  _ObjectKey, TL_Journal, EJ_ID, _TenantID, EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_SourceSystem, EJ_Sequence, EJ_CorrelationID, _SyncDate, TL_IsUnsynced, TL_ContentHash{{ ozmeta_runtime.message_column(journal_config, held) }}
  {%- if nanos %}, {{ "cast(0 as " ~ dbt.type_bigint() ~ ") as " if held is not none and 'tl_eventnanos' not in held }}TL_EventNanos{% endif -%}
  {%- for column in ozmeta_runtime.payload_columns() + journal_config.fields %}, {% if held is not none and column.column | lower not in held %}cast(null as {{ ozmeta_runtime.type_text() }}) as {% endif %}{{ column.column }}{% endfor %}
{%- endmacro %}
