{# SQL: 1 for the event that keeps an EJ_ID which several messages of an object share (spec 4.2). #}
{% macro event_owner(of, nanos) -%}
  row_number() over (
    partition by {{ of }}._ObjectKey, {{ of }}.EJ_ID
    order by {{ of }}._SyncDate, {{ of }}.EJ_EventTimeUTC,{{ ' ' ~ of ~ '.TL_EventNanos,' if nanos }}
        {{ ozmeta_runtime.nulls_first(ozmeta_runtime.binary_order(of ~ '.TL_MessageKey')) }}
  )
{%- endmacro %}
