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

{# ---- row_policies #}

{#
With the adapter's own row filters only: an adapter that does not know them would drop a filter in the next run, or
create a table without one.
#}
{% macro databricks__has_row_policies() -%}
  {%- do return(row_filter_exists is defined) -%}
{%- endmacro %}

{% macro databricks__row_policy_keys(kind) -%}
  {%- if kind == 'view' -%}{%- do return({}) -%}{%- endif -%}
  {%- do return({'row_filter': {
      'function': target.database ~ '.' ~ target.schema ~ '.ozmeta_' ~ kind,
      'columns': ['_TenantID' if kind == 'tenant' else '_Key']}}) -%}
{%- endmacro %}

{% macro databricks__session_is(name) -%}
  ({{ name }} = current_user() or is_account_group_member({{ name }}))
{%- endmacro %}

{# A function per kind. It is evaluated for the user of the session, also in a view. #}
{% macro databricks__shared_row_policies(policies) -%}
  {%- set statements = [] -%}
  {%- for kind in ['tenant', 'reader', 'nobody'] -%}
    {%- set function = api.Relation.create(
        database=target.database, schema=target.schema, identifier='ozmeta_' ~ kind) -%}
    {%- do statements.append(
        "create or replace function " ~ function ~ "(tenant string) returns boolean return "
        ~ ozmeta_runtime.row_condition(kind, policies, 'tenant')) -%}
  {%- endfor -%}
  {%- do return(statements) -%}
{%- endmacro %}

{% macro databricks__row_policy_statements(relation, kind, policies) -%}
  {%- if kind == 'view' -%}{%- do return([]) -%}{%- endif -%}
  {%- set function = api.Relation.create(
      database=target.database, schema=target.schema, identifier='ozmeta_' ~ kind) -%}
  {%- do return(["alter table " ~ relation ~ " set row filter " ~ function
      ~ " on (" ~ ('_TenantID' if kind == 'tenant' else '_Key') ~ ")"]) -%}
{%- endmacro %}
