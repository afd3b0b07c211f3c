{# The existing table of another model of the binding, or none if it does not exist. The macro asks the graph, because a
   ref to a later model would be a cycle.
   binding: the binding's name; name: the model's name without the binding, such as 'run' #}
{% macro existing_model(binding, name) %}
  {%- set node = graph.nodes.get('model.' ~ model.package_name ~ '.' ~ binding ~ '_' ~ name) -%}
  {%- do return(load_relation(ozmeta_runtime.relation_of(node)) if node else none) -%}
{% endmacro %}
