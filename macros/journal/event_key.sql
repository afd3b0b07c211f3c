{# SQL: a text that identifies an event, from its message key or else its EJ_ID. With deduplicate_on, it is the
   timeline's _Key.
   of: the alias of a relation with _ObjectKey, EJ_ID and TL_MessageKey #}
{% macro event_key(journal_config, of) -%}
  {%- set by_id = ozmeta_runtime.row_key([of ~ '._ObjectKey', of ~ '.EJ_ID']) -%}
  {%- if journal_config.get('deduplicate_on') -%}
  case when {{ of }}.TL_MessageKey is not null
       then {{ ozmeta_runtime.row_key([of ~ '._ObjectKey', of ~ '.TL_MessageKey', "'message'"]) }}
       else {{ by_id }} end
  {%- else -%}{{ by_id }}{%- endif -%}
{%- endmacro %}
