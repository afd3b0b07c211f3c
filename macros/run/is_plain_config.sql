{#
Whether a materialization has to do no more than write rows or a view's text: the project gives the model no hooks,
grants, contract, header or documentation in the database, and has no materialization of its own. A materialization
calls it.

own: the materialization that dbt would use
#}
{% macro is_plain_config(own) %}
  {%- do return(own.macro.package_name in ['dbt', 'dbt_duckdb'] and not (pre_hooks or post_hooks
      or config.get('grants') or config.get('contract').enforced or config.get('sql_header')
      or config.get('persist_docs'))) -%}
{% endmacro %}
