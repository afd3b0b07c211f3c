{#
Operation that `ozmeta-dbt discover` calls first: prints what the journals contain. Each answer is one query, which the
warehouse aggregates; only the fields of some payloads leave it.

Arguments
  journals      list, see discovery_journal
  object_types  list of string: only these object types; empty for all
  stream        'EJ_SourceSystem' or 'none', see timeline
  percentile    integer from 1 to 99: of the durations
  most_states   integer: if an object type has more states, only types and statements are answered
  payloads      integer: how many payloads of each object type to take
Prints
  {journals: [see discovery_journal, without journal], answers: {name: see report_answer}}; no answers if a journal does
  not exist or lacks a column
#}
{% macro discover_facts(journals, object_types=[], stream='EJ_SourceSystem', percentile=80, most_states=200,
                        payloads=1000) %}
  {%- set found, shown, answers, too_many = [], [], {}, [] -%}
  {%- for given in journals -%}
    {%- do found.append(ozmeta_runtime.discovery_journal(given)) -%}
    {%- set of_journal = {} -%}
    {%- for key, value in found[-1].items() if key != 'journal' -%}
      {%- do of_journal.update({key: value}) -%}
    {%- endfor -%}
    {%- do shown.append(of_journal) -%}
  {%- endfor -%}
  {%- set unreadable = (found | rejectattr('exists') | list) + (found | selectattr('missing') | list) -%}
  {%- if not unreadable -%}
    {%- set options = {'object_types': object_types, 'stream': stream, 'tenant_types': []} -%}
    {%- set all_rows = ozmeta_runtime.discovery_reading(found, options) -%}
    {%- do answers.update({'types': ozmeta_runtime.report_answer(ozmeta_runtime.discovery_types(all_rows))}) -%}
    {%- set tenant_types = [] -%}
    {%- for row in answers.types.rows if row[0] is not none and row[4] | int == 0 -%}
      {%- do tenant_types.append(row[0]) -%}
    {%- endfor -%}
    {%- set reading = dict(all_rows, tenant_types=tenant_types) -%}
    {%- do answers.update({
        'statements': ozmeta_runtime.report_answer(ozmeta_runtime.discovery_statements(reading))}) -%}
    {%- for row in answers.statements.rows if row[-1] | int > most_states -%}
      {%- do too_many.append(row[0]) -%}
    {%- endfor -%}
    {%- if answers.statements.rows and not too_many -%}
      {%- do answers.update({
          'event_types': ozmeta_runtime.report_answer(ozmeta_runtime.discovery_event_types(reading)),
          'states': ozmeta_runtime.report_answer(ozmeta_runtime.discovery_states(reading, percentile)),
          'moves': ozmeta_runtime.report_answer(ozmeta_runtime.discovery_moves(reading, percentile)),
          'payloads': ozmeta_runtime.report_answer(ozmeta_runtime.discovery_payloads(reading, payloads))}) -%}
    {%- endif -%}
  {%- endif -%}
  {%- do ozmeta_runtime.print_answer({'journals': shown, 'answers': answers}) -%}
{% endmacro %}
