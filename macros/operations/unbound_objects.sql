{#
The object types for which the last run had a binding and the project no longer has one: {object type: number of
objects}. The roll-up of the timelines shows them, because its view has the bindings of the last run. Empty if there
is no roll-up.
#}
{% macro unbound_objects() %}
  {%- set found, timelines, claimed = {}, [], [] -%}
  {%- for models in ozmeta_runtime.bindings().values() -%}
    {%- do timelines.append(models.timeline.unique_id) -%}
  {%- endfor -%}
  {%- for binding in ozmeta_runtime.claimed_types() -%}{%- do claimed.append(binding.object_type) -%}{%- endfor -%}
  {%- for node in graph.nodes.values() if claimed and 'macro.ozmeta_runtime.rollup' in node.depends_on.macros
      and node.depends_on.nodes | select('in', timelines) | list -%}
    {%- set relation = load_relation(ozmeta_runtime.relation_of(node)) -%}
    {%- if relation -%}
      {%- set query -%}
        select EJ_ObjectType, count(distinct {{ ozmeta_runtime.row_key(['EJ_ObjectID', '_TenantID']) }})
        from {{ relation }}
        where EJ_ObjectType not in ({{ ozmeta_runtime.text_literals(claimed) }})
        group by EJ_ObjectType
        order by EJ_ObjectType
      {%- endset -%}
      {%- for row in run_query(query).rows -%}{%- do found.update({row[0] | string: row[1] | int}) -%}{%- endfor -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
