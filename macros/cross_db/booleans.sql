{# A condition as a boolean column, false where it is unknown. #}
{% macro boolean_column(condition) %}{{ adapter.dispatch('boolean_column', 'ozmeta_runtime')(condition) }}{% endmacro %}

{% macro default__boolean_column(condition) %}coalesce({{ condition }}, false){% endmacro %}

{# A boolean column as a condition. #}
{% macro is_true(column) %}{{ adapter.dispatch('is_true', 'ozmeta_runtime')(column) }}{% endmacro %}

{% macro default__is_true(column) %}{{ column }}{% endmacro %}

{# A condition as a value, unknown as null; a boolean literal; and the condition that is one where `condition` holds and another where it doesn't. #}
{% macro boolean_expression(condition) %}{{ adapter.dispatch('boolean_expression', 'ozmeta_runtime')(condition) }}{% endmacro %}

{% macro default__boolean_expression(condition) %}{{ condition }}{% endmacro %}

{% macro boolean_literal(value) %}{{ adapter.dispatch('boolean_literal', 'ozmeta_runtime')(value) }}{% endmacro %}

{% macro default__boolean_literal(value) %}{{ 'true' if value else 'false' }}{% endmacro %}

{% macro boolean_case(condition, yes, no) %}{{ adapter.dispatch('boolean_case', 'ozmeta_runtime')(condition, yes, no) }}{% endmacro %}

{% macro default__boolean_case(condition, yes, no) %}(case when {{ condition }} then {{ yes }} else {{ no }} end){% endmacro %}
