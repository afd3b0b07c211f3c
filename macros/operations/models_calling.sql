{# The project's models that call a macro of this package, {binding: node}; suffix: what their names have after the binding's. #}
{% macro models_calling(macro, suffix) %}
  {%- set found = {} -%}
  {%- for node in graph.nodes.values() if node.resource_type == 'model' and 'macro.ozmeta_runtime.' ~ macro in node.depends_on.macros -%}
    {%- do found.update({node.name[:-(suffix | length)]: node}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
