{#
The tables of a binding that hold rows of objects, in the order in which a purge deletes from them:
{model: {table: relation, condition: SQL of the rows of purged objects}}. Tables that do not exist yet are left out.

Rows of the quarantine about rows that arrived after the purge stay. The timeline comes last, so the others can be
counted against it.

Arguments
  nodes       dict: {model: graph node} of the binding
  rules       dict: see retention_rules
  keys        SQL: a select of the keys of purged objects
  objects     SQL: a select of their object_id and tenant, for the mirror of the journal, which has no key
#}
{% macro purged_tables(nodes, rules, keys, objects) %}
  {%- set found = {} -%}
  {%- set tenant = "coalesce(_TenantID, '')" if rules.tenant_in_key else "''" -%}
  {%- for model in ['approval_event', 'approval_step', 'approval_instance', 'sla_cycle', 'escalation_queue',
      'runtime_signal', 'workflow_instance', 'quarantine', 'journal', 'timeline'] if model in nodes -%}
    {%- set table = load_relation(ozmeta_runtime.relation_of(nodes[model])) -%}
    {%- if table -%}
      {%- set condition -%}
        {%- if model == 'journal' -%}
        {{ ozmeta_runtime.row_key(['EJ_ObjectID', tenant]) }} in (
          select {{ ozmeta_runtime.row_key(['object_id', 'tenant']) }} from ({{ objects }}) as purged
        )
        {%- else -%}
        _ObjectKey in ({{ keys }}){{ " and QR_Reason <> 'Purged'" if model == 'quarantine' }}
        {%- endif -%}
      {%- endset -%}
      {%- do found.update({model: {'table': table, 'condition': condition}}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
