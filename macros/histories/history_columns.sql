{#
The columns that a history macro reads, {role: {sql, type, stored}}, from {role: name of a column}.

sql is the column as text; stored is the quoted column and type its declared type, both none for a fixed value. A role
may have a fixed value instead of a column: {'value': 'status'}.

macro: the name of the macro, for errors
relation: the table
columns: dict, see journal_from_changes
needed, optional: lists of roles
Errors: a role is missing or unknown; the table or one of its columns does not exist
#}
{% macro history_columns(macro, relation, columns, needed, optional) %}
  {%- for role in columns if role not in needed + optional -%}
    {%- do ozmeta_runtime.refuse_history(macro, relation, "columns has '" ~ role ~ "'. It may have "
        ~ (needed + optional) | join(', ') ~ ".") -%}
  {%- endfor -%}
  {%- for role in needed if columns.get(role) is none -%}
    {%- do ozmeta_runtime.refuse_history(macro, relation, "columns lacks '" ~ role ~ "'. Name the column that has it, "
        ~ "as in columns={'" ~ role ~ "': 'my_" ~ role ~ "'}.") -%}
  {%- endfor -%}
  {%- set sql = {} -%}
  {%- for role, name in columns.items() if name is not none -%}
    {%- if name is mapping -%}
      {%- do sql.update({role: {'sql': ozmeta_runtime.text_literal(name.value), 'stored': none, 'type': none}}) -%}
    {%- else -%}
      {%- do sql.update({role: ozmeta_runtime.history_column(macro, relation, name, "columns." ~ role)}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(sql) -%}
{% endmacro %}
