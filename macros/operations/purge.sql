{#
Operation: removes the objects whose retention is over from every table of a binding, and leaves a tombstone of each
(spec 8.6). `ozmeta-dbt purge` calls it.

  dbt run-operation ozmeta_runtime.purge
  dbt run-operation ozmeta_runtime.purge --args '{binding: case, dry_run: false}'

It writes the tombstones first. From then on, no run admits a row of these objects. If the purge fails later, the next
one completes it: it deletes whatever the tables still have of objects with a tombstone.

Arguments
  binding     string: a name of the binding, in any spelling; none for all bindings
  dry_run     boolean: whether only to say what would go (the default)
  older_than  integer: days that lengthen what MetaDB and ozmeta.yml say; where they say nothing, it alone counts
  as_json     boolean: whether to print the answer for `ozmeta-dbt`, see print_answer, instead of sentences
Prints        {binding: {
                objects: number of objects that go,
                unfinished: number of rows that an earlier purge has left,
                tables: {name of a table: number of rows that go},
                stays: {why: number of objects}, see purgeable_objects,
                reasons: {why: in words},
                tombstones: name of the table of the tombstones,
                no_run: true if the binding has no completed run
              }}
Errors        see binding_named and retention_rules
#}
{% macro purge(binding=none, dry_run=true, older_than=none, as_json=false) %}
  {%- set known = ozmeta_runtime.bindings() -%}
  {%- set names = [ozmeta_runtime.binding_named(binding | string, known)] if binding is not none
      else known.keys() | sort -%}
  {%- if older_than is not none and (older_than is not integer or older_than < 0) -%}
    {%- do exceptions.raise_compiler_error("older_than is " ~ older_than ~ ". Give a whole number of days.") -%}
  {%- endif -%}
  {%- set all_rules = {} -%}
  {%- for name in names -%}
    {%- do all_rules.update({name: ozmeta_runtime.retention_rules(known[name].timeline, older_than)}) -%}
  {%- endfor -%}
  {%- set answer = {} -%}
  {%- for name in names -%}
    {%- set planned = ozmeta_runtime.purge_plan(name, known[name], all_rules[name]) -%}
    {%- if not as_json -%}{%- do ozmeta_runtime.tell_purge(name, planned, dry_run) -%}{%- endif -%}
    {%- if not dry_run and not planned.get('no_run') and (planned.objects or planned.unfinished) -%}
      {%- do ozmeta_runtime.purge_binding(name, known[name], all_rules[name]) -%}
    {%- endif -%}
    {%- do answer.update({name: planned}) -%}
  {%- endfor -%}
  {%- if as_json -%}{%- do ozmeta_runtime.print_answer(answer) -%}{%- endif -%}
{% endmacro %}

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
  {%- set tables = ozmeta_runtime.purged_tables(nodes, rules, keys, objects) -%}
  {%- for model, part in tables.items() -%}
    {%- set count = run_query("select count(*) from " ~ part.table ~ " where " ~ part.condition).rows[0][0] | int -%}
    {%- if count -%}{%- do found.tables.update({nodes[model].name: count}) -%}{%- endif -%}
  {%- endfor -%}
  {%- if tombstones.exists -%}
    {%- set old = ozmeta_runtime.purged_tables(nodes, rules, "select PG_ObjectKey" ~ of_binding,
        "select PG_ObjectID as object_id, PG_TenantID as tenant" ~ of_binding) -%}
    {%- set left = [] -%}
    {%- for part in old.values() -%}
      {%- do left.append(
          run_query("select count(*) from " ~ part.table ~ " where " ~ part.condition).rows[0][0] | int) -%}
    {%- endfor -%}
    {%- do found.update({'unfinished': left | sum}) -%}
  {%- endif -%}
  {%- do return(found) -%}
{% endmacro %}

{# Purges a binding: tombstones, then the moves that the backlog goes on to count, then the rows. #}
{% macro purge_binding(binding, nodes, rules) %}
  {%- set timeline = ozmeta_runtime.relation_of(nodes.timeline) -%}
  {%- set log = ozmeta_runtime.relation_of(nodes.run) -%}
  {%- set kept = ozmeta_runtime.create_tombstone_tables(timeline) -%}
  {%- set name, object_type = ozmeta_runtime.text_literal(binding), ozmeta_runtime.text_literal(rules.object_type) -%}
  {%- set bigint = dbt.type_bigint() -%}
  {%- set micros = ozmeta_runtime.to_micros('RUN_WatermarkUTC') ~ " - " ~ rules.lookback_minutes * 60000000 -%}
  {%- set of_binding = "where PG_Binding = " ~ name -%}
  {%- set add_tombstones -%}
    insert into {{ kept.tombstones }} (
      PG_Binding, PG_ObjectType, PG_ObjectKey, PG_ObjectID, PG_TenantID, PG_Journal, PG_ReadUTC, PG_LastSyncUTC,
      PG_LastEventUTC, PG_Events, PG_Purge, PG_PurgedUTC
    )
    select
      {{ name }}, {{ object_type }}, candidates._ObjectKey, candidates.object_id, candidates.tenant, runs.RUN_Journal,
      {{ ozmeta_runtime.from_micros('(' ~ micros ~ ')') }}, candidates.last_sync, candidates.last_event,
      candidates.events, {{ ozmeta_runtime.text_literal(invocation_id) }}, {{ ozmeta_runtime.current_instant() }}
    from ({{ ozmeta_runtime.purgeable_objects(nodes, rules) }}) as candidates
    cross join (
      select RUN_Journal, RUN_WatermarkUTC from {{ log }} where {{ ozmeta_runtime.last_run(log) }}
    ) as runs
    where candidates.stays is null
  {%- endset -%}
  {#- A purge that failed has tombstones, but perhaps no moves yet. Its rows are all there then. -#}
  {%- set add_moves -%}
    insert into {{ kept.moves }} (
      PM_Binding, PM_ObjectType, PM_TenantID, PM_Purge, PM_Day, PM_FromState, PM_State, PM_Objects
    )
    select {{ name }}, {{ object_type }}, tenant, purge, day_no, from_state, TL_State, cast(count(*) as {{ bigint }})
    from (
      select
        {{ ozmeta_runtime.tenant_column(rules, 'timeline._TenantID') }} as tenant, purged.PG_Purge as purge,
        case when timeline.TL_EffectiveUTC < {{ ozmeta_runtime.timestamp_literal('1970-01-01 00:00:00') }} then 0
          else {{ ozmeta_runtime.floor_div(ozmeta_runtime.to_micros('timeline.TL_EffectiveUTC'), 86400000000) }}
          end as day_no,
        case when timeline.TL_Position > 1 then timeline.TL_FromState end as from_state, timeline.TL_State
      from {{ timeline }} as timeline
      inner join (select distinct PG_ObjectKey, PG_Purge from {{ kept.tombstones }} {{ of_binding }}) as purged
        on purged.PG_ObjectKey = timeline._ObjectKey
      where purged.PG_Purge not in (select PM_Purge from {{ kept.moves }} where PM_Binding = {{ name }})
        and (timeline.TL_Position = 1
          or ({{ ozmeta_runtime.is_true('timeline.TL_IsApplied') }} and timeline.TL_FromState <> timeline.TL_ToState))
    ) as moves
    group by tenant, purge, day_no, from_state, TL_State
  {%- endset -%}
  {%- do ozmeta_runtime.write_at_once(add_tombstones) -%}
  {%- do ozmeta_runtime.write_at_once(add_moves) -%}
  {%- set tables = ozmeta_runtime.purged_tables(nodes, rules, "select PG_ObjectKey from " ~ kept.tombstones ~ " "
      ~ of_binding, "select PG_ObjectID as object_id, PG_TenantID as tenant from " ~ kept.tombstones ~ " "
      ~ of_binding) -%}
  {%- set notifications = ozmeta_runtime.notification_table() -%}
  {%- if 'runtime_signal' in tables and notifications.exists -%}
    {%- set part = tables.runtime_signal -%}
    {%- do ozmeta_runtime.write_at_once("delete from " ~ notifications.table ~ " where NT_Binding = " ~ name
        ~ " and NT_Key in (select _Key from " ~ part.table ~ " where " ~ part.condition ~ ")") -%}
  {%- endif -%}
  {%- set deletions = [] -%}
  {%- for part in tables.values() -%}
    {%- do deletions.append("delete from " ~ part.table ~ " where " ~ part.condition) -%}
  {%- endfor -%}
  {%- do ozmeta_runtime.write_at_once(*deletions) -%}
  {#- Else the next run would take rows that are gone for lost ones, and read the journals from the beginning. -#}
  {%- set empty = [] -%}
  {%- for part in tables.values() -%}
    {%- if not run_query("select " ~ ozmeta_runtime.row_exists(part.table)).rows[0][0] | int -%}
      {%- do empty.append(' ' ~ ozmeta_runtime.empty_relation_mark(part.table)) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if empty -%}
    {%- set marked = ozmeta_runtime.concat_text(['_DefinitionHash', ozmeta_runtime.text_literal(empty | join(''))]) -%}
    {%- set last = run_query("select max(RUN_Batch) from " ~ log).rows[0][0] | int -%}
    {%- do ozmeta_runtime.write_at_once("update " ~ log ~ " set _DefinitionHash = " ~ marked
        ~ " where RUN_Batch = " ~ last) -%}
  {%- endif -%}
{% endmacro %}

{# Prints what goes and what stays, in sentences. planned: see purge_plan #}
{% macro tell_purge(binding, planned, dry_run) %}
  {%- if planned.get('no_run') -%}
    {%- do print(binding ~ ": no completed run yet, so there is nothing to purge") -%}
    {%- do return('') -%}
  {%- endif -%}
  {%- set verb = 'would go' if dry_run else 'go' -%}
  {%- do print(binding ~ ": objects that " ~ verb ~ ": " ~ planned.objects) -%}
  {%- for table, rows in planned.tables.items() -%}{%- do print("  " ~ table ~ ": " ~ rows ~ " rows") -%}{%- endfor -%}
  {%- for why, objects in planned.stays.items() -%}
    {%- do print("  stay, " ~ planned.reasons[why] ~ ": " ~ objects) -%}
  {%- endfor -%}
{% endmacro %}

{# {why an object stays: in words}, in the order in which purgeable_objects asks. #}
{% macro reasons_to_stay() %}
  {%- do return({
      'Held': 'under a legal hold', 'NotTerminal': 'not in a terminal state',
      'Unread': 'with rows that no completed run has used: run dbt', 'Pending': 'with an event in the future',
      'Open': 'with an open timer, escalation or approval', 'NoDays': 'because nothing says how long they are kept',
      'Recent': 'because their last event is too recent', 'Signal': 'because a signal is to be kept'}) -%}
{% endmacro %}
