{#
The project's models that call a macro of this package: {binding: node}.

Arguments
  macro     string: the macro's name without the package
  suffix    string: what follows the binding in the models' names, such as '_run'
#}
{% macro models_calling(macro, suffix) %}
  {%- set found, called = {}, 'macro.ozmeta_runtime.' ~ macro -%}
  {%- for node in graph.nodes.values() if node.resource_type == 'model' and called in node.depends_on.macros -%}
    {%- do found.update({node.name[:-(suffix | length)]: node}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
