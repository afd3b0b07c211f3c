{#
Operation that `ozmeta-dbt verify` calls: compares the current tables with the rebuilt ones. See verify_plan.

Arguments
  plan                dict: `bindings` of the answer of verify_plan
  lookback_minutes    integer: the lookback of the journals
  show                integer: for how many differing objects of each binding the answer has all rows
  keep                boolean: whether to keep the rebuilt tables
Prints
  bindings            {binding: {
                        changed: [name of a model whose definition has changed since the last run],
                        left_out: [name of a model that counts all objects; it is compared only if all objects are],
                        waiting: number of objects with journal rows that no run has read yet,
                        models: {model: see compare_table},
                        facts: {object: {tables: current rows, afresh: rebuilt rows}}; see object_history. The rebuilt
                               rows include those of timer_story
                      }}
  calendars           {model: see compare_calendars}
#}
{% macro verify_compare(plan, lookback_minutes, show=3, keep=false) %}
  {%- set answer, calendars = {}, {} -%}
  {%- set known = ozmeta_runtime.bindings() -%}
  {%- for binding, entry in plan.items() -%}
    {%- set nodes = known[binding] -%}
    {%- set found = {'changed': [], 'left_out': [], 'models': {}, 'facts': {}} -%}
    {%- set current, rebuilt = {}, {} -%}
    {#- The signal log depends on when runs took place, so it cannot be rebuilt from the journal. -#}
    {%- for model, names in entry.models.items() if model != 'runtime_signal' -%}
      {%- set relation = api.Relation.create(database=names[0], schema=names[1], identifier=names[2]) -%}
      {%- do current.update({model: relation}) -%}
      {%- do rebuilt.update({model: ozmeta_runtime.relation_of(nodes[model])}) -%}
      {%- if model not in ('quarantine', 'journal')
          and ozmeta_runtime.definition_changed(model, current[model], rebuilt[model]) -%}
        {%- do found.changed.append(names[3]) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- set waiting = ozmeta_runtime.waiting_objects(current, rebuilt, entry.journals, lookback_minutes) -%}
    {%- set count = run_query("select count(*) from (" ~ waiting ~ ") as waiting").rows[0][0] | int -%}
    {%- do found.update({'waiting': count}) -%}
    {%- set objects = [] -%}
    {%- set slice = var('ozmeta_verify', {}) -%}
    {#- "g" lies above every hash -#}
    {%- set are_all = not count and not slice.get('objects') and slice.get('below', 'g') == 'g' -%}
    {%- for model in current if not (are_all or ozmeta_runtime.object_column(model)) -%}
      {%- do found.left_out.append(entry.models[model][3]) -%}
    {%- endfor -%}
    {%- for model in current if entry.models[model][3] not in found.left_out -%}
      {%- set outcome = ozmeta_runtime.compare_table(model, nodes[model], current[model], rebuilt[model], waiting) -%}
      {%- do found.models.update({model: outcome}) -%}
      {%- for object in outcome.first if object not in objects and objects | length < show -%}
        {%- do objects.append(object) -%}
      {%- endfor -%}
    {%- endfor -%}
    {%- for object in objects -%}
      {%- set afresh = ozmeta_runtime.object_history(rebuilt, nodes, [object]) -%}
      {%- do afresh.update(ozmeta_runtime.timer_story(nodes, rebuilt, afresh, entry.as_of)) -%}
      {%- do found.facts.update({object: {
          'tables': ozmeta_runtime.object_history(current, nodes, [object]),
          'afresh': afresh,
      }}) -%}
    {%- endfor -%}
    {%- do answer.update({binding: found}) -%}
    {%- set helpers = ozmeta_runtime.helper_models(nodes) -%}
    {%- for model, names in entry.helpers.items() if model != 'sla_elapsed' and names[3] not in calendars -%}
      {%- set relation = api.Relation.create(database=names[0], schema=names[1], identifier=names[2]) -%}
      {%- set outcome = ozmeta_runtime.compare_calendars(
          model, relation, ozmeta_runtime.relation_of(helpers[model])) -%}
      {%- do calendars.update({names[3]: outcome}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- if not keep -%}{%- do ozmeta_runtime.verify_clean() -%}{%- endif -%}
  {%- do ozmeta_runtime.print_answer({'bindings': answer, 'calendars': calendars}) -%}
{% endmacro %}

{#
Whether a current row has a definition that no rebuilt row has. False if there are no rebuilt rows. The key of a cycle's
calendar is left out: a cycle that a changed calendar does not concern keeps the old key (see changed_cycles).

Arguments
  model      string: the model's name without the binding
  current    relation: the table of the user's runs
  rebuilt    relation: the table that verify has built
#}
{% macro definition_changed(model, current, rebuilt) %}
  {%- set condition -%}
    {{ ozmeta_runtime.substring('_DefinitionHash', 1, 25) }}
      not in (select {{ ozmeta_runtime.substring('_DefinitionHash', 1, 25) }} from {{ rebuilt }})
    {{ ozmeta_runtime.is_live(model) }}
    {%- if ozmeta_runtime.object_column(model) %}
    {{ ozmeta_runtime.verified_slice(ozmeta_runtime.object_column(model)) }}
    {%- endif %}
    and exists (select 1 from {{ rebuilt }})
  {%- endset -%}
  {%- set exists = run_query("select " ~ ozmeta_runtime.row_exists(current, condition)).rows[0][0] -%}
  {%- do return(exists | int == 1) -%}
{% endmacro %}

{#
Compares calendar_window or calendar_piece with the rebuilt table. The rows of calendars whose definition has changed
stay until a full refresh, and no model reads them, so they are left out.

Arguments
  model      'calendar_window' or 'calendar_piece'
  current    relation: the table of the user's runs
  rebuilt    relation: the table that verify has built
Returns      dict:
               rows               number of current rows
               differing_rows     number of rows that differ, are missing or are extra
               calendars          [code of a calendar that has such rows]
#}
{% macro compare_calendars(model, current, rebuilt) %}
  {%- set prefix, names = 'CW' if model == 'calendar_window' else 'CP', [] -%}
  {%- for column in adapter.get_columns_in_relation(rebuilt) -%}
    {%- do names.append(ozmeta_runtime.quote_name(column.name)) -%}
  {%- endfor -%}
  {%- set condition = " where " ~ prefix ~ "_Calendar in (select " ~ prefix ~ "_Calendar from " ~ rebuilt ~ ")" -%}
  {%- set current_rows = "select " ~ names | join(', ') ~ " from " ~ current ~ condition -%}
  {%- set rebuilt_rows = "select " ~ names | join(', ') ~ " from " ~ rebuilt -%}
  {%- set differing -%}
    select * from ({{ current_rows }} {{ dbt.except() }} {{ rebuilt_rows }}) as extra_rows
    union all
    select * from ({{ rebuilt_rows }} {{ dbt.except() }} {{ current_rows }}) as missing_rows
  {%- endset -%}
  {%- set codes = [] -%}
  {%- for row in run_query("select " ~ prefix ~ "_Code, count(distinct _Key) from (" ~ differing
      ~ ") as differing group by " ~ prefix ~ "_Code order by " ~ prefix ~ "_Code").rows -%}
    {%- do codes.append([row[0], row[1] | int]) -%}
  {%- endfor -%}
  {%- do return({
      'rows': run_query("select count(*) from " ~ current ~ condition).rows[0][0] | int,
      'differing_rows': codes | map(attribute=1) | sum,
      'calendars': codes | map(attribute=0) | list,
  }) -%}
{% endmacro %}
