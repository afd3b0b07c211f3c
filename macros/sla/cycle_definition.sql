{#
The definitions of the SLAs, in two parts (spec 5.14, 8.3): what concerns every cycle, and what concerns only the cycles
of one version. A run folds everything again if the first part changes. Otherwise `changed_cycles` finds the cycles that
a changed version or calendar concerns.

Only what a level's threshold depends on is part of the definition, not who is notified.

Arguments  see sla_cycle
Returns    a literal: the part that concerns every cycle
#}
{% macro cycle_definition(journal_config, workflow, slas, report_fields) %}
  {%- set schedules = [] -%}
  {%- for sla in slas -%}
    {%- set levels = [] -%}
    {%- for level in sla.levels -%}
      {%- do levels.append([level.level, level.signal, level.after_minutes]
          + (['unless_acknowledged'] if level.get('unless_acknowledged') else [])) -%}
    {%- endfor -%}
    {%- set rest = {} -%}
    {%- for key, value in sla.items() if key not in ['levels', 'versions'] -%}{%- do rest.update({key: value}) -%}
    {%- endfor -%}
    {%- do schedules.append([rest, levels]) -%}
  {%- endfor -%}
  {%- do return([journal_config, workflow.terminal, schedules, report_fields,
      ozmeta_runtime.service_level_features(slas).is_timed]) -%}
{% endmacro %}
