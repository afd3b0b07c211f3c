{# SQL: the key of a journal row's object: its id and tenant. With the instance key ObjectID, the id alone. #}
{% macro object_key(journal_config) %}
  {{- ozmeta_runtime.row_key(['EJ_ObjectID', '_TenantID'] if journal_config.tenant_in_key else ['EJ_ObjectID']) -}}
{% endmacro %}
