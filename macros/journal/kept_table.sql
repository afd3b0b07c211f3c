{#
A table that `ozmeta-dbt purge`, `erase` or `notify` keeps in the schema of a binding's timeline. No dbt command
rebuilds it. `ozmeta-dbt verify` and `impact` read the one of the user's own schema.

ozmeta_tombstone, one row per purged object and journal of its binding
  PG_Binding      the binding's name, as in the names of its models
  PG_ObjectType   its object type
  PG_ObjectKey    _ObjectKey of the object
  PG_ObjectID     the object's id
  PG_TenantID     its tenant; '' if the tenant is not part of the key
  PG_Journal      the journal's name
  PG_ReadUTC      no run reads rows of this journal again that arrived before; null if it had no watermark
  PG_LastSyncUTC  the latest _SyncDate of the object's rows
  PG_LastEventUTC when its last event was
  PG_Events       how many events it had
  PG_Purge        the purge that wrote the row
  PG_PurgedUTC    when that was

ozmeta_purged_move, one row per purge, tenant, day and move between two states, for the backlog
  PM_Binding, PM_ObjectType, PM_TenantID, PM_Purge
                  as above
  PM_Day          the day, in days since 1970
  PM_FromState    the state that objects left; null for their first state
  PM_State        the state that they came to
  PM_Objects      how many did

ozmeta_erased_event, one row per event whose journal row an erasure found changed
  ER_Binding, ER_ObjectType, ER_ObjectKey, ER_EventID

ozmeta_erasing, one row per object that an erasure has begun to read again; empty afterwards
  ER_Binding, ER_ObjectType, ER_ObjectKey, ER_ObjectID

ozmeta_erasure, one row per erasure and table: the record of what was done, but not to whom
  ER_Binding, ER_Kind (object or actor), ER_Table, ER_Rows, ER_By, ER_ErasedUTC

ozmeta_notification: see notification_table

Arguments
  beside  relation: the timeline, or another model of the binding; or `target`
  name    string: one of these names
Returns   dict: table: relation; exists: whether it exists
#}
{% macro kept_table(beside, name='ozmeta_tombstone') %}
  {%- set schema = ozmeta_runtime.users_schema(beside.schema) -%}
  {%- set found = adapter.get_relation(database=beside.database, schema=schema, identifier=name) -%}
  {%- set table = found or api.Relation.create(
      database=beside.database, schema=schema, identifier=name, type='table') -%}
  {%- do return({'table': table, 'exists': found is not none}) -%}
{% endmacro %}
