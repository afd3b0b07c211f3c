{#
A condition as the value of a boolean column. An unknown condition becomes false.
condition: SQL condition
#}
{% macro boolean_column(condition) -%}
  {{ adapter.dispatch('boolean_column', 'ozmeta_runtime')(condition) }}
{%- endmacro %}

{% macro default__boolean_column(condition) -%}
  coalesce({{ condition }}, false)
{%- endmacro %}

{#
A boolean column as a condition.
column: SQL of a boolean column
#}
{% macro is_true(column) -%}
  {{ adapter.dispatch('is_true', 'ozmeta_runtime')(column) }}
{%- endmacro %}

{% macro default__is_true(column) -%}
  {{ column }}
{%- endmacro %}

{#
A condition as a boolean value. An unknown condition becomes null.
condition: SQL condition
#}
{% macro boolean_expression(condition) -%}
  {{ adapter.dispatch('boolean_expression', 'ozmeta_runtime')(condition) }}
{%- endmacro %}

{% macro default__boolean_expression(condition) -%}
  {{ condition }}
{%- endmacro %}

{#
A boolean literal.
value: bool
#}
{% macro boolean_literal(value) -%}
  {{ adapter.dispatch('boolean_literal', 'ozmeta_runtime')(value) }}
{%- endmacro %}

{% macro default__boolean_literal(value) -%}
  {{ 'true' if value else 'false' }}
{%- endmacro %}

{#
A condition that equals `yes` where `condition` is true, and `no` elsewhere.
condition, yes, no: SQL conditions; `condition` is never unknown
#}
{% macro boolean_case(condition, yes, no) -%}
  {{ adapter.dispatch('boolean_case', 'ozmeta_runtime')(condition, yes, no) }}
{%- endmacro %}

{% macro default__boolean_case(condition, yes, no) -%}
  (case when {{ condition }} then {{ yes }} else {{ no }} end)
{%- endmacro %}
