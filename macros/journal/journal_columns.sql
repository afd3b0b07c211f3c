{# SQL for each canonical column of a journal, of the type the timeline keeps; '' counts as null in ids and names. Asked of the warehouse once a model. #}
{% macro journal_columns(journal, journal_config) %}
  {%- if 'sql' in journal -%}{%- do return(journal.sql) -%}{%- endif -%}
  {%- set required = ['EJ_ID', 'EJ_EventType', 'EJ_EventTimeUTC', 'EJ_ObjectType', 'EJ_ObjectID', 'EJ_Payload'] -%}
  {%- set blank_is_null = ['EJ_ID', '_TenantID', 'EJ_EventType', 'EJ_ObjectID', 'EJ_SourceSystem'] -%}
  {%- if journal.relation.is_cte -%}
    {%- do exceptions.raise_compiler_error("The journal " ~ journal.name ~ " is an ephemeral model, whose columns the warehouse cannot be asked for. "
        ~ "Materialize it as a view, a table or incremental.") -%}
  {%- endif -%}
  {%- set found = ozmeta_runtime.relation_columns(ozmeta_runtime.verified_journal(journal.relation)) -%}
  {%- if not found -%}
    {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " does not exist. Name it in ozmeta.yml under journal.source and generate again; is this the database you mean?") -%}
  {%- endif -%}
  {%- set sql = {} -%}
  {%- for name in ['EJ_ID', '_TenantID', 'EJ_EventType', 'EJ_EventTimeUTC', 'EJ_Actor', 'EJ_ObjectType', 'EJ_ObjectID', 'EJ_CorrelationID',
                   'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_Payload', 'EJ_PayloadHash', 'EJ_Sequence', '_SyncDate'] -%}
    {%- set physical = journal.columns.get(name, name) if name != 'EJ_ObjectID' or not journal_config.get('key') else none -%}
    {%- set column = found.get(physical | lower) if physical is not none -%}
    {%- set said_absent = physical is none -%}
    {%- if not column and not said_absent and (name in required or name in journal.columns or name == '_SyncDate') -%}
      {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " has no column '" ~ physical ~ "' for " ~ name
          ~ ". Name the right one in ozmeta.yml under journal.columns (" ~ name ~ ": its_name"
          ~ (", or " ~ name ~ ": null for a journal without it: every run then reads all of it" if name == '_SyncDate' else '')
          ~ ") and generate again. It has: " ~ found.keys() | join(', ')) -%}
    {%- endif -%}
    {%- if not column and name in journal_config.get('deduplicate_on', []) -%}
      {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " has no column for " ~ name ~ ", by which journal.deduplicate_on tells messages apart"
          ~ ". Name it in ozmeta.yml under journal.columns (" ~ name ~ ": its_name), or leave it out of deduplicate_on, and generate again. It has: " ~ found.keys() | join(', ')) -%}
    {%- endif -%}
    {%- set quoted = ozmeta_runtime.quote_name(column.name) if column -%}
    {%- if column -%}{%- do ozmeta_runtime.check_type(journal.relation, name, column) -%}{%- endif -%}
    {%- set text = ozmeta_runtime.column_text(quoted, column.data_type) if column -%}
    {%- if not column -%}
      {%- set type = ozmeta_runtime.type_timestamp() if name == '_SyncDate' else dbt.type_bigint() if name == 'EJ_Sequence' else ozmeta_runtime.type_text() -%}
      {%- do sql.update({name: "cast(null as " ~ type ~ ")"}) -%}
    {%- elif name in ['EJ_EventTimeUTC', '_SyncDate'] -%}
      {%- do sql.update({name: ozmeta_runtime.to_utc(quoted, column.data_type)}) -%}
    {%- elif name == 'EJ_Sequence' -%}
      {%- do sql.update({name: ozmeta_runtime.to_integer(quoted, column.data_type)}) -%}
    {%- elif name == 'EJ_Payload' -%}
      {%- do sql.update({name: ozmeta_runtime.payload_text(quoted, column.data_type)}) -%}
    {%- elif name in blank_is_null -%}
      {%- do sql.update({name: "nullif(" ~ text ~ ", '')"}) -%}
    {%- else -%}
      {%- do sql.update({name: text}) -%}
    {%- endif -%}
    {#- A comparison with the column as it is stored is one that an engine can make while it reads. -#}
    {%- if name == 'EJ_ID' -%}{%- do sql.update({'stored_id': quoted if column.is_string() else sql.EJ_ID}) -%}{%- endif -%}
    {%- if name == 'EJ_EventTimeUTC' -%}{%- do sql.update({'raw_event_time': text, 'event_nanos': ozmeta_runtime.event_nanos(quoted, column.data_type),
        'event_kind': ozmeta_runtime.number_kind(column.data_type) or ozmeta_runtime.timestamp_kind(column.data_type)}) -%}{%- endif -%}
    {%- if name == 'EJ_Sequence' -%}{%- do sql.update({'raw_sequence': text if column else "cast(null as " ~ ozmeta_runtime.type_text() ~ ")"}) -%}{%- endif -%}
    {%- if name == '_SyncDate' and column -%}{%- do sql.update({'stored_sync_date': quoted, 'sync_date_type': column.data_type}) -%}{%- endif -%}
  {%- endfor -%}
  {%- if journal_config.get('key') -%}{%- do sql.update({'EJ_ObjectID': ozmeta_runtime.instance_key(journal, journal_config, found)}) -%}{%- endif -%}
  {%- if journal_config.get('deduplicate_on') -%}{%- do sql.update({'message_key': ozmeta_runtime.message_key(journal_config, sql)}) -%}{%- endif -%}
  {%- do journal.update({'sql': sql}) -%}
  {%- do return(sql) -%}
{% endmacro %}
