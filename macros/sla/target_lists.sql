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
