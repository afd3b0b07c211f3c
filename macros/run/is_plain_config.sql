{# Whether a materialization has to do no more than write its rows or its text: the project gives the model no hooks, no
   grants, no contract, no documentation in the database and no header, and dbt's own materializations are in use. Call
   it from a materialization. #}
{% macro is_plain_config() %}
  {%- if materialization_view_default.macro.package_name != 'dbt' -%}{%- do return(false) -%}{%- endif -%}
  {%- do return(not (pre_hooks or post_hooks or config.get('grants') or config.get('persist_docs')
      or config.get('contract').enforced or config.get('sql_header'))) -%}
{% endmacro %}
