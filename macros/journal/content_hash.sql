{#
A hash of a journal row's content: everything except its object, id, object type and _SyncDate. Two rows of one object
and id with different hashes are conflicting duplicates (spec 4.2). The tenant is content if it is not part of the
object's key.
#}
{% macro content_hash(journal_config) %}
  {%- set tenant = (['_TenantID'] if not journal_config.tenant_in_key else []) -%}
  {{- ozmeta_runtime.md5_hex(ozmeta_runtime.row_key(tenant + [
      'EJ_EventType', 'raw_event_time', 'EJ_Actor', 'EJ_CorrelationID',
      'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_PayloadHash', 'raw_sequence', 'payload'])) -}}
{% endmacro %}
