{#
What `explain` shows about objects: the dicts of object_history and timer_story.

Arguments
  nodes      dict: {model: graph node} of the binding
  objects    list of string: ids of objects
Errors       see object_history
#}
{% macro told_objects(nodes, objects) %}
  {%- set models = {} -%}
  {%- for model, node in nodes.items() -%}
    {%- do models.update({model: ozmeta_runtime.relation_of(node)}) -%}
  {%- endfor -%}
  {%- set facts = ozmeta_runtime.object_history(models, nodes, objects) -%}
  {%- set as_of = facts.run[0].RUN_AsOfUTC if facts.run else none -%}
  {%- do facts.update(ozmeta_runtime.timer_story(nodes, models, facts, as_of)) -%}
  {%- do return(facts) -%}
{% endmacro %}
