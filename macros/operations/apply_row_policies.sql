{#
Operation apply_row_policies: puts the row policies of ozmeta.yml on the tables and views that exist (spec 7.5). A run
does so as well. The operation is for the first time, and to look at the statements.

Arguments
  dry_run    boolean: whether to print the statements and run none
Prints       the statements
Errors       see row_policy_config and prepare_row_policies
#}
{% macro apply_row_policies(dry_run=false) %}
  {%- set shared, statements = [], [] -%}
  {%- for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
    {%- set asked = node.config.meta.get('ozmeta_row_policies') -%}
    {%- set relation = load_relation(ozmeta_runtime.relation_of(node)) if asked else none -%}
    {%- if relation and ozmeta_runtime.has_row_policies() -%}
      {%- if not dry_run -%}{%- do ozmeta_runtime.prepare_row_policies(asked.policies) -%}{%- endif -%}
      {%- for sql in ozmeta_runtime.shared_row_policies(asked.policies) if sql not in shared -%}
        {%- do shared.append(sql) -%}
      {%- endfor -%}
      {%- set query = ozmeta_runtime.row_policy_query(relation, asked.kind, asked.policies) -%}
      {%- if not query or not run_query(query).rows[0][0] | int -%}
        {%- do statements.extend(ozmeta_runtime.row_policy_statements(relation, asked.kind, asked.policies)) -%}
      {%- endif -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for sql in shared + statements -%}{%- do log(sql ~ ';', info=true) -%}{%- endfor -%}
  {%- if not shared and not statements -%}
    {%- do log("No table or view needs a row policy.", info=true) -%}
  {%- elif not dry_run -%}
    {%- do ozmeta_runtime.write_at_once(*statements) -%}
  {%- endif -%}
{% endmacro %}
