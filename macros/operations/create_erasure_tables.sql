{#
Creates the tables of an erasure (see kept_table) unless they exist.

beside: relation: the binding's timeline
Returns: dict: events, erasing, record: relation
#}
{% macro create_erasure_tables(beside) %}
  {%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
  {%- set timestamp = ozmeta_runtime.type_timestamp() | trim -%}
  {%- set of_object = [['ER_Binding', text], ['ER_ObjectType', text], ['ER_ObjectKey', text]] -%}
  {%- set tables = {
      'events': ['ozmeta_erased_event', of_object + [['ER_EventID', text]]],
      'erasing': ['ozmeta_erasing', of_object + [['ER_ObjectID', text]]],
      'record': ['ozmeta_erasure', [['ER_Binding', text], ['ER_Kind', text], ['ER_Table', text], ['ER_Rows', bigint],
          ['ER_By', text], ['ER_ErasedUTC', timestamp]]]} -%}
  {%- set created = {} -%}
  {%- for kind, (name, columns) in tables.items() -%}
    {%- do created.update({
        kind: ozmeta_runtime.create_kept_table(ozmeta_runtime.kept_table(beside, name), columns)}) -%}
  {%- endfor -%}
  {%- do return(created) -%}
{% endmacro %}
