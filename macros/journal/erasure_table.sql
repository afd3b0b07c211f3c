{#
The tables of `ozmeta-dbt erase`, in the schema of the binding's timeline. No dbt command rebuilds them.

ozmeta_erased_event, one row per event whose journal row an erasure found changed
  ER_Binding, ER_ObjectType, ER_ObjectKey, ER_EventID

ozmeta_erasing, one row per object that an erasure has begun to read again; empty afterwards
  ER_Binding, ER_ObjectType, ER_ObjectKey, ER_ObjectID

ozmeta_erasure, one row per erasure and table: the record of what was done, but not to whom
  ER_Binding, ER_Kind (object or actor), ER_Table, ER_Rows, ER_By, ER_ErasedUTC

Arguments
  beside  relation: the timeline, or another model of the binding
  name    string: one of these names
Returns   dict: table: relation; exists: whether it exists
#}
{% macro erasure_table(beside, name) %}
  {%- do return(ozmeta_runtime.tombstone_table(beside, name)) -%}
{% endmacro %}
