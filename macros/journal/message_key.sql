{#
SQL: the message key of a journal row, for one message that arrives under several event ids (spec 4.2). It is made of
the columns that journal.deduplicate_on names, and null if one of them is null or ''. Then the row's EJ_ID identifies
it.

journal_config.deduplicate_on: [canonical column], in the order of the journal's columns
sql: {canonical column: SQL}, see journal_columns
#}
{% macro message_key(journal_config, sql) %}
  {%- set parts, present = [], [] -%}
  {%- for name in journal_config.deduplicate_on -%}
    {%- set counter = "cast(" ~ sql.EJ_Sequence ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
    {%- set part = {'EJ_EventTimeUTC': sql.raw_event_time, 'EJ_Sequence': counter}.get(name, sql[name]) -%}
    {%- do parts.append(part) -%}
    {%- do present.append(part ~ " <> ''") -%}
  {%- endfor -%}
  {%- do return("case when " ~ present | join(' and ') ~ " then " ~ ozmeta_runtime.row_key(parts) ~ " end") -%}
{% endmacro %}
