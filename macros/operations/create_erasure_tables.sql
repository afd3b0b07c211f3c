{#
Creates the tables of erasure_table unless they exist.

beside: relation: the binding's timeline
Returns: dict: events, erasing, record: relation
#}
{% macro create_erasure_tables(beside) %}
  {%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
  {%- set of_object = [['ER_Binding', text], ['ER_ObjectType', text], ['ER_ObjectKey', text]] -%}
  {%- set shapes = {
      'events': ['ozmeta_erased_event', of_object + [['ER_EventID', text]]],
      'erasing': ['ozmeta_erasing', of_object + [['ER_ObjectID', text]]],
      'record': ['ozmeta_erasure', [['ER_Binding', text], ['ER_Kind', text], ['ER_Table', text], ['ER_Rows', bigint],
          ['ER_By', text], ['ER_ErasedUTC', ozmeta_runtime.type_timestamp() | trim]]]} -%}
  {%- set tables = {} -%}
  {%- for kind, shape in shapes.items() -%}
    {%- set found = ozmeta_runtime.erasure_table(beside, shape[0]) -%}
    {%- if not found.exists -%}
      {%- set columns = [] -%}
      {%- for column in shape[1] -%}{%- do columns.append(column | join(' ')) -%}{%- endfor -%}
      {%- do ozmeta_runtime.write_at_once("create table " ~ found.table ~ " (" ~ columns | join(', ') ~ ")") -%}
    {%- endif -%}
    {%- do tables.update({kind: found.table}) -%}
  {%- endfor -%}
  {%- do return(tables) -%}
{% endmacro %}
