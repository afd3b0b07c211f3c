{# Whether only an event at which the start rule turns true starts the timer. #}
{% macro must_become_true(sla) %}
  {%- do return(sla.get('trigger') == 'becomesTrue' and sla.get('start') is not none) -%}
{% endmacro %}
