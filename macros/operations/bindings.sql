{# The bindings among the project's models: {binding: {model: node}}; a binding is known by its run log, whose model names all others. #}
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
