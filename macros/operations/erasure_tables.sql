{#
The tables of a binding that hold what an erasure overwrites: {model: {table: relation, condition: SQL of the rows that
hold it}}. Tables that do not exist are left out.

Arguments
  nodes   dict: {model: graph node} of the binding
  rules   dict: see retention_rules
  who     dict: object: the object's id, and tenant?: its tenant; or actor: the name of a person, whose rows are those
          with a column that is the name, or that contains it as a text of JSON
#}
{% macro erasure_tables(nodes, rules, who) %}
  {%- set found = {} -%}
  {%- for model in ['timeline', 'workflow_instance', 'approval_event', 'approval_step', 'approval_instance',
      'sla_cycle', 'quarantine', 'journal'] if model in nodes -%}
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
        {%- for column in adapter.get_columns_in_relation(table) if column.is_string() -%}
          {%- do conditions.append(ozmeta_runtime.names_person(ozmeta_runtime.quote_name(column.name), who.actor)) -%}
        {%- endfor -%}
        {%- set condition = "(" ~ conditions | join(' or ') ~ ")" -%}
      {%- endif -%}
      {%- do found.update({model: {'table': table, 'condition': condition}}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
