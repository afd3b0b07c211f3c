{# Whether a model adds to the rows of earlier runs, as dbt's is_incremental() tells for its own materialization. #}
{% macro is_incremental_run() %}
  {%- if model.config.materialized != 'ozmeta_incremental' -%}{%- do return(is_incremental()) -%}{%- endif -%}
  {%- set existing = load_relation(this) if execute else none -%}
  {%- do return(existing is not none and existing.type == 'table' and not should_full_refresh()) -%}
{% endmacro %}
