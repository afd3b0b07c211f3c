{#
The greatest number of escalation levels that any of these SLAs has, an integer. The columns ST_Level1AtUTC,
ST_Level2AtUTC and so on hold the instants of the levels.

slas: see sla_cycle
#}
{% macro level_numbers(slas) %}
  {%- set counts = [0] -%}
  {%- for sla in slas -%}{%- do counts.append(sla.levels | length) -%}{%- endfor -%}
  {%- do return(counts | max) -%}
{% endmacro %}
