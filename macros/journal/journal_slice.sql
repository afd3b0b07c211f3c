{#
The journals' new rows of one object type, typed and judged (SPEC 2, 4.1, 8). The only place that reads a journal.

Arguments
  intake  dict: object_type, object_types, tenant_in_key, needs_tenant, lookback_minutes, key?: [physical columns that together are the object's id],
          journals: [{name, relation, columns: {canonical: physical, or none where the journal has no such column}}],
          fields: [{ref, column, path, old?: [path]}] payload fields that rules use, and where payloads may have them under old names
  state   from run_state: each journal is read from its own watermark on, less the lookback; all of it at first
  ids     a select of EJ_IDs: only rows of these; or none
  or_ids  a select of EJ_IDs whose rows are read wherever they are, or none
  or_keys a select of message keys, likewise (see macros/journal/messages.sql); goes with or_ids
  only_id whether nothing is wanted but EJ_ID, and the message key where messages are told apart
Result    a select of one row per journal row: refusal (reason code or null), parsed payload, canonical columns, content hash
Raises    where a journal lacks a column that has to be there, naming it and how to map it
#}
{% macro journal_slice(intake, state, ids=none, or_ids=none, only_id=false, or_keys=none) %}
  {%- for journal in intake.journals %}
    {{ "union all" if not loop.first }}
    {{ ozmeta_runtime.journal_rows(intake, journal, state, ids, or_ids, only_id, or_keys) }}
  {%- endfor %}
{% endmacro %}

{% macro journal_rows(intake, journal, state, ids=none, or_ids=none, only_id=false, or_keys=none) %}
  {%- set watermark = state.journals.get(journal.name) if state.incremental -%}
  {%- set c = ozmeta_runtime.journal_columns(journal, intake) %}
    select
        {{ c.EJ_ID }} as EJ_ID
        {%- if intake.get('deduplicate_on') %},
        {{ c.message_key }} as TL_MessageKey
        {%- endif %}
        {%- if not only_id %},
        {{ ozmeta_runtime.literal(journal.name) }} as TL_Journal,
        {{ c._TenantID }} as _TenantID,
        {{ c.EJ_ObjectID }} as EJ_ObjectID,
        {{ c.EJ_EventType }} as EJ_EventType,
        {{ c.EJ_EventTimeUTC }} as EJ_EventTimeUTC,
        {{ c.raw_event_time }} as raw_event_time,
        {%- if ozmeta_runtime.keeps_nanos(intake) %}
        {{ c.event_nanos or "cast(0 as " ~ dbt.type_bigint() ~ ")" }} as TL_EventNanos,
        {%- endif %}
        {{ c.EJ_Actor }} as EJ_Actor,
        {{ c.EJ_CorrelationID }} as EJ_CorrelationID,
        {{ c.EJ_CausationID }} as EJ_CausationID,
        {{ c.EJ_SourceSystem }} as EJ_SourceSystem,
        {{ c.EJ_SourceKey }} as EJ_SourceKey,
        {{ c.EJ_Payload }} as payload,
        {{ c.EJ_PayloadHash }} as EJ_PayloadHash,
        {{ c.EJ_Sequence }} as EJ_Sequence,
        {{ c.raw_sequence }} as raw_sequence,
        {{ c._SyncDate }} as sync_date
        {%- endif %}
    from {{ ozmeta_runtime.verified_journal(journal.relation) }}
    where {{ c.EJ_ObjectType }} in ({{ ozmeta_runtime.literals(intake.object_types) }}){{ ozmeta_runtime.verified_slice(c.EJ_ObjectID) }}
    {%- if state.limited %}
      and 1 = 0
    {%- endif %}
    {%- if ids %}
      and {{ c.stored_id }} in ({{ ids }})
    {%- endif %}
    {%- if watermark and c.stored_sync_date %}
      -- a row without _SyncDate has no place in the order of arrival, so it is looked at by every run
      {%- set looked_at = ozmeta_runtime.from_micros(ozmeta_runtime.to_micros(ozmeta_runtime.instant(watermark)) ~ " - " ~ intake.lookback_minutes * 60000000) %}
      {%- set since = ozmeta_runtime.at_or_since(c.stored_sync_date, c.sync_date_type, looked_at) %}
      and {{ "(" ~ since ~ " or " ~ c.EJ_ID ~ " in (" ~ or_ids ~ ")" ~ (" or " ~ c.message_key ~ " in (" ~ or_keys ~ ")" if or_keys else "") ~ ")" if or_ids else since }}
    {%- endif %}
{% endmacro %}

{# The relations of the journals. #}
{% macro journal_relations(intake) %}{% do return(intake.journals | map(attribute='relation') | list) %}{% endmacro %}

{# SQL for each canonical column of a journal, of the type the timeline keeps; '' counts as null in ids and names. Asked of the warehouse once a model. #}
{% macro journal_columns(journal, intake) %}
  {%- if 'sql' in journal -%}{%- do return(journal.sql) -%}{%- endif -%}
  {%- set required = ['EJ_ID', 'EJ_EventType', 'EJ_EventTimeUTC', 'EJ_ObjectType', 'EJ_ObjectID', 'EJ_Payload'] -%}
  {%- set blank_is_null = ['EJ_ID', '_TenantID', 'EJ_EventType', 'EJ_ObjectID', 'EJ_SourceSystem'] -%}
  {%- if journal.relation.is_cte -%}
    {%- do exceptions.raise_compiler_error("The journal " ~ journal.name ~ " is an ephemeral model, whose columns the warehouse cannot be asked for. "
        ~ "Materialize it as a view, a table or incremental.") -%}
  {%- endif -%}
  {%- set found = ozmeta_runtime.columns_of(ozmeta_runtime.verified_journal(journal.relation)) -%}
  {%- if not found -%}
    {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " does not exist. Name it in ozmeta.yml under journal.source and generate again; is this the database you mean?") -%}
  {%- endif -%}
  {%- set sql = {} -%}
  {%- for name in ['EJ_ID', '_TenantID', 'EJ_EventType', 'EJ_EventTimeUTC', 'EJ_Actor', 'EJ_ObjectType', 'EJ_ObjectID', 'EJ_CorrelationID',
                   'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_Payload', 'EJ_PayloadHash', 'EJ_Sequence', '_SyncDate'] -%}
    {%- set physical = journal.columns.get(name, name) if name != 'EJ_ObjectID' or not intake.get('key') else none -%}
    {%- set column = found.get(physical | lower) if physical is not none -%}
    {%- set said_absent = physical is none -%}
    {%- if not column and not said_absent and (name in required or name in journal.columns or name == '_SyncDate') -%}
      {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " has no column '" ~ physical ~ "' for " ~ name
          ~ ". Name the right one in ozmeta.yml under journal.columns (" ~ name ~ ": its_name"
          ~ (", or " ~ name ~ ": null for a journal without it: every run then reads all of it" if name == '_SyncDate' else '')
          ~ ") and generate again. It has: " ~ found.keys() | join(', ')) -%}
    {%- endif -%}
    {%- if not column and name in intake.get('deduplicate_on', []) -%}
      {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " has no column for " ~ name ~ ", by which journal.deduplicate_on tells messages apart"
          ~ ". Name it in ozmeta.yml under journal.columns (" ~ name ~ ": its_name), or leave it out of deduplicate_on, and generate again. It has: " ~ found.keys() | join(', ')) -%}
    {%- endif -%}
    {%- set quoted = ozmeta_runtime.quoted_name(column.name) if column -%}
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
        'event_kind': ozmeta_runtime.number_kind(column.data_type) or ozmeta_runtime.instant_kind(column.data_type)}) -%}{%- endif -%}
    {%- if name == 'EJ_Sequence' -%}{%- do sql.update({'raw_sequence': text if column else "cast(null as " ~ ozmeta_runtime.type_text() ~ ")"}) -%}{%- endif -%}
    {%- if name == '_SyncDate' and column -%}{%- do sql.update({'stored_sync_date': quoted, 'sync_date_type': column.data_type}) -%}{%- endif -%}
  {%- endfor -%}
  {%- if intake.get('key') -%}{%- do sql.update({'EJ_ObjectID': ozmeta_runtime.composite_key(journal, intake, found)}) -%}{%- endif -%}
  {%- if intake.get('deduplicate_on') -%}{%- do sql.update({'message_key': ozmeta_runtime.message_key(intake, sql)}) -%}{%- endif -%}
  {%- do journal.update({'sql': sql}) -%}
  {%- do return(sql) -%}
{% endmacro %}

