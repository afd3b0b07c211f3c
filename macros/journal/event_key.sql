{# SQL: what an event is known by, the timeline's _Key: its message, else its EJ_ID.
   of: the relation that has _ObjectKey, EJ_ID and TL_MessageKey #}
{% macro event_key(journal_config, of) -%}
  {%- set by_id = ozmeta_runtime.row_key([of ~ '._ObjectKey', of ~ '.EJ_ID']) -%}
  {%- if journal_config.get('deduplicate_on') -%}
  case when {{ of }}.TL_MessageKey is not null
       then {{ ozmeta_runtime.row_key([of ~ '._ObjectKey', of ~ '.TL_MessageKey', "'message'"]) }}
       else {{ by_id }} end
  {%- else -%}{{ by_id }}{%- endif -%}
{%- endmacro %}
