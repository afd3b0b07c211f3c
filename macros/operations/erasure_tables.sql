{#
The tables of a binding that hold what an erasure overwrites: {model: {table: relation, condition: SQL of the rows that
hold it}}. Tables that do not exist are left out.

The queue and the signal log have texts of MetaDB, which may name a person. The live rows of the queue follow MetaDB, so
only retracted rows count.

Arguments
  nodes   dict: {model: graph node} of the binding
  who     dict: object: the object's id, and tenant?: its tenant; or actor: the name of a person, whose rows are those
          with a column that is the name, or that contains it as a text of JSON
#}
{% macro erasure_tables(nodes, who) %}
  {%- set found = {} -%}
  {%- for model in ['timeline', 'workflow_instance', 'approval_event', 'approval_step', 'approval_instance',
      'sla_cycle', 'quarantine', 'journal', 'escalation_queue', 'runtime_signal'] if model in nodes -%}
    {%- set table = load_relation(ozmeta_runtime.relation_of(nodes[model])) -%}
    {%- if table -%}
      {%- set conditions = [] -%}
      {%- if who.get('object') is not none -%}
        {%- do conditions.append(ozmeta_runtime.object_column(model) ~ " = "
            ~ ozmeta_runtime.text_literal(who.object)) -%}
        {%- if who.get('tenant') is not none -%}
          {%- do conditions.append("_TenantID = " ~ ozmeta_runtime.text_literal(who.tenant)) -%}
        {%- endif -%}
        {%- set condition = conditions | join(' and ') -%}
      {%- else -%}
        {#- Ids stay: an object may have the name of a person. -#}
        {%- set ids = ['_key', '_objectkey', '_tenantid', ozmeta_runtime.object_column(model) | lower] -%}
        {%- set of_metadata = {
            'escalation_queue': ['eq_notes', 'eq_assignedtoprincipal'], 'runtime_signal': ['rs_notes']} -%}
        {%- for column in adapter.get_columns_in_relation(table) if column.is_string()
            and column.name | lower not in ids
            and column.name | lower in of_metadata.get(model, [column.name | lower]) -%}
          {%- do conditions.append(ozmeta_runtime.names_person(ozmeta_runtime.quote_name(column.name), who.actor)) -%}
        {%- endfor -%}
        {%- if model == 'quarantine' -%}
          {%- do conditions.append("QR_Reason = 'MalformedPayload' and "
              ~ ozmeta_runtime.contains_text('QR_Payload', ozmeta_runtime.text_literal(who.actor))) -%}
        {%- endif -%}
        {%- set condition = "(" ~ conditions | join(' or ') ~ ")" -%}
        {%- if model == 'escalation_queue' -%}
          {%- set condition = condition ~ " and _DeleteDate is not null" -%}
        {%- endif -%}
      {%- endif -%}
      {%- if model not in ('escalation_queue', 'runtime_signal') or who.get('object') is none -%}
        {%- do found.update({model: {'table': table, 'condition': condition}}) -%}
      {%- endif -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
