{#
The different lists of conditional targets that the versions of an SLA's policy have, each once (spec 5.13).
sla: see sla_cycle
Returns: [[{when, target_minutes, warn_minutes}]]
#}
{% macro target_lists(sla) %}
  {%- set found = [] -%}
  {%- for version in ozmeta_runtime.policy_versions(sla) if version.targets and version.targets not in found -%}
    {%- do found.append(version.targets) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}

{# The greatest number of such lists that any of these SLAs has. #}
{% macro most_target_lists(slas) %}
  {%- set counts = [0] -%}
  {%- for sla in slas -%}{%- do counts.append(ozmeta_runtime.target_lists(sla) | length) -%}{%- endfor -%}
  {%- do return(counts | max) -%}
{% endmacro %}

{# SQL: the number of the first target in a list whose condition is true on the event, or 0.
   targets: [{when}]; columns: the columns of the rules' fields #}
{% macro asked_target(targets, columns) -%}
  case
  {%- for target in targets %} when {{ ozmeta_runtime.rule_sql(target.when, columns) }} then {{ loop.index }}
  {%- endfor %} else 0 end
{%- endmacro %}
