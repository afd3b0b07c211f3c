{#
What the queries of a discovery share.

journals: list, see discovery_journal; options: {object_types: [object type], empty for all, stream: 'EJ_SourceSystem'
or 'none', tenant_types: [object type whose objects are known by tenant and id]}
Returns: options, and journals: with the SQL of their columns (journal_columns)
#}
{% macro discovery_reading(journals, options) %}
  {%- set read = [] -%}
  {%- for found in journals -%}
    {%- do read.append(dict(found.journal, sql=ozmeta_runtime.journal_columns(found.journal, {}))) -%}
  {%- endfor -%}
  {%- do return(dict(options, journals=read)) -%}
{% endmacro %}
