{# Databricks uses the macros of spark.sql and adds the layout of Delta tables, which dbt-spark does not support. #}

{# ---- storage #}

{#
Databricks skips files by the minimum and maximum of a column, which it keeps for the first 32 columns unless others
are named. With deletion vectors, a merge leaves unchanged rows in their files, so each batch has files of its own.
#}
{% macro databricks__storage(model) -%}
  {%- set columns = {
      'journal': ['_Batch'],
      'run': none,
      'backlog': none,
      'sla_cycle': ['_Bucket', '_Batch', '_ObjectKey', 'ST_NextUTC'],
      'history': ['_SyncDate', 'EJ_ObjectID'],
  }.get(model, (['_Bucket'] if model in ozmeta_runtime.bucketed_models() else []) + ['_Batch', '_ObjectKey']) -%}
  {%- set statistics = {'history': [], 'timeline': ['_UpdateDate']}.get(model, ['_Key', '_UpdateDate']) -%}
  {%- set append = model in ozmeta_runtime.append_only() -%}
  {%- set layout = {'incremental_strategy': 'append' if append else 'merge'} -%}
  {%- if columns -%}
    {%- do layout.update({
        'liquid_clustered_by': columns,
        'tblproperties': {
            'delta.dataSkippingStatsColumns': (statistics + columns) | join(','),
            'delta.enableDeletionVectors': 'true',
        },
    }) -%}
  {%- endif -%}
  {%- do return(layout) -%}
{%- endmacro %}
