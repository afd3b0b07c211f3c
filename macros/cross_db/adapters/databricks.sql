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
  }.get(model, (['_Bucket'] if model in ozmeta_runtime.bucketed_models() else []) + ['_Batch', '_ObjectKey']) -%}
  {%- set key = [] if model == 'timeline' else ['_Key'] -%}
  {%- set append = model in ozmeta_runtime.append_only() -%}
  {%- set layout = {'incremental_strategy': 'append' if append else 'merge'} -%}
  {%- if columns -%}
    {%- do layout.update({
        'liquid_clustered_by': columns,
        'tblproperties': {
            'delta.dataSkippingStatsColumns': (key + ['_UpdateDate'] + columns) | join(','),
            'delta.enableDeletionVectors': 'true',
        },
    }) -%}
  {%- endif -%}
  {%- do return(layout) -%}
{%- endmacro %}
