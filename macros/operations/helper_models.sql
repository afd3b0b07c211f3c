{#
The models that a binding's models read and that its run log does not list: {name: node}. The names are sla_elapsed,
calendar_window and calendar_piece. A binding has only those that it needs.

nodes: {model: graph node} of the binding
#}
{% macro helper_models(nodes) %}
  {%- set found = {} -%}
  {%- for node in nodes.values() -%}
    {%- for id in node.depends_on.nodes if id in graph.nodes -%}
      {%- for name in ['sla_elapsed', 'calendar_window', 'calendar_piece']
          if 'macro.ozmeta_runtime.' ~ name in graph.nodes[id].depends_on.macros -%}
        {%- do found.update({name: graph.nodes[id]}) -%}
      {%- endfor -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
