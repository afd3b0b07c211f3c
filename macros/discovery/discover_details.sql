{#
Operation that `ozmeta-dbt discover` calls once it knows the end states and the names of the fields: prints how long
objects took to get there, and how many values each field has.

Arguments
  journals      list, see discovery_journal
  object_types  list of string: only these object types; empty for all
  stream        'EJ_SourceSystem' or 'none', see timeline
  percentile    integer from 1 to 99: of the durations
  tenant_types  list of string: object types whose objects are known by tenant and id
  ends          {object type: [state]}
  replies       {object type: [event type]}
  fields        list of string: names of the object's fields
Prints
  {name: see report_answer}; no `fields` if there are none
#}
{% macro discover_details(journals, object_types=[], stream='EJ_SourceSystem', percentile=80, tenant_types=[], ends={},
                          replies={}, fields=[]) %}
  {%- set found = [] -%}
  {%- for given in journals -%}{%- do found.append(ozmeta_runtime.discovery_journal(given)) -%}{%- endfor -%}
  {%- set reading = ozmeta_runtime.discovery_reading(found,
      {'object_types': object_types, 'stream': stream, 'tenant_types': tenant_types}) -%}
  {%- set times = ozmeta_runtime.discovery_times(reading, percentile, ends, replies) -%}
  {%- set answers = {'times': ozmeta_runtime.report_answer(times)} -%}
  {%- if fields -%}
    {%- set values = ozmeta_runtime.discovery_fields(reading, fields) -%}
    {%- do answers.update({'fields': ozmeta_runtime.report_answer(values)}) -%}
  {%- endif -%}
  {%- do ozmeta_runtime.print_answer(answers) -%}
{% endmacro %}
