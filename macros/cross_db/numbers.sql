{# SPEC 4.7, casts: what does not fit is null, never an error. Datetimes are epoch microseconds inside rules. #}
{# text -> a rule type: number (double), boolean, datetime (bigint micros) or text. #}
{% macro cast_text(text, type) %}
  {%- if type == 'number' -%}{{ ozmeta_runtime.to_number(text) }}
  {%- elif type == 'boolean' -%}(case lower({{ text }}) when 'true' then {{ ozmeta_runtime.boolean_literal(true) }} when 'false' then {{ ozmeta_runtime.boolean_literal(false) }} end)
  {%- elif type == 'datetime' -%}({{ ozmeta_runtime.iso_to_micros(text) }})
  {%- else -%}({{ text }}){%- endif -%}
{% endmacro %}

{# '-?digits[.digits]' -> double #}
{% macro to_number(text) %}{{ adapter.dispatch('to_number', 'ozmeta_runtime')(text) }}{% endmacro %}

{# double -> text, whole numbers without a point #}
{% macro number_to_text(number) %}{{ adapter.dispatch('number_to_text', 'ozmeta_runtime')(number) }}{% endmacro %}

{# left sign right, for doubles; null where that is no finite number. sign: + - * / #}
{% macro arithmetic(left, sign, right) %}{{ adapter.dispatch('arithmetic', 'ozmeta_runtime')(left, sign, right) }}{% endmacro %}

{% macro default__arithmetic(left, sign, right) %}{{ ozmeta_runtime.finite("(" ~ left ~ " " ~ sign ~ " " ~ right ~ ")") }}{% endmacro %}

{# double -> double, null for what is no finite number: dividing by zero, overflow #}
{% macro finite(number) %}{{ adapter.dispatch('finite', 'ozmeta_runtime')(number) }}{% endmacro %}

{# The text of a row version -> bigint. What is no whole number is absent; one too large for a bigint is no object's version, so -1. #}
{% macro to_version(text) %}{{ adapter.dispatch('to_version', 'ozmeta_runtime')(text) }}{% endmacro %}

{# A journal column of declared type `dtype` -> bigint; a text that is no whole number becomes null. #}
{% macro to_integer(column, dtype) %}{{ adapter.dispatch('to_integer', 'ozmeta_runtime')(column, dtype) }}{% endmacro %}

{# Arithmetic on time is arithmetic on epoch microseconds: no two engines agree on their date functions. #}
{# Whole-number division that rounds down. #}
{% macro floor_div(number, divisor) %}{{ adapter.dispatch('floor_div', 'ozmeta_runtime')(number, divisor) }}{% endmacro %}

{% macro default__floor_div(number, divisor) %}cast(floor({{ number }} / {{ divisor }}.0) as {{ dbt.type_bigint() }}){% endmacro %}

{# Words that some engine spells in its own way. #}
{# The remainder of a whole number. #}
{% macro modulo(number, divisor) %}{{ adapter.dispatch('modulo', 'ozmeta_runtime')(number, divisor) }}{% endmacro %}

{% macro default__modulo(number, divisor) %}mod({{ number }}, {{ divisor }}){% endmacro %}
