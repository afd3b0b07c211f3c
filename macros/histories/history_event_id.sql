{#
The id of an event of a history: a hash of its source and of what identifies it there. It is the same whenever the event
is loaded.
source: text
parts: list of SQL texts
#}
{% macro history_event_id(source, parts) -%}
  {{ ozmeta_runtime.md5_hex(ozmeta_runtime.row_key([ozmeta_runtime.text_literal(source)] + parts)) }}
{%- endmacro %}
