{#
The bindings of the project: {binding: {model: node}}, with models named without the binding, such as 'sla_cycle'.
A binding is found by its run log, which depends on all its other models.
#}
{% macro bindings() %}
  {%- set found = {} -%}
  {%- for binding, node in ozmeta_runtime.models_calling('run_log_model', '_run').items() -%}
    {%- set models = {'run': node} -%}
    {%- for id in node.depends_on.nodes -%}
      {%- set upstream = graph.nodes[id] -%}
      {%- do models.update({upstream.name[binding | length + 1:]: upstream}) -%}
    {%- endfor -%}
    {%- do found.update({binding: models}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
