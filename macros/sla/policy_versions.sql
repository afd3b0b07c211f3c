{#
The versions of an SLA's policy, in ascending order (spec 5.14). What a version leaves out is the policy's own, so each
one here is complete. The first has no `from`: it is the policy itself, unless the SLA's first version has no `from`.

sla: see sla_cycle
Returns: [{name, from, target_minutes, warn_minutes, targets, calendar}]; name, warn_minutes and calendar may be none,
targets may be empty
#}
{% macro policy_versions(sla) %}
  {%- set given = sla.get('versions') or [] -%}
  {%- set found = [] -%}
  {%- for version in (given if given and not given[0].get('from') else [{}] + given) -%}
    {%- do found.append({
        'name': version.get('name'),
        'from': version.get('from'),
        'target_minutes': version.get('target_minutes', sla.target_minutes),
        'warn_minutes': version.get('warn_minutes', sla.get('warn_minutes')),
        'targets': version.get('targets', sla.get('targets')) or [],
        'calendar': version.get('calendar', sla.get('calendar'))}) -%}
  {%- endfor -%}
  {%- do return(found) -%}
{% endmacro %}
