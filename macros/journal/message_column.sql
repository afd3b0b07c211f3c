{#
The column TL_MessageKey, to follow other columns of a select; nothing without deduplicate_on.

existing: lower-case names of the columns that the table has, or none if it has all
#}
{% macro message_column(journal_config, existing=none) -%}
  {%- if journal_config.get('deduplicate_on') -%}
  {%- set missing = existing is not none and 'tl_messagekey' not in existing -%}
  , {{ "cast(null as " ~ ozmeta_runtime.type_text() ~ ") as " if missing }}TL_MessageKey
  {%- endif -%}
{%- endmacro %}
