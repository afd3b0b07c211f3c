{#
Puts a relation's row policy on it, unless it is there. The hook that runs after a model calls it: on Postgres, in the
transaction that replaces the table.

relation: the relation, which exists
asked: {kind, policies}, see row_policy_config
#}
{% macro put_row_policy(relation, asked) %}
  {%- if not execute -%}{%- do return('') -%}{%- endif -%}
  {%- set query = ozmeta_runtime.row_policy_query(relation, asked.kind, asked.policies) -%}
  {%- if query and run_query(query).rows[0][0] | int -%}{%- do return('') -%}{%- endif -%}
  {%- for sql in ozmeta_runtime.row_policy_statements(relation, asked.kind, asked.policies) -%}
    {%- do run_query(sql) -%}
  {%- endfor -%}
{% endmacro %}
