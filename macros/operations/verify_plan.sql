{#
`ozmeta-dbt verify` compares the incremental tables with tables that are rebuilt from the journal (spec 9.1). It runs
in the user's own warehouse, in three steps:

  verify_plan     finds the tables and the as_of of their last run; runs with the user's own profile
  dbt run         rebuilds the same models as of the same instant, over the sampled objects, with --full-refresh and a
                  copy of the profile whose schema ends in __ozmeta_verify
  verify_compare  compares the two; runs with the copy of the profile

Operation verify_plan. Arguments
  wanted      list of string: names of bindings, see binding_named; empty for all bindings
  for_impact  boolean: whether to ask for `reach` and `unbound`, which read all events
Prints
  bindings   {binding: {
               models: {model: [database, schema, identifier, name]}, without the run log,
               log: [database, schema, identifier, name] of the run log,
               batch: number of the last completed run; 0 before the first,
               as_of: of that run, in microseconds since 1970; absent before the first,
               journals: {journal: watermark of that run in microseconds since 1970, or none},
               helpers: {name in helper_models: [database, schema, identifier, name]},
               unfinished: [name of a model that has rows of a later, failed run],
               missing: [name of a model that has no table],
               reach: [the latest _SyncDate of the rows that runs have read, in microseconds since 1970]
             }}
  unclaimed  see unclaimed_sentences
  unbound    see unbound_objects
Errors       see binding_named
#}
{% macro verify_plan(wanted=[], for_impact=false) %}
  {%- set plan, known, chosen = {}, ozmeta_runtime.bindings(), [] -%}
  {%- for given in wanted -%}
    {%- do chosen.append(ozmeta_runtime.binding_named(given | string, known)) -%}
  {%- endfor -%}
  {%- for binding, models in known.items() if not wanted or binding in chosen -%}
    {%- set entry = {'models': {}, 'helpers': {}, 'journals': {}, 'batch': 0, 'unfinished': [],
        'missing': [], 'reach': []} -%}
    {%- do entry.update({'log': [models.run.database, models.run.schema, models.run.alias, models.run.name]}) -%}
    {%- set log = load_relation(ozmeta_runtime.relation_of(models.run)) -%}
    {%- if log -%}
      {%- set last_run -%}
        select
          RUN_Batch,
          RUN_Journal,
          {{ ozmeta_runtime.to_micros('RUN_AsOfUTC') }},
          {{ ozmeta_runtime.to_micros('RUN_WatermarkUTC') }}
        from {{ log }}
        where {{ ozmeta_runtime.last_run(log) }}
      {%- endset -%}
      {%- for row in run_query(last_run).rows -%}
        {%- do entry.update({'batch': row[0] | int, 'as_of': row[2] | int}) -%}
        {%- do entry.journals.update({row[1]: row[3] | int if row[3] is not none else none}) -%}
      {%- endfor -%}
    {%- endif -%}
    {%- for model, node in models.items() if model != 'run' -%}
      {%- do entry.models.update({model: [node.database, node.schema, node.alias, node.name]}) -%}
      {%- if entry.batch -%}
        {%- set relation = load_relation(ozmeta_runtime.relation_of(node)) -%}
        {%- if not relation -%}{%- do entry.missing.append(node.name) -%}
        {%- elif (run_query("select max(_Batch) from " ~ relation).rows[0][0] or 0) > entry.batch -%}
          {%- do entry.unfinished.append(node.name) -%}
        {%- endif -%}
        {%- if relation and for_impact and model in ['timeline', 'quarantine'] -%}
          {%- set arrival = "max(" ~ ozmeta_runtime.to_micros("_SyncDate") ~ ")" -%}
          {%- set synced = "not " ~ ozmeta_runtime.is_true("TL_IsUnsynced") if model == 'timeline' else "1 = 1" -%}
          {%- set latest = run_query("select " ~ arrival ~ " from " ~ relation ~ " where " ~ synced).rows[0][0] -%}
          {%- if latest is not none -%}{%- do entry.reach.append(latest | int) -%}{%- endif -%}
        {%- endif -%}
      {%- endif -%}
    {%- endfor -%}
    {%- for helper, node in ozmeta_runtime.helper_models(models).items() -%}
      {%- do entry.helpers.update({helper: [node.database, node.schema, node.alias, node.name]}) -%}
      {%- if entry.batch and not load_relation(ozmeta_runtime.relation_of(node)) -%}
        {%- do entry.missing.append(node.name) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do plan.update({binding: entry}) -%}
  {%- endfor -%}
  {%- do ozmeta_runtime.print_answer({
      'bindings': plan,
      'unclaimed': none if for_impact else ozmeta_runtime.unclaimed_sentences(),
      'unbound': ozmeta_runtime.unbound_objects() if for_impact else {},
  }) -%}
{% endmacro %}