{# Whether the time of an event may have more than microseconds, by the type of any journal's column: then its nanoseconds are kept and order (SPEC 4.3). #}
{% macro keeps_nanos(intake) %}
  {%- for journal in intake.journals if ozmeta_runtime.journal_columns(journal, intake).event_nanos -%}{%- do return(true) -%}{%- endfor -%}
  {%- do return(false) -%}
{% endmacro %}

{# SPEC 1 "Composite": the object's id is the text of several columns; a null part makes it a row without one. found: {lower-case name: column} #}
{% macro composite_key(journal, intake, found) %}
  {%- set parts = [] -%}
  {%- for name in intake.key -%}
    {%- if name | lower not in found -%}
      {%- do exceptions.raise_compiler_error("The journal " ~ journal.relation ~ " has no column '" ~ name ~ "', a part of the key of " ~ intake.object_type
          ~ ". Name the right ones in ozmeta.yml under bindings." ~ intake.object_type ~ ".key and generate again. It has: " ~ found.keys() | join(', ')) -%}
    {%- endif -%}
    {%- do parts.append(ozmeta_runtime.column_text(ozmeta_runtime.quoted_name(found[name | lower].name), found[name | lower].data_type)) -%}
  {%- endfor -%}
  {%- do return(ozmeta_runtime.key_text(parts)) -%}
{% endmacro %}
