{# What a journal row says beside its object and its id, _SyncDate aside and its object type by whichever name: two rows of one object and id that
   differ here are conflicting duplicates (SPEC 4.2). The tenant, where it is no part of the object's key, is part of what is said. #}
{% macro content_hash(journal_config) %}
  {{- ozmeta_runtime.md5_hex(ozmeta_runtime.row_key((['_TenantID'] if not journal_config.tenant_in_key else []) + ['EJ_EventType', 'raw_event_time', 'EJ_Actor', 'EJ_CorrelationID',
      'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_PayloadHash', 'raw_sequence', 'payload'])) -}}
{% endmacro %}
