{#
Operation that `ozmeta-dbt explain` calls: prints everything that the tables contain about an object. If several tenants
have an object with this id, the answer has the rows of all of them.

Arguments
  binding    string: a name of the binding; see binding_named
  object     string: the object's id
Prints       see told_objects. If the tables contain nothing about the object, it also has unclaimed: [a sentence per
             unclaimed object type for which this binding is the nearest one]
Errors       see binding_named and object_history
#}
{% macro explain_facts(binding, object) %}
  {%- set known = ozmeta_runtime.bindings() -%}
  {%- set binding = ozmeta_runtime.binding_named(binding | string, known) -%}
  {%- set facts = ozmeta_runtime.told_objects(known[binding], [object | string]) -%}
  {%- if not facts.timeline and not facts.quarantine -%}
    {%- for claimed in ozmeta_runtime.claimed_types() if claimed.binding == binding -%}
      {%- do facts.update({'unclaimed': ozmeta_runtime.unclaimed_sentences(claimed.object_type) or []}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do ozmeta_runtime.print_answer(facts) -%}
{% endmacro %}
