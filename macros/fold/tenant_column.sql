{# The tenant as keys and object-level tables show it: '' where it is no part of the key. #}
{% macro tenant_column(journal_config, column='tenant') %}{{ column if journal_config.tenant_in_key else "''" }}{% endmacro %}
