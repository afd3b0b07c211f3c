{# What a purge of a binding would do: a dict, see `purge`. #}
{% macro purge_plan(binding, nodes, rules) %}
  {%- set timeline = load_relation(ozmeta_runtime.relation_of(nodes.timeline)) -%}
  {%- set log = load_relation(ozmeta_runtime.relation_of(nodes.run)) -%}
  {%- if not timeline or not log or not run_query("select count(*) from " ~ log).rows[0][0] | int -%}
    {%- do return({'objects': 0, 'unfinished': 0, 'tables': {}, 'stays': {}, 'no_run': true}) -%}
  {%- endif -%}
  {%- set candidates = ozmeta_runtime.purgeable_objects(nodes, rules) -%}
  {%- set tombstones = ozmeta_runtime.kept_table(timeline) -%}
  {%- set with_purged -%}
    {{ ozmeta_runtime.with_materialized_ctes() }} purged as (
      select *
      from (
        select _ObjectKey as purged_key, object_id, tenant from ({{ candidates }}) as candidates where stays is null
        {%- if tombstones.exists %}
        union all
        select PG_ObjectKey, PG_ObjectID, PG_TenantID from {{ tombstones.table }}
        where PG_Binding = {{ ozmeta_runtime.text_literal(binding) }}
        {%- endif %}
      ) as gone {{ ozmeta_runtime.materialize_cte('purged') }}
    )
  {%- endset -%}
  {%- set found = {'objects': 0, 'unfinished': 0, 'tables': {}, 'stays': {},
      'reasons': ozmeta_runtime.reasons_to_stay(), 'tombstones': tombstones.table | string} -%}
  {%- for row in run_query("select stays, count(*) from (" ~ candidates ~ ") as candidates group by stays").rows -%}
    {%- if row[0] is none -%}{%- do found.update({'objects': row[1] | int}) -%}
    {%- else -%}{%- do found.stays.update({row[0] | string: row[1] | int}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set tables = ozmeta_runtime.purged_tables(nodes, rules, "select purged_key from purged",
      "select object_id, tenant from purged") -%}
  {%- for model, count in ozmeta_runtime.count_rows(tables, with_purged).items() if count -%}
    {%- do found.tables.update({nodes[model].name: count}) -%}
  {%- endfor -%}
  {%- if tombstones.exists -%}
    {%- set old = ozmeta_runtime.tombstoned_tables(binding, nodes, rules, tombstones.table) -%}
    {%- do found.update({'unfinished': ozmeta_runtime.count_rows(old).values() | sum}) -%}
  {%- endif -%}
  {%- do return(found) -%}
{% endmacro %}

{# How many rows go: {model: number}. One query, so that `purged` is computed once.
   tables: see purged_tables; ctes: SQL: `with` and the CTEs that their conditions read #}
{% macro count_rows(tables, ctes='') %}
  {%- set query -%}
    {{ ctes }}
    {%- for model, part in tables.items() %}
    {{ "union all" if not loop.first }}
    select '{{ model }}' as model, count(*) as row_count from {{ part.table }} where {{ part.condition }}
    {%- endfor %}
  {%- endset -%}
  {%- set counts = {} -%}
  {%- for row in run_query(query).rows -%}{%- do counts.update({row[0] | string: row[1] | int}) -%}{%- endfor -%}
  {#- In the order of the tables: the rows of a query have none. -#}
  {%- set found = {} -%}
  {%- for model in tables -%}{%- do found.update({model: counts[model]}) -%}{%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}

{# {why an object stays: in words}, in the order in which purgeable_objects asks. #}
{% macro reasons_to_stay() %}
  {%- do return({
      'Held': 'under a legal hold', 'NotTerminal': 'not in a terminal state',
      'Unread': 'with rows that no completed run has used: run dbt', 'Pending': 'with an event in the future',
      'Open': 'with an open timer, escalation or approval', 'NoDays': 'because nothing says how long they are kept',
      'Recent': 'because their last event is too recent', 'Signal': 'because a signal is to be kept'}) -%}
{% endmacro %}
