{#
One message under several event ids (SPEC 4.2, journal.deduplicate_on). A row's message key is made of the columns that the
option names; a row that lacks one has none, and its EJ_ID alone says what it is. Without the option none of this is in any
statement.

journal_config.deduplicate_on  [canonical column], in the order of the journal's columns; or absent
#}
{# SQL: the message key of a journal's row, null where a part is null or ''.
   sql: {canonical column: SQL}, see journal_columns #}
{% macro message_key(journal_config, sql) %}
  {%- set parts, present = [], [] -%}
  {%- for name in journal_config.deduplicate_on -%}
    {%- set counter = "cast(" ~ sql.EJ_Sequence ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
    {%- set part = {'EJ_EventTimeUTC': sql.raw_event_time, 'EJ_Sequence': counter}.get(name, sql[name]) -%}
    {%- do parts.append(part) -%}{%- do present.append(part ~ " <> ''") -%}
  {%- endfor -%}
  {%- do return("case when " ~ present | join(' and ') ~ " then " ~ ozmeta_runtime.row_key(parts) ~ " end") -%}
{% endmacro %}
