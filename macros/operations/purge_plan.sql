{# What a purge of a binding would do: a dict, see `purge`. #}
{% macro purge_plan(binding, nodes, rules) %}
  {%- set timeline = load_relation(ozmeta_runtime.relation_of(nodes.timeline)) -%}
  {%- set log = load_relation(ozmeta_runtime.relation_of(nodes.run)) -%}
  {%- if not timeline or not log or not run_query("select count(*) from " ~ log).rows[0][0] | int -%}
    {%- do return({'objects': 0, 'unfinished': 0, 'tables': {}, 'stays': {}, 'no_run': true}) -%}
  {%- endif -%}
  {%- set candidates = ozmeta_runtime.purgeable_objects(nodes, rules) -%}
  {%- set keys = "select _ObjectKey from (" ~ candidates ~ ") as candidates where stays is null" -%}
  {%- set objects = "select object_id, tenant from (" ~ candidates ~ ") as candidates where stays is null" -%}
  {%- set tombstones = ozmeta_runtime.kept_table(timeline) -%}
  {%- if tombstones.exists -%}
    {%- set of_binding = " from " ~ tombstones.table ~ " where PG_Binding = "
        ~ ozmeta_runtime.text_literal(binding) -%}
    {%- set keys = keys ~ " union all select PG_ObjectKey" ~ of_binding -%}
    {%- set objects = objects ~ " union all select PG_ObjectID, PG_TenantID" ~ of_binding -%}
  {%- endif -%}
  {%- set found = {'objects': 0, 'unfinished': 0, 'tables': {}, 'stays': {},
      'reasons': ozmeta_runtime.reasons_to_stay(), 'tombstones': tombstones.table | string} -%}
  {%- for row in run_query("select stays, count(*) from (" ~ candidates ~ ") as candidates group by stays").rows -%}
    {%- if row[0] is none -%}{%- do found.update({'objects': row[1] | int}) -%}
    {%- else -%}{%- do found.stays.update({row[0] | string: row[1] | int}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for model, part in ozmeta_runtime.purged_tables(nodes, rules, keys, objects).items() -%}
    {%- set count = ozmeta_runtime.count_rows(part) -%}
    {%- if count -%}{%- do found.tables.update({nodes[model].name: count}) -%}{%- endif -%}
  {%- endfor -%}
  {%- if tombstones.exists -%}
    {%- set left = [] -%}
    {%- for part in ozmeta_runtime.tombstoned_tables(binding, nodes, rules, tombstones.table).values() -%}
      {%- do left.append(ozmeta_runtime.count_rows(part)) -%}
    {%- endfor -%}
    {%- do found.update({'unfinished': left | sum}) -%}
  {%- endif -%}
  {%- do return(found) -%}
{% endmacro %}

{# The number of rows that go from a table. part: see purged_tables #}
{% macro count_rows(part) %}
  {%- set query = "select count(*) from " ~ part.table ~ " where " ~ part.condition -%}
  {%- do return(run_query(query).rows[0][0] | int) -%}
{% endmacro %}

{# {why an object stays: in words}, in the order in which purgeable_objects asks. #}
{% macro reasons_to_stay() %}
  {%- do return({
      'Held': 'under a legal hold', 'NotTerminal': 'not in a terminal state',
      'Unread': 'with rows that no completed run has used: run dbt', 'Pending': 'with an event in the future',
      'Open': 'with an open timer, escalation or approval', 'NoDays': 'because nothing says how long they are kept',
      'Recent': 'because their last event is too recent', 'Signal': 'because a signal is to be kept'}) -%}
{% endmacro %}
