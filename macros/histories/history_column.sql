{# One column of a table, {sql, type, stored}, see history_columns. asked_by: what names the column, for errors #}
{% macro history_column(macro, relation, name, asked_by) %}
  {%- set found = ozmeta_runtime.history_table_columns(relation) -%}
  {%- if not found -%}
    {%- do ozmeta_runtime.refuse_history(macro, relation, "The table does not exist. Check its schema and its name, "
        ~ "and that the loader has run.") -%}
  {%- endif -%}
  {%- set column = found.get(name | lower) -%}
  {%- if not column -%}
    {%- do ozmeta_runtime.refuse_history(macro, relation, asked_by ~ " names the column '" ~ name
        ~ "', which the table does not have. It has " ~ found.keys() | join(', ') ~ ".") -%}
  {%- endif -%}
  {%- set stored = ozmeta_runtime.quote_name(column.name) -%}
  {%- do return({'sql': ozmeta_runtime.column_text(stored, column.data_type), 'stored': stored,
      'type': column.data_type}) -%}
{% endmacro %}

{# The columns of a table, see relation_columns. A model looks up many of them, and asks the warehouse once. #}
{% macro history_table_columns(relation) %}
  {%- set answers = ozmeta_runtime.invocation_cache() -%}
  {%- set question = 'columns of ' ~ relation.render() ~ ' for ' ~ model.unique_id -%}
  {%- if question not in answers -%}
    {%- do answers.update({
        question: ozmeta_runtime.journal_table_columns(load_relation(relation) or relation)}) -%}
  {%- endif -%}
  {%- do return(answers[question]) -%}
{% endmacro %}
