{#
Whether a materialization only has to write rows or a view's text. That is so if the model has no hooks, grants,
contract, header or `persist_docs`, and the project does not override the materialization. Only a materialization can
call this macro.

own: the materialization that dbt would use
#}
{% macro is_plain_config(own) %}
  {%- do return(own.macro.package_name in ['dbt', 'dbt_duckdb'] and not (pre_hooks or post_hooks
      or config.get('grants') or config.get('contract').enforced or config.get('sql_header')
      or config.get('persist_docs'))) -%}
{% endmacro %}
