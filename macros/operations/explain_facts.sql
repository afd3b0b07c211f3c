{#
Operation that `ozmeta-dbt explain` calls: prints everything that the tables contain about an object. If several tenants
have an object with this id, the answer has the rows of all of them.

Arguments
  binding    string: a name of the binding; see binding_named
  object     string: the object's id
Prints       the dicts of object_history and timer_story. If the tables contain nothing about the object, it also has
             unclaimed: [a sentence per unclaimed object type for which this binding is the nearest one]
Errors       see binding_named and object_history
#}
{% macro explain_facts(binding, object) %}
  {%- set known = ozmeta_runtime.bindings() -%}
  {%- set binding = ozmeta_runtime.binding_named(binding | string, known) -%}
  {%- set models = {} -%}
  {%- for model, node in known[binding].items() -%}
    {%- do models.update({model: ozmeta_runtime.relation_of(node)}) -%}
  {%- endfor -%}
  {%- set facts = ozmeta_runtime.object_history(models, known[binding], [object | string]) -%}
  {%- set as_of = facts.run[0].RUN_AsOfUTC if facts.run else none -%}
  {%- do facts.update(ozmeta_runtime.timer_story(known[binding], models, facts, as_of)) -%}
  {%- if not facts.timeline and not facts.quarantine -%}
    {%- for claimed in ozmeta_runtime.claimed_types() if claimed.binding == binding -%}
      {%- do facts.update({'unclaimed': ozmeta_runtime.unclaimed_sentences(claimed.object_type) or []}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do ozmeta_runtime.print_answer(facts) -%}
{% endmacro %}
