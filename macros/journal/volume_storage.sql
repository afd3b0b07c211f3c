{# How the table is kept up. It is small, so it has no layout: only the strategy of the other tables. #}
{% macro volume_storage() %}
  {%- do return({'incremental_strategy': ozmeta_runtime.storage('journal_volume').incremental_strategy}) -%}
{% endmacro %}
