{# The config of journal_volume. The table is small, so it has no layout, only the other tables' incremental strategy.
   #}
{% macro volume_storage() %}
  {%- do return({'incremental_strategy': ozmeta_runtime.storage('journal_volume').incremental_strategy}) -%}
{% endmacro %}
