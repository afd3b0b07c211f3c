{# SQL: the tenant as keys and object-level tables show it; '' if it is not part of the key. #}
{% macro tenant_column(journal_config, column='tenant') -%}
  {{ column if journal_config.tenant_in_key else "''" }}
{%- endmacro %}
