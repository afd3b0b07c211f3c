{#
dbt's own incremental materialization, except that it sends nothing for a model that has nothing to write
(select_nothing). On DuckDB, dbt's own sends six statements for it. dbt's own
also runs for a full refresh, and for a model with hooks, grants, a contract or the like (is_plain_config).
#}
{% materialization ozmeta_incremental, adapter='duckdb' %}
  {%- set own = materialization_incremental_duckdb -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- if existing and existing.is_table and not should_full_refresh() and ozmeta_runtime.is_plain_config(own)
      and (sql | trim).startswith(ozmeta_runtime.nothing_mark()) -%}
    {%- do store_result('main', response='UNCHANGED') -%}
    {%- do return({'relations': [existing]}) -%}
  {%- endif -%}
  {%- do return(own()) -%}
{% endmaterialization %}
