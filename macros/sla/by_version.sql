{# SQL that depends on the version at an event: the last whose `from` is not after it.
   sla: see sla_cycle; values: [SQL], one for each version of policy_versions; at: SQL of the event's instant #}
{% macro by_version(sla, values, at='TL_EffectiveUTC') %}
  {%- if values | unique | list | length == 1 -%}{%- do return(values[0]) -%}{%- endif -%}
  {%- set cases = [] -%}
  {%- for version in ozmeta_runtime.policy_versions(sla) if version['from'] -%}
    {%- do cases.insert(0, "when " ~ at ~ " >= " ~ ozmeta_runtime.timestamp_literal(version['from'])
        ~ " then " ~ values[loop.index]) -%}
  {%- endfor -%}
  {%- do return("case " ~ cases | join(" ") ~ " else " ~ values[0] ~ " end") -%}
{% endmacro %}
