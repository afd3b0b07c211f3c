{#
Operation that `ozmeta-dbt erase` calls first (spec 8.7): what the tables contain about an object or a person, and
whether the journal still contains it. It writes nothing.

Arguments
  binding      string: the binding's name, as in the names of its models
  config       dict: how its journals are read, see erasure_journal
  who          dict: object and tenant?, or actor; see erasure_tables
  replacement  string: what the journal has in the place of an erased actor
Prints         dict:
                 tables   {name of a table: number of rows to overwrite}
                 objects  number of objects that have such rows
                 held     number of journal rows that still hold it
                 named    number of live escalations in which MetaDB names the person
                 journals [name of the table of a journal]
                 columns  {EJ_Actor, EJ_ObjectID: the journal's own name of the column}
                 as_of    of the last completed run, in microseconds since 1970; none before the first
                 models   [name of a model that is to run]
Errors         see erasure_journal
#}
{% macro erase_plan(binding, config, who, replacement) %}
  {%- set nodes = ozmeta_runtime.bindings()[binding] -%}
  {%- set rules = ozmeta_runtime.retention_rules(nodes.timeline) -%}
  {%- set config = ozmeta_runtime.erasure_journal(config) -%}
  {%- set found = {'tables': {}, 'objects': 0, 'held': 0, 'named': 0, 'as_of': none, 'journals': [], 'models': [],
      'columns': config.journals[0].columns} -%}
  {%- for journal in config.journals -%}{%- do found.journals.append(journal.relation | string) -%}{%- endfor -%}
  {%- for node in nodes.values() | list + ozmeta_runtime.helper_models(nodes).values() | list
      if node.name not in found.models -%}
    {%- do found.models.append(node.name) -%}
  {%- endfor -%}
  {%- set log = load_relation(ozmeta_runtime.relation_of(nodes.run)) -%}
  {%- if log -%}
    {%- set as_of = run_query("select max(" ~ ozmeta_runtime.to_micros('RUN_AsOfUTC') ~ ") from " ~ log).rows[0][0] -%}
    {%- do found.update({'as_of': as_of | int if as_of is not none else none}) -%}
  {%- endif -%}
  {%- if found.as_of is not none -%}
    {%- for model, part in ozmeta_runtime.erasure_tables(nodes, who).items() -%}
      {%- set rows = run_query("select count(*) from " ~ part.table ~ " where " ~ part.condition).rows[0][0] | int -%}
      {%- if rows -%}{%- do found.tables.update({nodes[model].name: rows}) -%}{%- endif -%}
    {%- endfor -%}
    {%- set objects = ozmeta_runtime.objects_to_erase(binding, nodes, rules, who) -%}
    {%- set count = run_query("select count(*) from (" ~ objects ~ ") as objects").rows[0][0] | int -%}
    {%- do found.update({'objects': count}) -%}
    {%- if who.get('actor') is not none and 'escalation_queue' in nodes -%}
      {%- set named = "_DeleteDate is null and (" ~ ozmeta_runtime.names_person('EQ_AssignedToPrincipal', who.actor)
          ~ " or " ~ ozmeta_runtime.names_person('EQ_Notes', who.actor) ~ ")" -%}
      {%- do found.update({'named': run_query("select count(*) from "
          ~ ozmeta_runtime.relation_of(nodes.escalation_queue) ~ " where " ~ named).rows[0][0] | int}) -%}
    {%- endif -%}
  {%- endif -%}
  {%- if who.get('actor') is not none -%}
    {%- set parts = ["(not " ~ ozmeta_runtime.is_json_object('payload') ~ " and "
        ~ ozmeta_runtime.contains_text('payload', ozmeta_runtime.text_literal(who.actor)) ~ ")"] -%}
    {%- for column in ['EJ_Actor', 'payload', 'EJ_CorrelationID', 'EJ_CausationID', 'EJ_SourceKey'] -%}
      {%- do parts.append(ozmeta_runtime.names_person(column, who.actor)) -%}
    {%- endfor -%}
    {%- set question = "select count(*) from (" ~ ozmeta_runtime.erasure_events(config, parts | join(' or '))
        ~ ") as events" -%}
  {%- else -%}
    {%- set where = "EJ_ObjectID = " ~ ozmeta_runtime.text_literal(who.object) -%}
    {%- if who.get('tenant') is not none -%}
      {%- set where = where ~ " and _TenantID = " ~ ozmeta_runtime.text_literal(who.tenant) -%}
    {%- endif -%}
    {#- A payload counts as overwritten if its row differs from what the timeline has read. -#}
    {%- set question -%}
      select count(*)
      from ({{ ozmeta_runtime.erasure_events(config, where) }}) as events
      left join {{ ozmeta_runtime.relation_of(nodes.timeline) }} as timeline
        on timeline._ObjectKey = events._ObjectKey and timeline.EJ_ID = events.EJ_ID
      where events.EJ_Actor <> {{ ozmeta_runtime.text_literal(replacement) }}
        or (events.has_parts = 1 and events.content = timeline.TL_ContentHash)
    {%- endset -%}
  {%- endif -%}
  {%- do found.update({'held': run_query(question).rows[0][0] | int}) -%}
  {%- do ozmeta_runtime.print_answer(found) -%}
{% endmacro %}
