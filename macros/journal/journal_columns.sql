{#
SQL for each canonical column of a journal, with the type that the timeline keeps; '' counts as null in ids and names
(spec 2). It asks the warehouse for the journal's columns, so a model calls it once per journal (with_journal_columns).

journal: {name, relation, columns}, see journal_slice
Returns {canonical column: SQL} and more: stored_id, raw_event_time, event_nanos, event_kind, raw_sequence,
stored_sync_date and sync_date_type (if the journal has _SyncDate), message_key (with deduplicate_on)
Errors: the journal is ephemeral, does not exist, or lacks a column that it must have
#}
{% macro journal_columns(journal, journal_config) %}
  {%- set columns = ['EJ_ID', '_TenantID', 'EJ_EventType', 'EJ_EventTimeUTC', 'EJ_Actor', 'EJ_ObjectType',
      'EJ_ObjectID', 'EJ_CorrelationID', 'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_Payload',
      'EJ_PayloadHash', 'EJ_Sequence', '_SyncDate'] -%}
  {%- set required = ['EJ_ID', 'EJ_EventType', 'EJ_EventTimeUTC', 'EJ_ObjectType', 'EJ_ObjectID', 'EJ_Payload'] -%}
  {%- set blank_is_null = ['EJ_ID', '_TenantID', 'EJ_EventType', 'EJ_ObjectID', 'EJ_SourceSystem'] -%}
  {%- set deduplicate_on = journal_config.get('deduplicate_on', []) -%}
  {%- if journal.relation.is_cte -%}
    {%- do exceptions.raise_compiler_error("The journal " ~ journal.name ~ " is an ephemeral model, so the warehouse "
        ~ "cannot list its columns. Materialize it as a view, a table or incremental.") -%}
  {%- endif -%}
  {%- set found = ozmeta_runtime.journal_table_columns(ozmeta_runtime.verified_journal(journal.relation)) -%}
  {%- if not found -%}
    {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " does not exist. Correct "
        ~ "journal.source in ozmeta.yml and generate again, or check that this is the right database.") -%}
  {%- endif -%}
  {%- set sql = {} -%}
  {%- for name in columns -%}
    {%- set from_key = name == 'EJ_ObjectID' and journal_config.get('key') -%}
    {%- set physical = none if from_key else journal.columns.get(name, name) -%}
    {%- set column = found.get(physical | lower) if physical is not none -%}
    {%- set must_exist = name in required or name in journal.columns or name == '_SyncDate' -%}
    {%- if not column and physical is not none and must_exist -%}
      {%- set or_null = ", or " ~ name ~ ": null if the journal has none: then every run reads all of it"
          if name == '_SyncDate' else '' -%}
      {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " has no column '" ~ physical
          ~ "' for " ~ name ~ ". Correct journal.columns in ozmeta.yml (" ~ name ~ ": its_name" ~ or_null
          ~ ") and generate again. The journal has: " ~ found.keys() | join(', ')) -%}
    {%- endif -%}
    {%- if not column and name in deduplicate_on -%}
      {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " has no column for " ~ name
          ~ ", which journal.deduplicate_on in ozmeta.yml names. Add it to journal.columns (" ~ name
          ~ ": its_name) or remove it from deduplicate_on, and generate again. The journal has: "
          ~ found.keys() | join(', ')) -%}
    {%- endif -%}
    {%- if column -%}
      {%- do ozmeta_runtime.check_type(journal.relation, name, column) -%}
      {%- set type = column.data_type -%}
      {%- set quoted = ozmeta_runtime.quote_name(column.name) -%}
      {%- set text = ozmeta_runtime.column_text(quoted, type) -%}
      {%- set value = ozmeta_runtime.to_utc(quoted, type) if name in ['EJ_EventTimeUTC', '_SyncDate']
          else ozmeta_runtime.to_integer(quoted, type) if name == 'EJ_Sequence'
          else ozmeta_runtime.payload_text(quoted, type) if name == 'EJ_Payload'
          else "nullif(" ~ text ~ ", '')" if name in blank_is_null
          else text -%}
    {%- else -%}
      {%- set type = ozmeta_runtime.type_timestamp() if name == '_SyncDate'
          else dbt.type_bigint() if name == 'EJ_Sequence' else ozmeta_runtime.type_text() -%}
      {%- set text = "cast(null as " ~ ozmeta_runtime.type_text() ~ ")" -%}
      {%- set value = "cast(null as " ~ type ~ ")" -%}
    {%- endif -%}
    {%- do sql.update({name: value}) -%}
    {%- if name == 'EJ_ID' -%}
      {#- An engine can compare the stored column while it reads. -#}
      {%- do sql.update({'stored_id': quoted if column.is_string() else value}) -%}
    {%- elif name == 'EJ_EventTimeUTC' -%}
      {%- do sql.update({
          'raw_event_time': text,
          'event_nanos': ozmeta_runtime.event_nanos(quoted, type),
          'event_kind': ozmeta_runtime.number_kind(type) or ozmeta_runtime.timestamp_kind(type)}) -%}
    {%- elif name == 'EJ_Sequence' -%}
      {%- do sql.update({'raw_sequence': text}) -%}
    {%- elif name == '_SyncDate' and column -%}
      {%- do sql.update({'stored_sync_date': quoted, 'sync_date_type': type}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if journal_config.get('key') -%}
    {%- do sql.update({'EJ_ObjectID': ozmeta_runtime.instance_key(journal, journal_config, found)}) -%}
  {%- endif -%}
  {%- if deduplicate_on -%}
    {%- do sql.update({'message_key': ozmeta_runtime.message_key(journal_config, sql)}) -%}
  {%- endif -%}
  {%- do return(sql) -%}
{% endmacro %}
