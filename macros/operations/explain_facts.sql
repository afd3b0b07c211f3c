{# Operation behind `ozmeta-dbt explain`: everything the tables hold of an object, of every tenant that has one of that id.
   Arguments  binding: its name in any spelling, see binding_named; object: its id. Raises where there is no such binding or it has never run.
   Where the tables hold nothing of the object, `unclaimed` tells of object types that may be meant for the binding. #}
{% macro explain_facts(binding, object) %}
  {%- set known = ozmeta_runtime.bindings() -%}
  {%- set binding = ozmeta_runtime.binding_named(binding | string, known) -%}
  {%- set models = {} -%}
  {%- for model, node in known[binding].items() -%}{%- do models.update({model: ozmeta_runtime.relation_of(node)}) -%}{%- endfor -%}
  {%- set facts = ozmeta_runtime.object_history(models, known[binding], [object | string]) -%}
  {%- if not facts.timeline and not facts.quarantine -%}
    {%- for claimed in ozmeta_runtime.claimed_types() if claimed.binding == binding -%}
      {%- do facts.update({'unclaimed': ozmeta_runtime.unclaimed_sentences(claimed.object_type) or []}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do ozmeta_runtime.print_answer(facts) -%}
{% endmacro %}
