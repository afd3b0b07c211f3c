{#
Removes the tombstones of the objects that a full refresh has brought back, and the counted moves of their binding. An
object whose rows are no longer in the journal keeps its tombstone. `dbt compile` and the like remove nothing.

Arguments
  binding   string: the binding's name
  timeline  relation: its timeline, as the full refresh has built it
#}
{% macro forget_tombstones(binding, timeline) %}
  {%- set tombstones = ozmeta_runtime.kept_table(timeline) -%}
  {%- if flags.WHICH in ['run', 'build'] and tombstones.exists -%}
    {%- set name = ozmeta_runtime.text_literal(binding) -%}
    {%- set moves = ozmeta_runtime.kept_table(timeline, 'ozmeta_purged_move') -%}
    {%- if moves.exists -%}
      {%- call statement('forget_moves') -%}delete from {{ moves.table }} where PM_Binding = {{ name }}{%- endcall -%}
    {%- endif -%}
    {%- call statement('forget_tombstones') -%}
      delete from {{ tombstones.table }}
      where PG_Binding = {{ name }} and PG_ObjectKey in (select _ObjectKey from {{ timeline }})
    {%- endcall -%}
    {%- do adapter.commit() -%}
  {%- endif -%}
{% endmacro %}
