{#
Creates the tables of a purge (see kept_table) unless they exist.

beside: relation: the binding's timeline
Returns: dict: tombstones, moves: relation
#}
{% macro create_tombstone_tables(beside) %}
  {%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
  {%- set timestamp = ozmeta_runtime.type_timestamp() | trim -%}
  {%- set tombstones = [
      ['PG_Binding', text], ['PG_ObjectType', text], ['PG_ObjectKey', text], ['PG_ObjectID', text],
      ['PG_TenantID', text], ['PG_Journal', text], ['PG_ReadUTC', timestamp], ['PG_LastSyncUTC', timestamp],
      ['PG_LastEventUTC', timestamp], ['PG_Events', bigint], ['PG_Purge', text], ['PG_PurgedUTC', timestamp]] -%}
  {%- set moves = [
      ['PM_Binding', text], ['PM_ObjectType', text], ['PM_TenantID', text], ['PM_Purge', text], ['PM_Day', bigint],
      ['PM_FromState', text], ['PM_State', text], ['PM_Objects', bigint]] -%}
  {%- do return({
      'tombstones': ozmeta_runtime.create_kept_table(ozmeta_runtime.kept_table(beside), tombstones),
      'moves': ozmeta_runtime.create_kept_table(ozmeta_runtime.kept_table(beside, 'ozmeta_purged_move'), moves)}) -%}
{% endmacro %}
