{#
The journals' new rows of one object type, typed and judged (SPEC 2, 4.1, 8). The only place that reads a journal.

Arguments
  journal_config  dict: object_type, object_types, tenant_in_key, needs_tenant, lookback_minutes, key?: [physical columns that together are the object's id],
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
{% macro journal_slice(journal_config, state, ids=none, or_ids=none, only_id=false, or_keys=none) %}
  {%- for journal in journal_config.journals %}
    {{ "union all" if not loop.first }}
    {{ ozmeta_runtime.journal_rows(journal_config, journal, state, ids, or_ids, only_id, or_keys) }}
  {%- endfor %}
{% endmacro %}

{% macro journal_rows(journal_config, journal, state, ids=none, or_ids=none, only_id=false, or_keys=none) %}
  {%- set watermark = state.journals.get(journal.name) if state.incremental -%}
  {%- set c = ozmeta_runtime.journal_columns(journal, journal_config) %}
    select
        {{ c.EJ_ID }} as EJ_ID
        {%- if journal_config.get('deduplicate_on') %},
        {{ c.message_key }} as TL_MessageKey
        {%- endif %}
        {%- if not only_id %},
        {{ ozmeta_runtime.text_literal(journal.name) }} as TL_Journal,
        {{ c._TenantID }} as _TenantID,
        {{ c.EJ_ObjectID }} as EJ_ObjectID,
        {{ c.EJ_EventType }} as EJ_EventType,
        {{ c.EJ_EventTimeUTC }} as EJ_EventTimeUTC,
        {{ c.raw_event_time }} as raw_event_time,
        {%- if ozmeta_runtime.keeps_nanos(journal_config) %}
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
    where {{ c.EJ_ObjectType }} in ({{ ozmeta_runtime.text_literals(journal_config.object_types) }}){{ ozmeta_runtime.verified_slice(c.EJ_ObjectID) }}
    {%- if state.limited %}
      and 1 = 0
    {%- endif %}
    {%- if ids %}
      and {{ c.stored_id }} in ({{ ids }})
    {%- endif %}
    {%- if watermark and c.stored_sync_date %}
      -- a row without _SyncDate has no place in the order of arrival, so it is looked at by every run
      {%- set looked_at = ozmeta_runtime.from_micros(ozmeta_runtime.to_micros(ozmeta_runtime.timestamp_literal(watermark)) ~ " - " ~ journal_config.lookback_minutes * 60000000) %}
      {%- set since = ozmeta_runtime.at_or_since(c.stored_sync_date, c.sync_date_type, looked_at) %}
      and {{ "(" ~ since ~ " or " ~ c.EJ_ID ~ " in (" ~ or_ids ~ ")" ~ (" or " ~ c.message_key ~ " in (" ~ or_keys ~ ")" if or_keys else "") ~ ")" if or_ids else since }}
    {%- endif %}
{% endmacro %}
