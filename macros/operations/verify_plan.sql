{#
Operations behind `ozmeta-dbt verify`: is what the incremental tables hold what the journal says? (SPEC 9.1, in the user's own warehouse)

  verify_plan     where the tables are, and as of when they are right; run with the user's own profile
  (dbt run)       the same models, --full-refresh, in a schema of their own, as of the same instant, over the sampled objects
  verify_compare  the one with the other; run, like the fold afresh, with the profile whose schema ends in __ozmeta_verify
#}
{# Arguments  wanted: bindings by name, in any spelling; all, without
   Answers    {bindings: {binding: …}, unclaimed: a sentence per object type that no binding claims, none where they were not counted} #}
{% macro verify_plan(wanted=[]) %}
  {%- set plan, known, chosen = {}, ozmeta_runtime.bindings(), [] -%}
  {%- for given in wanted -%}{%- do chosen.append(ozmeta_runtime.binding_named(given | string, known)) -%}{%- endfor -%}
  {%- for binding, models in known.items() if not wanted or binding in chosen -%}
    {%- set entry = {'models': {}, 'journals': {}, 'batch': 0, 'unfinished': []} -%}
    {%- set log = load_relation(ozmeta_runtime.relation_of(models.run)) -%}
    {%- if log -%}
      {%- for row in run_query("select RUN_Batch, RUN_Journal, " ~ ozmeta_runtime.to_micros('RUN_AsOfUTC') ~ ", " ~ ozmeta_runtime.to_micros('RUN_WatermarkUTC')
          ~ " from " ~ log ~ " where " ~ ozmeta_runtime.last_run(log)).rows -%}
        {%- do entry.update({'batch': row[0] | int, 'as_of': row[2] | int}) -%}
        {%- do entry.journals.update({row[1]: row[3] | int if row[3] is not none else none}) -%}
      {%- endfor -%}
    {%- endif -%}
    {%- for model, node in models.items() if model != 'run' -%}
      {%- set relation = load_relation(ozmeta_runtime.relation_of(node)) -%}
      {%- do entry.models.update({model: [node.database, node.schema, node.alias, node.name]}) -%}
      {%- if entry.batch and (not relation or (run_query("select max(_Batch) from " ~ relation).rows[0][0] or 0) > entry.batch) -%}{%- do entry.unfinished.append(node.name) -%}{%- endif -%}
    {%- endfor -%}
    {%- do plan.update({binding: entry}) -%}
  {%- endfor -%}
  {%- do ozmeta_runtime.print_answer({'bindings': plan, 'unclaimed': ozmeta_runtime.unclaimed_sentences()}) -%}
{% endmacro %}
