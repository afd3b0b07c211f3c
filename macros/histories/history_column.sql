{# One column of a table, {sql, type, stored}, see history_columns. asked_by: what names the column, for errors #}
{% macro history_column(macro, relation, name, asked_by) %}
  {%- set found = ozmeta_runtime.journal_table_columns(load_relation(relation) or relation) -%}
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
