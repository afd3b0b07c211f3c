{#
Operation that `ozmeta-dbt impact` calls: compares the tables of the last run with the tables that other definitions
give for the same journal and the same as_of. It counts in the warehouse; only counts and some objects come out.

impact works as verify does, see verify_plan: the models that are rebuilt are those of the metadata as it stands now.
A table that the last run did not have counts as empty.

Arguments
  plan                dict: `bindings` of the answer of verify_plan
  lookback_minutes    integer: the lookback of the journals
  examples            integer: how many objects of each kind to name, with what the tables contain about them
  most                integer: how many groups of each kind to count
Prints                {binding: {
                        objects: number of objects that were folded again,
                        waiting: number of objects with journal rows that no run has read yet; they are left out,
                        left_out: [name of a model that counts all objects; it is compared only if all objects are],
                        kinds: {kind: see impact_kinds: {
                          groups: [{column of the group: value, ..., row_count, object_count}], the greatest first,
                          rows: number of rows that change in this way,
                          objects: number of objects that have such rows,
                          first: [{object_key, object_id}]
                        }},
                        codes: {before, after: see impact_codes},
                        tables: {model: see compare_table}, without the signal log,
                        gone: {name of a table that is no longer generated: number of its live rows},
                        told: [id of an object that is an example],
                        facts: {before, after: see object_history, of these objects}
                      }}
#}
{% macro impact_compare(plan, lookback_minutes, examples=3, most=50) %}
  {%- set answer, known = {}, ozmeta_runtime.bindings() -%}
  {%- set slice = var('ozmeta_verify', {}) -%}
  {%- for binding, entry in plan.items() -%}
    {%- set nodes = known[binding] -%}
    {%- set before, after, names = {}, {}, {} -%}
    {%- for model, place in entry.models.items() -%}
      {%- do names.update({model: place[3]}) -%}
      {%- do after.update({model: ozmeta_runtime.relation_of(nodes[model])}) -%}
      {%- if entry.batch and place[3] not in entry.missing -%}
        {%- do before.update({
            model: api.Relation.create(database=place[0], schema=place[1], identifier=place[2])}) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- set waiting -%}
      {%- if 'timeline' in before and 'quarantine' in before -%}
        {{ ozmeta_runtime.waiting_objects(before, after, entry.journals, lookback_minutes, by_id=true) }}
      {%- else -%}
        select EJ_ObjectID as object_id from {{ after.timeline }} where 1 = 0
      {%- endif -%}
    {%- endset -%}
    {#- Every comparison asks for these objects. The table goes with its schema. -#}
    {%- set table = ozmeta_runtime.staged_cte(after.timeline, 1) -%}
    {%- do ozmeta_runtime.write_at_once(
        ozmeta_runtime.create_staged_cte(table, "with waiting as (" ~ waiting ~ ")", 'waiting')) -%}
    {%- set waiting = "select object_id from " ~ table -%}
    {%- set count = run_query("select count(*) from " ~ table).rows[0][0] | int -%}
    {%- set are_all = not count and not slice.get('objects') and slice.get('below', 'g') == 'g' -%}
    {%- set objects = run_query("select count(distinct _ObjectKey) from " ~ after.timeline
        ~ " " ~ ozmeta_runtime.compared_rows('timeline', waiting)).rows[0][0] | int -%}
    {%- set found = {'objects': objects, 'waiting': count, 'left_out': [], 'kinds': {}, 'tables': {},
        'facts': {'before': {}, 'after': {}}} -%}
    {%- set told = [] -%}
    {%- for kind in ozmeta_runtime.impact_kinds(before, after, waiting) -%}
      {%- set counted = ozmeta_runtime.count_impact(kind, examples, most) -%}
      {%- do found.kinds.update({kind.name: counted}) -%}
      {%- for one in counted.first if one.object_id is not none and one.object_id not in told -%}
        {%- do told.append(one.object_id) -%}
      {%- endfor -%}
    {%- endfor -%}
    {%- set has_kind = told | length > 0 -%}
    {%- for model in before if model != 'runtime_signal' -%}
      {%- if are_all or ozmeta_runtime.object_column(model) -%}
        {%- do found.tables.update({model: ozmeta_runtime.compare_table(
            model, nodes[model], before[model], after[model], waiting, shared=true)}) -%}
        {%- set first = found.tables[model].first -%}
        {%- for id in first[:examples] if not has_kind and id not in told -%}{%- do told.append(id) -%}{%- endfor -%}
      {%- else -%}
        {%- do found.left_out.append(names[model]) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- if told -%}
      {%- do found.update({'facts': {
          'before': ozmeta_runtime.object_history(before, nodes, told),
          'after': ozmeta_runtime.object_history(after, nodes, told),
      }}) -%}
    {%- endif -%}
    {%- do found.update({
        'told': told,
        'codes': {'before': ozmeta_runtime.impact_codes(before), 'after': ozmeta_runtime.impact_codes(after)},
        'gone': ozmeta_runtime.gone_tables(binding, nodes, entry),
    }) -%}
    {%- do answer.update({binding: found}) -%}
  {%- endfor -%}
  {%- do ozmeta_runtime.verify_clean() -%}
  {%- do ozmeta_runtime.print_answer(answer) -%}
{% endmacro %}

{#
Counts the rows that change in one way; see impact_kinds.
#}
{% macro count_impact(kind, examples, most) %}
  {%- set changed = " from (" ~ kind.rows ~ ") as changes where " ~ kind.changed -%}
  {%- set totals = run_query("select count(*), count(distinct object_key)" ~ changed).rows[0] -%}
  {%- set found = {'rows': totals[0] | int, 'objects': totals[1] | int, 'groups': [], 'first': []} -%}
  {%- if not found.rows -%}{%- do return(found) -%}{%- endif -%}
  {%- set columns = kind.group + (kind.measures.keys() | list) + ['row_count', 'object_count'] -%}
  {%- set measures = [] -%}
  {%- for name, sql in kind.measures.items() -%}{%- do measures.append(sql ~ " as " ~ name) -%}{%- endfor -%}
  {%- set groups -%}
    select
      {{ (kind.group + measures) | join(', ') }},
      count(*) as row_count, count(distinct object_key) as object_count
    {{ changed }}
    group by {{ kind.group | join(', ') }}
    order by row_count desc, {{ kind.group | join(', ') }}
  {%- endset -%}
  {#- T-SQL has no `limit`, so the limit applies to what is fetched. -#}
  {%- for row in adapter.execute(groups, fetch=true, limit=most)[1].rows -%}
    {%- set group = {} -%}
    {%- for column in columns -%}
      {%- set value = row[loop.index0] -%}
      {%- set is_text = column in kind.group and column != 'EQ_Level' and column != 'RS_Level' -%}
      {%- do group.update({column: none if value is none else value | string if is_text else value | int}) -%}
    {%- endfor -%}
    {%- do found.groups.append(group) -%}
  {%- endfor -%}
  {%- if examples -%}
    {%- set first = "select distinct object_key, object_id" ~ changed ~ " order by object_id, object_key" -%}
    {%- for row in adapter.execute(first, fetch=true, limit=examples)[1].rows -%}
      {%- do found.first.append({
          'object_key': row[0] | string if row[0] is not none else none,
          'object_id': row[1] | string if row[1] is not none else none}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- do return(found) -%}
{% endmacro %}

{#
The codes that the queue and the cycles of a binding name, retracted rows included.
Returns dict: slas: [code]; levels: [[code of the SLA, signal, level]]; none in place of a table that does not exist
#}
{% macro impact_codes(models) %}
  {%- set found = {'slas': none, 'levels': none} -%}
  {%- if 'sla_cycle' in models -%}
    {%- set query = "select distinct SL_Code from " ~ models.sla_cycle ~ " where SL_Code is not null" -%}
    {%- do found.update({'slas': run_query(query).columns[0].values() | map('string') | list}) -%}
  {%- endif -%}
  {%- if 'escalation_queue' in models -%}
    {%- set levels = [] -%}
    {%- for row in run_query("select distinct SL_Code, EQ_SignalCode, EQ_Level from " ~ models.escalation_queue
        ~ " where SL_Code is not null").rows -%}
      {%- do levels.append([row[0] | string, row[1] | string, row[2] | int]) -%}
    {%- endfor -%}
    {%- do found.update({'levels': levels}) -%}
  {%- endif -%}
  {%- do return(found) -%}
{% endmacro %}

{#
The tables that the last run of a binding wrote and that are no longer generated: {name: number of live rows}. dbt drops
no table, so a table of an earlier run may be there too; the run log tells which models the last run had.
#}
{% macro gone_tables(binding, nodes, entry) %}
  {%- set found = {} -%}
  {%- if not entry.batch -%}{%- do return(found) -%}{%- endif -%}
  {%- set log = api.Relation.create(database=entry.log[0], schema=entry.log[1], identifier=entry.log[2]) -%}
  {%- set definitions = run_query("select max(_DefinitionHash) from " ~ log ~ " where "
      ~ ozmeta_runtime.last_run(log)).rows[0][0] or '' -%}
  {%- for model in ['workflow_instance', 'approval_event', 'approval_step', 'approval_instance', 'sla_cycle',
      'escalation_queue', 'runtime_signal', 'backlog'] if model not in nodes -%}
    {%- set name = binding ~ '_' ~ model -%}
    {%- set relation = load_relation(
        api.Relation.create(database=entry.log[0], schema=entry.log[1], identifier=name)) -%}
    {%- set unique_id = nodes.run.unique_id.rpartition('.')[0] ~ '.' ~ name -%}
    {%- if relation and ozmeta_runtime.model_mark(unique_id) in definitions -%}
      {%- set query = "select count(*) from " ~ relation ~ " where _DeleteDate is null" -%}
      {%- do found.update({name: run_query(query).rows[0][0] | int}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
