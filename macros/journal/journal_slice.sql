{#
The new journal rows of one object type, with types and canonical names (spec 2, 4.1, 8). Only this file reads a
journal.

Arguments
  journal_config  dict: object_type, object_types, tenant_in_key, needs_tenant, lookback_minutes,
                  key?: [physical columns that together are the object's id],
                  journals: [{name, relation, columns: {canonical: physical, or none if the journal lacks it},
                  sql: added by with_journal_columns}],
                  fields: [{ref, column, path, old?: [path]}]: payload fields that rules use, and their paths under old
                  names
  state           see run_state: each journal is read from its own watermark, less the lookback; all of it at first
  ids             a select of EJ_IDs: only rows of these; or none
  or_ids          a select of EJ_IDs whose rows are read wherever they are; or none
  or_keys         a select of message keys, likewise (see message_key); goes with or_ids
  only_id         true to select only EJ_ID, and the message key with deduplicate_on
Result            a select with one row per journal row
#}
{% macro journal_slice(journal_config, state, ids=none, or_ids=none, only_id=false, or_keys=none) %}
  {%- for journal in journal_config.journals %}
    {{ "union all" if not loop.first }}
    {{ ozmeta_runtime.journal_rows(journal_config, journal, state, ids, or_ids, only_id, or_keys) }}
  {%- endfor %}
{% endmacro %}

{# The rows of one journal. Arguments as above. #}
{% macro journal_rows(journal_config, journal, state, ids=none, or_ids=none, only_id=false, or_keys=none) %}
  {%- set watermark = state.journals.get(journal.name) if state.incremental -%}
  {%- set c = journal.sql %}
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
    where {{ c.EJ_ObjectType }} in ({{ ozmeta_runtime.text_literals(journal_config.object_types) }})
    {{- ozmeta_runtime.verified_slice(c.EJ_ObjectID) }}
    {{- ozmeta_runtime.verified_until(c._SyncDate) }}
    {%- if state.limited %}
      and 1 = 0
    {%- endif %}
    {%- if ids %}
      and {{ c.stored_id }} in ({{ ids }})
    {%- endif %}
    {%- if watermark and c.stored_sync_date %}
      {%- set micros = ozmeta_runtime.to_micros(ozmeta_runtime.timestamp_literal(watermark)) %}
      {%- set start = ozmeta_runtime.from_micros(micros ~ " - " ~ journal_config.lookback_minutes * 60000000) %}
      {%- set since = ozmeta_runtime.at_or_since(c.stored_sync_date, c.sync_date_type, start) %}
      -- every run reads the rows without _SyncDate, since their order of arrival is unknown
      {%- set rereads = ozmeta_runtime.rereads() %}
      and {{ "(" if or_ids or rereads }}{{ since }}
      {%- if or_ids %} or {{ c.EJ_ID }} in ({{ or_ids }}){% endif %}
      {%- if or_ids and or_keys %} or {{ c.message_key }} in ({{ or_keys }}){% endif %}
      {%- if rereads %} or {{ c.EJ_ObjectID }} is null or {{ c.EJ_ObjectID }} in (
        {{- ozmeta_runtime.erasing_objects(this, 'ER_ObjectID', journal_config.object_type) }}){% endif %}
      {{- ")" if or_ids or rereads }}
    {%- endif %}
{% endmacro %}
