{# {model: rows} of these objects, live rows and retracted ones; of the run log the last run. models: {model: relation}; nodes: {model: node}, for their columns #}
{% macro object_history(models, nodes, objects) %}
  {%- set facts = {} -%}
  {%- for model, relation in models.items() -%}
    {%- set columns = adapter.get_columns_in_relation(relation) -%}
    {%- if not columns -%}
      {%- do exceptions.raise_compiler_error("There is no table " ~ relation ~ " yet: run dbt, first") -%}
    {%- endif -%}
    {%- set condition = ozmeta_runtime.last_run(relation) if model == 'run'
        else ozmeta_runtime.object_column(model) ~ " in (" ~ ozmeta_runtime.text_literals(objects) ~ ")" -%}
    {%- do facts.update({model: ozmeta_runtime.rows_as_text(relation, columns, condition, ozmeta_runtime.column_spellings(nodes[model]))}) -%}
  {%- endfor -%}
  {%- set keys = facts.timeline | map(attribute='_ObjectKey') | unique | list -%}
  {%- do facts.update({'marks': ozmeta_runtime.timer_marks(nodes.get('sla_cycle'), models.timeline, models.get('approval_step'), keys)}) -%}
  {%- do return(facts) -%}
{% endmacro %}
