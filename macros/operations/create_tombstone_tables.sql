{#
Creates the tables of tombstone_table unless they exist.

beside: relation: the binding's timeline
Returns: dict: tombstones, moves: relation
#}
{% macro create_tombstone_tables(beside) %}
  {%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
  {%- set timestamp = ozmeta_runtime.type_timestamp() | trim -%}
  {%- set tombstones = ozmeta_runtime.tombstone_table(beside) -%}
  {%- if not tombstones.exists -%}
    {%- set statement -%}
      create table {{ tombstones.table }} (
        PG_Binding {{ text }},
        PG_ObjectType {{ text }},
        PG_ObjectKey {{ text }},
        PG_ObjectID {{ text }},
        PG_TenantID {{ text }},
        PG_Journal {{ text }},
        PG_ReadUTC {{ timestamp }},
        PG_LastSyncUTC {{ timestamp }},
        PG_LastEventUTC {{ timestamp }},
        PG_Events {{ bigint }},
        PG_Purge {{ text }},
        PG_PurgedUTC {{ timestamp }}
      )
    {%- endset -%}
    {%- do ozmeta_runtime.write_at_once(statement) -%}
  {%- endif -%}
  {%- set moves = ozmeta_runtime.tombstone_table(beside, 'ozmeta_purged_move') -%}
  {%- if not moves.exists -%}
    {%- set statement -%}
      create table {{ moves.table }} (
        PM_Binding {{ text }},
        PM_ObjectType {{ text }},
        PM_TenantID {{ text }},
        PM_Purge {{ text }},
        PM_Day {{ bigint }},
        PM_FromState {{ text }},
        PM_State {{ text }},
        PM_Objects {{ bigint }}
      )
    {%- endset -%}
    {%- do ozmeta_runtime.write_at_once(statement) -%}
  {%- endif -%}
  {%- do return({'tombstones': tombstones.table, 'moves': moves.table}) -%}
{% endmacro %}
