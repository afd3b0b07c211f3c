{#
The config of an incremental table: how it is updated, and how the engine lays it out (see storage). A file of the
generator reads `config(**ozmeta_runtime.table_config('timeline'))`.

model: the model's name without the binding, such as 'timeline'
indexes: see storage
unique_key: the column or list of columns that identify a row
Returns: dict
#}
{% macro table_config(model, indexes=[], unique_key='_Key') %}
  {%- set layout = ozmeta_runtime.storage(model, indexes) -%}
  {%- if model in ['journal_volume', 'calendar_window', 'calendar_piece'] -%}
    {#- These tables are small, so they have no layout. -#}
    {%- set layout = {'incremental_strategy': layout.incremental_strategy} -%}
  {%- endif -%}
  {%- set config = {
      'materialized': ozmeta_runtime.materialization('incremental'),
      'unique_key': unique_key,
      'on_schema_change': 'append_new_columns'} -%}
  {%- if model in ozmeta_runtime.bucketed_models() -%}
    {#- prune_write replaces the predicate in each run -#}
    {%- do config.update({'incremental_predicates': ['1 = 1']}) -%}
  {%- endif -%}
  {%- do config.update(layout) -%}
  {%- do return(config) -%}
{% endmacro %}
