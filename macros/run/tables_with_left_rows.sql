{# The binding's tables about objects in which runs that are not complete left rows when this run began, as relations.
   state: see run_state #}
{% macro tables_with_left_rows(state) %}
  {%- set tables = [] -%}
  {%- for id in state.left if not id.endswith('_journal') and not id.endswith('_backlog') -%}
    {%- do tables.append(ozmeta_runtime.relation_of(graph.nodes[id])) -%}
  {%- endfor -%}
  {%- do return(tables) -%}
{% endmacro %}
