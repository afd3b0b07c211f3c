{#
Compares a current table with the rebuilt one: its live rows, in every column except those that depend on when a run
took place. Objects that wait for the next run are left out.

Arguments
  model      string: the model's name without the binding
  node       graph node of the model
  current    relation: the table of the user's runs
  rebuilt    relation: the table that verify has built
  waiting    SQL: the select of waiting_objects
  shared     whether to compare only the columns that both tables have. Other definitions may give a table other columns
Returns      dict:
               rows               number of current rows
               differing_rows     number of rows that differ, are missing or are extra
               differing_objects  number of objects that have such rows
               first              ids of the first ten of these objects
               columns            {compared column: its name in messages}
#}
{% macro compare_table(model, node, current, rebuilt, waiting, shared=false) %}
  {%- set ignored = ['_batch', '_updatedate', '_definitionhash', '_deletedate', '_bucket', 'tl_intake',
      'tl_replaced', 'tl_journal', 'qr_journal'] -%}
  {%- set columns, quoted, names = {}, [], ozmeta_runtime.column_spellings(node) -%}
  {%- set known = ozmeta_runtime.relation_columns(current) if shared else none -%}
  {%- for column in adapter.get_columns_in_relation(rebuilt)
      if column.name | lower not in ignored and (known is none or column.name | lower in known) -%}
    {%- set name = names.get(column.name | lower, column.name) -%}
    {%- do columns.update({name: ozmeta_runtime.name_in_payload(node, name)}) -%}
    {%- do quoted.append(ozmeta_runtime.quote_name(column.name)) -%}
  {%- endfor -%}
  {%- set object = ozmeta_runtime.object_column(model) -%}
  {%- set condition = ozmeta_runtime.compared_rows(model, waiting) -%}
  {%- set current_rows = "select " ~ quoted | join(', ') ~ " from " ~ current ~ " " ~ condition -%}
  {%- set rebuilt_rows = "select " ~ quoted | join(', ') ~ " from " ~ rebuilt ~ " " ~ condition -%}
  {%- set differing -%}
    select * from ({{ current_rows }} {{ dbt.except() }} {{ rebuilt_rows }}) as extra_rows
    union all
    select * from ({{ rebuilt_rows }} {{ dbt.except() }} {{ current_rows }}) as missing_rows
  {%- endset -%}
  {%- set objects = "count(distinct coalesce(" ~ object ~ ", ''))" if object else "0" -%}
  {%- set counts = run_query("select count(distinct " ~ ozmeta_runtime.row_text(model) ~ "), " ~ objects
      ~ " from (" ~ differing ~ ") as differing").rows[0] -%}
  {%- set first = [] -%}
  {%- if object and counts[0] | int -%}
    {%- set differing_objects -%}
      select distinct {{ object }} as object_id
      from ({{ differing }}) as differing
      where {{ object }} is not null
      order by object_id
    {%- endset -%}
    {#- T-SQL has no `limit`, so the limit applies to what is fetched. -#}
    {%- for row in adapter.execute(differing_objects, fetch=true, limit=10)[1].rows -%}
      {%- do first.append(row[0] | string) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do return({
      'rows': run_query("select count(*) from " ~ current ~ " " ~ condition).rows[0][0] | int,
      'differing_rows': counts[0] | int,
      'differing_objects': counts[1] | int,
      'first': first,
      'columns': columns,
  }) -%}
{% endmacro %}

{#
The name of a column in messages. For a column of the payload, it is the name in rules, such as `object.Priority`, which
the generator writes at the beginning of the column's description.

Arguments
  node    graph node of the model
  name    string: the column
#}
{% macro name_in_payload(node, name) %}
  {%- set description = node.columns[name].description if name in node.columns else '' -%}
  {%- for end in ['` of the payload', ': A payload field'] if name.startswith('PL_') and end in description -%}
    {%- do return(description.split(end)[0] | replace('`', '')) -%}
  {%- endfor -%}
  {%- do return(name) -%}
{% endmacro %}

{#
SQL: a text that identifies a row.

Arguments
  model    string: the model's name without the binding
#}
{% macro row_text(model) -%}
  {{ ozmeta_runtime.row_key(['_ObjectKey', 'EJ_ID']) if model == 'timeline' else '_Key' }}
{%- endmacro %}
