{# How many escalation levels the SLA with the most of them has: each has a column for its instant. #}
{% macro level_numbers(slas) %}
  {%- set counts = [0] -%}
  {%- for sla in slas -%}{%- do counts.append(sla.levels | length) -%}{%- endfor -%}
  {%- do return(counts | max) -%}
{% endmacro %}
