{#
Several EventJournals as one, as what follows `from` in a query or is a model of its own. Columns of spec 2.1 that a
journal lacks are null.

relations: list of relations
Errors: a relation does not exist
#}
{% macro union_journals(relations) %}
{% if execute %}
  {%- set text = ozmeta_runtime.type_text() -%}
  {%- set types = {'EJ_EventTimeUTC': ozmeta_runtime.type_timestamp(), '_SyncDate': ozmeta_runtime.type_timestamp(),
      'EJ_Sequence': dbt.type_bigint()} -%}
  {%- for relation in relations %}
    {%- set found = ozmeta_runtime.journal_table_columns(relation) %}
    {%- if not found -%}
      {%- do exceptions.raise_compiler_error("union_journals cannot read " ~ relation ~ ": it does not exist. Build it "
          ~ "first, or check its name.") -%}
    {%- endif %}
{{ "union all" if not loop.first }}
select
    {%- for name in ['EJ_ID', '_TenantID', 'EJ_EventType', 'EJ_EventTimeUTC', 'EJ_Actor', 'EJ_ObjectType',
        'EJ_ObjectID', 'EJ_CorrelationID', 'EJ_CausationID', 'EJ_SourceSystem', 'EJ_SourceKey', 'EJ_Payload',
        'EJ_PayloadHash', 'EJ_Sequence', '_SyncDate'] %}
    {%- set column = found.get(name | lower) %}
    {{ (ozmeta_runtime.quote_name(column.name) if column else "cast(null as " ~ types.get(name, text) ~ ")")
        }} as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
from {{ relation }}
  {%- endfor %}
{% endif %}
{% endmacro %}
