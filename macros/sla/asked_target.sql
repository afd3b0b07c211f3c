{# SQL: the number of the first target in a list whose condition is true on the event, or 0.
   targets: [{when}]; columns: the columns of the rules' fields #}
{% macro asked_target(targets, columns) -%}
  case
  {%- for target in targets %} when {{ ozmeta_runtime.rule_sql(target.when, columns) }} then {{ loop.index }}
  {%- endfor %} else 0 end
{%- endmacro %}
