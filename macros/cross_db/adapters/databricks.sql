{# Files are passed over by the least and the greatest value in them, which are kept of the first 32 columns unless others are named. With deletion vectors a merge leaves the rows
   it does not touch where they are, and a batch has files of its own. Spark's own adapter knows none of this. #}
{% macro databricks__storage(model) %}
  {%- set columns = {'journal': ['_Batch'], 'run': none, 'sla_cycle': ['_Batch', '_ObjectKey', 'ST_NextUTC']}.get(model, ['_Batch', '_ObjectKey']) -%}
  {%- set layout = {'incremental_strategy': 'append' if model in ozmeta_runtime.append_only() else 'merge'} -%}
  {%- if columns -%}
    {%- do layout.update({'liquid_clustered_by': columns, 'tblproperties': {'delta.dataSkippingStatsColumns': (['_Key', '_UpdateDate'] + columns) | join(','), 'delta.enableDeletionVectors': 'true'}}) -%}
  {%- endif -%}
  {%- do return(layout) -%}
{% endmacro %}
