{#
Operation that `ozmeta-dbt erase` calls last: deletes what earlier runs left of the objects as deleted rows, checks that
no table holds the person any more, and writes the record: when and by whom, and how many rows of each table, but not
what.

Arguments
  binding, who   see erase_plan
  tables         {name of a table: number of rows}: `tables` of erase_plan
  replacement    string: see erase_plan
  by             string: who erases, or none for the user of the connection
Prints           dict: left: {name of a table: number of rows that still hold the person}. If there are any, no record
                 is written
#}
{% macro erase_end(binding, who, tables, replacement, by=none) %}
  {%- set nodes = ozmeta_runtime.bindings()[binding] -%}
  {%- set own = ozmeta_runtime.create_erasure_tables(ozmeta_runtime.relation_of(nodes.timeline)) -%}
  {%- set name = ozmeta_runtime.text_literal(binding) -%}
  {%- set keys = "select ER_ObjectKey from " ~ own.erasing ~ " where ER_Binding = " ~ name -%}
  {%- set statements = [] -%}
  {%- for model in ['workflow_instance', 'approval_event', 'approval_step', 'approval_instance', 'sla_cycle']
      if model in nodes -%}
    {%- do statements.append("delete from " ~ ozmeta_runtime.relation_of(nodes[model])
        ~ " where _DeleteDate is not null and _ObjectKey in (" ~ keys ~ ")") -%}
  {%- endfor -%}
  {%- if who.get('actor') is not none -%}
    {%- do statements.extend(ozmeta_runtime.overwritten_texts(nodes, who.actor, replacement)) -%}
  {%- endif -%}
  {%- do ozmeta_runtime.write_at_once(*statements) -%}
  {%- set left = {} -%}
  {%- if who.get('actor') is not none -%}
    {%- for model, part in ozmeta_runtime.erasure_tables(nodes, who).items() -%}
      {%- set rows = run_query("select count(*) from " ~ part.table ~ " where " ~ part.condition).rows[0][0] | int -%}
      {%- if rows -%}{%- do left.update({nodes[model].name: rows}) -%}{%- endif -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if not left -%}
    {%- set rows = [] -%}
    {%- for table, count in tables.items() -%}
      {%- do rows.append("select " ~ name ~ ", '" ~ ("actor" if who.get('actor') is not none else "object") ~ "', "
          ~ ozmeta_runtime.text_literal(table) ~ ", " ~ count ~ ", "
          ~ ozmeta_runtime.text_literal(by or target.get('user') or 'unknown') ~ ", "
          ~ ozmeta_runtime.current_instant()) -%}
    {%- endfor -%}
    {%- if rows -%}
      {%- do ozmeta_runtime.write_at_once("insert into " ~ own.record
          ~ " (ER_Binding, ER_Kind, ER_Table, ER_Rows, ER_By, ER_ErasedUTC) " ~ rows | join(" union all ")) -%}
    {%- endif -%}
    {%- do ozmeta_runtime.write_at_once("delete from " ~ own.erasing ~ " where ER_Binding = " ~ name) -%}
  {%- endif -%}
  {%- do ozmeta_runtime.print_answer({'left': left}) -%}
{% endmacro %}

{#
The statements that overwrite a person's name in rows that no run writes again: retracted escalations, the signal log,
and the rows of the runtime in the mirror of the journal. Their texts are MetaDB's. Returns: list of SQL
#}
{% macro overwritten_texts(nodes, actor, replacement) %}
  {%- set statements, new = [], ozmeta_runtime.text_literal(replacement) -%}
  {%- for model, column, also in [
      ('escalation_queue', 'EQ_Notes', ' and _DeleteDate is not null'),
      ('escalation_queue', 'EQ_AssignedToPrincipal', ' and _DeleteDate is not null'),
      ('runtime_signal', 'RS_Notes', '')] if model in nodes -%}
    {%- do statements.append("update " ~ ozmeta_runtime.relation_of(nodes[model]) ~ " set " ~ column ~ " = " ~ new
        ~ " where " ~ ozmeta_runtime.names_person(column, actor) ~ also) -%}
  {%- endfor -%}
  {%- if 'journal' in nodes -%}
    {%- set payload = ['EJ_Payload'] -%}
    {%- for spelling in ozmeta_runtime.json_spellings(actor) -%}
      {%- do payload.append("replace(" ~ payload[-1] ~ ", " ~ ozmeta_runtime.text_literal(spelling) ~ ", "
          ~ ozmeta_runtime.text_literal(tojson(replacement)) ~ ")") -%}
    {%- endfor -%}
    {%- do statements.append("update " ~ ozmeta_runtime.relation_of(nodes.journal) ~ " set EJ_Payload = " ~ payload[-1]
        ~ ", EJ_PayloadHash = 'Erased', MJ_RowHash = 'Erased' where MJ_Journal = 'ozmeta_runtime' and "
        ~ ozmeta_runtime.names_person('EJ_Payload', actor)) -%}
  {%- endif -%}
  {%- do return(statements) -%}
{% endmacro %}
