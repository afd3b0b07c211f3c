{#
Everything that a binding's tables contain about some objects, deleted rows included.

Arguments
  models     dict: {model: relation} of the tables to read, with the timeline
  nodes      dict: {model: graph node} of the binding
  objects    list of string: ids of objects
Returns      dict: {model: [row as in rows_as_text]}. The rows of the model `run` are those of the last completed run.
Errors       a table does not exist yet
#}
{% macro object_history(models, nodes, objects) %}
  {%- set facts = {} -%}
  {%- for model, relation in models.items() if model == 'run' or ozmeta_runtime.object_column(model) -%}
    {%- set columns = adapter.get_columns_in_relation(relation) -%}
    {%- if not columns -%}
      {%- do exceptions.raise_compiler_error("The table " ~ relation ~ " does not exist yet. Run dbt first.") -%}
    {%- endif -%}
    {%- if model == 'run' -%}
      {%- set condition = ozmeta_runtime.last_run(relation) -%}
    {%- else -%}
      {%- set ids = ozmeta_runtime.text_literals(objects) -%}
      {%- set condition = ozmeta_runtime.object_column(model) ~ " in (" ~ ids ~ ")" -%}
    {%- endif -%}
    {%- set names = ozmeta_runtime.column_spellings(nodes[model]) -%}
    {%- do facts.update({model: ozmeta_runtime.rows_as_text(relation, columns, condition, names)}) -%}
  {%- endfor -%}
  {%- do return(facts) -%}
{% endmacro %}
