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

{#
SQL of a text: a hash of what the version of a cycle says, by which `changed_cycles` recognizes cycles that a changed
version concerns. It is the second part of the cycle's _DefinitionHash.

slas: see sla_cycle; code, start: SQL of the cycle's SL_Code and start
#}
{% macro version_hash(slas, code, start) %}
  {%- set cases = [] -%}
  {%- for sla in slas -%}
    {%- set hashes = [] -%}
    {%- for version in ozmeta_runtime.policy_versions(sla) -%}
      {%- set said = {} -%}
      {%- for key, value in version.items() if key != 'from' -%}{%- do said.update({key: value}) -%}{%- endfor -%}
      {%- do hashes.append("'" ~ local_md5(tojson(said, sort_keys=true))[:8] ~ "'") -%}
    {%- endfor -%}
    {%- do cases.append("when " ~ ozmeta_runtime.text_literal(sla.code) ~ " then "
        ~ ozmeta_runtime.by_version(sla, hashes, start)) -%}
  {%- endfor -%}
  {%- do return("case " ~ code ~ " " ~ cases | join(" ") ~ " end") -%}
{% endmacro %}
