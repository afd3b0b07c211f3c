{#
A text as a value of a rule type (SPEC 4.7). A text that does not fit the type becomes null, never an error.
text: SQL text
type: 'number' (double), 'boolean', 'datetime' (bigint, microseconds since 1970), or any other for text
#}
{% macro cast_text(text, type) -%}
  {%- if type == 'number' -%}
    {{ ozmeta_runtime.to_number(text) }}
  {%- elif type == 'boolean' -%}
    (case lower({{ text }})
      when 'true' then {{ ozmeta_runtime.boolean_literal(true) }}
      when 'false' then {{ ozmeta_runtime.boolean_literal(false) }}
    end)
  {%- elif type == 'datetime' -%}
    ({{ ozmeta_runtime.iso_to_micros(text) }})
  {%- else -%}
    ({{ text }})
  {%- endif -%}
{%- endmacro %}

{#
A text of the form `-?digits[.digits]` as a double; any other text becomes null.
text: SQL text
#}
{% macro to_number(text) -%}
  {{ adapter.dispatch('to_number', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{#
A double as text. An integer is written without a decimal point.
number: SQL double
#}
{% macro number_to_text(number) -%}
  {{ adapter.dispatch('number_to_text', 'ozmeta_runtime')(number) }}
{%- endmacro %}

{#
Arithmetic on doubles. The result is null if it is not a finite number.
left, right: SQL doubles
sign: one of + - * /
#}
{% macro arithmetic(left, sign, right) -%}
  {{ adapter.dispatch('arithmetic', 'ozmeta_runtime')(left, sign, right) }}
{%- endmacro %}

{% macro default__arithmetic(left, sign, right) -%}
  {{ ozmeta_runtime.finite("(" ~ left ~ " " ~ sign ~ " " ~ right ~ ")") }}
{%- endmacro %}

{#
`arithmetic` for engines on which overflow or underflow is an error: the logarithm of the result is compared first.

log: the engine's natural logarithm
#}
{% macro arithmetic_without_overflow(left, sign, right, log) -%}
  {%- if sign in ['+', '-'] -%}
    (case
      when abs({{ left }}) < 8.9e307 and abs({{ right }}) < 8.9e307 then {{ left }} {{ sign }} {{ right }}
    end)
  {%- else -%}
    {%- set log_sign = {'*': '+', '/': '-'}[sign] -%}
    {%- set log_left = log ~ "(nullif(abs(" ~ left ~ "), 0))" -%}
    {%- set log_right = log ~ "(nullif(abs(" ~ right ~ "), 0))" -%}
    {%- set size = "(" ~ log_left ~ " " ~ log_sign ~ " " ~ log_right ~ ")" -%}
    (case
      when {{ size }} > 709.7827 then null
      when {{ size }} < -740 then 0
      else {{ left }} {{ sign }} {{ right }}
    end)
  {%- endif -%}
{%- endmacro %}

{#
A double, or null if it is NaN or infinite.
number: SQL double
#}
{% macro finite(number) -%}
  {{ adapter.dispatch('finite', 'ozmeta_runtime')(number) }}
{%- endmacro %}

{#
The text of a row version as a bigint. A text that is not an integer becomes null.
An integer that does not fit into 64 bits becomes -1, which is never the version of an object.
text: SQL text
#}
{% macro to_version(text) -%}
  {{ adapter.dispatch('to_version', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{#
A journal column as a bigint. A value that is not a 64-bit integer becomes null.
column: SQL of the column
dtype: the declared type of the column
#}
{% macro to_integer(column, dtype) -%}
  {{ adapter.dispatch('to_integer', 'ozmeta_runtime')(column, dtype) }}
{%- endmacro %}

{#
Integer division that rounds down, also for negative numbers.
number: SQL bigint
divisor: a positive integer
#}
{% macro floor_div(number, divisor) -%}
  {{ adapter.dispatch('floor_div', 'ozmeta_runtime')(number, divisor) }}
{%- endmacro %}

{% macro default__floor_div(number, divisor) -%}
  cast(floor({{ number }} / {{ divisor }}.0) as {{ dbt.type_bigint() }})
{%- endmacro %}

{#
The remainder of an integer division, with the sign of `number`.
number: SQL bigint
divisor: a positive integer
#}
{% macro modulo(number, divisor) -%}
  {{ adapter.dispatch('modulo', 'ozmeta_runtime')(number, divisor) }}
{%- endmacro %}

{% macro default__modulo(number, divisor) -%}
  mod({{ number }}, {{ divisor }})
{%- endmacro %}
