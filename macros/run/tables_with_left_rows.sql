{# The binding's tables about objects in which runs that are not complete left rows when this run began, as relations.
   state: see run_state; only_others: leave out the model's own table #}
{% macro tables_with_left_rows(state, only_others=false) %}
  {%- set tables = [] -%}
  {%- for id in state.left if not id.endswith('_journal') and not id.endswith('_backlog') -%}
    {%- if not only_others or id != model.unique_id -%}
      {%- do tables.append(ozmeta_runtime.relation_of(graph.nodes[id])) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(tables) -%}
{% endmacro %}
