{# Creates the table of notification_table, and its schema, unless they exist. Returns the relation. #}
{% macro create_notification_table() %}
  {%- set found = ozmeta_runtime.notification_table() -%}
  {%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
  {%- set timestamp = ozmeta_runtime.type_timestamp() | trim -%}
  {%- if not found.exists -%}
    {#- `create schema if not exists` needs a privilege on the database, also if the schema exists. -#}
    {%- if not adapter.check_schema_exists(target.database, target.schema) -%}
      {%- do adapter.create_schema(api.Relation.create(database=target.database, schema=target.schema)) -%}
    {%- endif -%}
  {%- endif -%}
  {%- do return(ozmeta_runtime.create_kept_table(found, [
      ['NT_Channel', text], ['NT_Binding', text], ['NT_Key', text], ['NT_NoticedUTC', timestamp], ['NT_Status', text],
      ['NT_Number', bigint], ['NT_Repeats', bigint], ['NT_Process', text], ['NT_ChangedUTC', timestamp]])) -%}
{% endmacro %}
