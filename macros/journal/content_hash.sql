{#
A hash of a journal row's content: everything except its object, id, object type and _SyncDate. Two rows of one object
and id with different hashes are conflicting duplicates (spec 4.2). The tenant is content if it is not part of the
object's key.

erases: whether the rows have the column erased_id, of admitted_events_cte. The hash of an erased event is `Erased`, so
that a row with its former content is no conflict (spec 8.7).
#}
{% macro content_hash(journal_config, erases=false) %}
  {%- set tenant = (['_TenantID'] if not journal_config.tenant_in_key else []) -%}
  {{- "case when erased_id is not null then 'Erased' else " if erases -}}
  {{- ozmeta_runtime.md5_hex(ozmeta_runtime.row_key(tenant + [
      'EJ_EventType', 'raw_event_time', 'EJ_Actor', 'EJ_CorrelationID',
      'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_PayloadHash', 'raw_sequence', 'payload'])) -}}
  {{- " end" if erases -}}
{% endmacro %}
