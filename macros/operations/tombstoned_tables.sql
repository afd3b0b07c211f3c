{#
The tables of purged_tables with the rows of the objects that have a tombstone.

Arguments
  binding      string: the binding's name
  nodes, rules see purged_tables
  tombstones   relation: ozmeta_tombstone, see kept_table
#}
{% macro tombstoned_tables(binding, nodes, rules, tombstones) %}
  {%- set of_binding = " from " ~ tombstones ~ " where PG_Binding = " ~ ozmeta_runtime.text_literal(binding) -%}
  {%- do return(ozmeta_runtime.purged_tables(nodes, rules, "select PG_ObjectKey" ~ of_binding,
      "select PG_ObjectID as object_id, PG_TenantID as tenant" ~ of_binding)) -%}
{% endmacro %}
