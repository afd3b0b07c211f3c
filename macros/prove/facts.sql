{# Operation behind `ozmeta-dbt explain`: everything the tables hold of an object, of every tenant that has one of that id.
   Arguments  binding: its name in any spelling, see binding_named; object: its id. Raises where there is no such binding or it has never run.
   Where the tables hold nothing of the object, `unclaimed` tells of object types that may be meant for the binding. #}
{% macro explain_facts(binding, object) %}
  {%- set known = ozmeta_runtime.bindings() -%}
  {%- set binding = ozmeta_runtime.binding_named(binding | string, known) -%}
  {%- set models = {} -%}
  {%- for model, node in known[binding].items() -%}{%- do models.update({model: ozmeta_runtime.relation_of(node)}) -%}{%- endfor -%}
  {%- set facts = ozmeta_runtime.facts_of(models, known[binding], [object | string]) -%}
  {%- if not facts.timeline and not facts.quarantine -%}
    {%- for claimed in ozmeta_runtime.claimed_types() if claimed.binding == binding -%}
      {%- do facts.update({'unclaimed': ozmeta_runtime.unclaimed_sentences(claimed.object_type) or []}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do ozmeta_runtime.answer(facts) -%}
{% endmacro %}

{# {model: rows} of these objects, live rows and retracted ones; of the run log the last run. models: {model: relation}; nodes: {model: node}, for their columns #}
{% macro facts_of(models, nodes, objects) %}
  {%- set facts = {} -%}
  {%- for model, relation in models.items() -%}
    {%- set columns = adapter.get_columns_in_relation(relation) -%}
    {%- if not columns -%}
      {%- do exceptions.raise_compiler_error("There is no table " ~ relation ~ " yet: run dbt, first") -%}
    {%- endif -%}
    {%- set condition = ozmeta_runtime.last_run(relation) if model == 'run'
        else ozmeta_runtime.object_column(model) ~ " in (" ~ ozmeta_runtime.literals(objects) ~ ")" -%}
    {%- do facts.update({model: ozmeta_runtime.rows_as_text(relation, columns, condition, ozmeta_runtime.spelled_columns(nodes[model]))}) -%}
  {%- endfor -%}
  {%- set keys = facts.timeline | map(attribute='_ObjectKey') | unique | list -%}
  {%- do facts.update({'marks': ozmeta_runtime.timer_marks(nodes.get('sla_cycle'), models.timeline, models.get('approval_step'), keys)}) -%}
  {%- do return(facts) -%}
{% endmacro %}

{# The column that names a row's object. #}
{% macro object_column(model) %}
  {%- set prefixes = {'timeline': 'EJ', 'journal': 'EJ', 'workflow_instance': 'WI', 'approval_event': 'AE', 'approval_step': 'AP',
      'approval_instance': 'AI', 'sla_cycle': 'ST', 'sla_timer': 'ST',
      'escalation_queue': 'EQ', 'runtime_signal': 'RS', 'quarantine': 'QR'} -%}
  {%- do return(prefixes[model] ~ '_ObjectID') -%}
{% endmacro %}
