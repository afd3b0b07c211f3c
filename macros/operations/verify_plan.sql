{#
`ozmeta-dbt verify` compares the incremental tables with tables that are rebuilt from the journal (spec 9.1). It runs
in the user's own warehouse, in three steps:

  verify_plan     finds the tables and the as_of of their last run; runs with the user's own profile
  dbt run         rebuilds the same models as of the same instant, over the sampled objects, with --full-refresh and a
                  copy of the profile whose schema ends in __ozmeta_verify
  verify_compare  compares the two; runs with the copy of the profile

Operation verify_plan. Arguments
  wanted    list of string: names of bindings, see binding_named; empty for all bindings
Prints
  bindings   {binding: {
               models: {model: [database, schema, identifier, name]}, without the run log,
               batch: number of the last completed run; 0 before the first,
               as_of: of that run, in microseconds since 1970; absent before the first,
               journals: {journal: watermark of that run in microseconds since 1970, or none},
               helpers: {name in helper_models: [database, schema, identifier, name]},
               unfinished: [name of a model that has rows of a later, failed run, or no table]
             }}
  unclaimed  see unclaimed_sentences
Errors       see binding_named
#}
{% macro verify_plan(wanted=[]) %}
  {%- set plan, known, chosen = {}, ozmeta_runtime.bindings(), [] -%}
  {%- for given in wanted -%}
    {%- do chosen.append(ozmeta_runtime.binding_named(given | string, known)) -%}
  {%- endfor -%}
  {%- for binding, models in known.items() if not wanted or binding in chosen -%}
    {%- set entry = {'models': {}, 'helpers': {}, 'journals': {}, 'batch': 0, 'unfinished': []} -%}
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
        {%- set newest = run_query("select max(_Batch) from " ~ relation).rows[0][0] or 0 if relation -%}
        {%- if not relation or newest > entry.batch -%}{%- do entry.unfinished.append(node.name) -%}{%- endif -%}
      {%- endif -%}
    {%- endfor -%}
    {%- for helper, node in ozmeta_runtime.helper_models(models).items() -%}
      {%- do entry.helpers.update({helper: [node.database, node.schema, node.alias, node.name]}) -%}
      {%- if entry.batch and not load_relation(ozmeta_runtime.relation_of(node)) -%}
        {%- do entry.unfinished.append(node.name) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do plan.update({binding: entry}) -%}
  {%- endfor -%}
  {%- do ozmeta_runtime.print_answer({'bindings': plan, 'unclaimed': ozmeta_runtime.unclaimed_sentences()}) -%}
{% endmacro %}
