{#
A term of `order by` that puts nulls first.
expression: SQL expression
#}
{% macro nulls_first(expression) -%}
  {{ adapter.dispatch('nulls_first', 'ozmeta_runtime')(expression) }}
{%- endmacro %}

{% macro default__nulls_first(expression) -%}
  {{ expression }} nulls first
{%- endmacro %}

{#
Terms of `order by` that put nulls last. `desc` may follow.
expression: SQL expression
#}
{% macro nulls_last(expression) -%}
  case when {{ expression }} is null then 1 else 0 end, {{ expression }}
{%- endmacro %}

{#
Window function: the last value in the frame that is not null.
expression: SQL expression
over: the window specification, without parentheses
#}
{% macro last_value_ignoring_nulls(expression, over) -%}
  {{ adapter.dispatch('last_value_ignoring_nulls', 'ozmeta_runtime')(expression, over) }}
{%- endmacro %}

{% macro default__last_value_ignoring_nulls(expression, over) -%}
  last_value({{ expression }} ignore nulls) over ({{ over }})
{%- endmacro %}
