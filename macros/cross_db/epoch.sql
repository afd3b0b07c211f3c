{#
A journal column of a numeric type contains Unix times. The magnitude of a number determines its unit:
seconds from 1e8, milliseconds from 1e11, microseconds from 1e14, nanoseconds from 1e17 to below 1e20.
This is unambiguous from 1973-03-03 to the year 5138. Any other number, NaN and infinity are not timestamps.
#}

{#
The kind of a numeric type.
dtype: the declared type of a column
Returns: 'whole' (an integer of at most 64 bits), 'exact' (a decimal, or an integer of more bits),
'double' (floating point) or none (not a number)
#}
{% macro number_kind(dtype) -%}
  {%- set type = dtype | lower | replace('<', '(') -%}
  {%- set type = type.split('(')[0] | trim -%}
  {%- set integers = [
      'bigint', 'integer', 'int', 'smallint', 'tinyint', 'int64', 'int32', 'int16', 'int8', 'int4', 'int2',
      'long', 'short', 'byte', 'byteint', 'uinteger', 'usmallint', 'utinyint',
  ] -%}
  {%- set decimals = [
      'numeric', 'decimal', 'dec', 'number', 'bignumeric', 'bigdecimal', 'hugeint', 'uhugeint', 'ubigint', 'bignum',
      'money',
  ] -%}
  {%- set doubles = ['double', 'double precision', 'float', 'float4', 'float8', 'float64', 'real'] -%}
  {%- if type in integers -%}
    {%- do return('whole') -%}
  {%- elif type in decimals -%}
    {%- do return('exact') -%}
  {%- elif type in doubles -%}
    {%- do return('double') -%}
  {%- endif -%}
  {%- do return(none) -%}
{%- endmacro %}

{#
A Unix time as a bigint, in microseconds since 1970. A double is rounded to the microsecond.
Other numbers are rounded down; `epoch_nanos` has the rest.
number: SQL number
kind: the `number_kind` of its type
#}
{% macro epoch_micros(number, kind) -%}
  {%- if kind == 'whole' -%}
    {%- set integer = "cast(" ~ number ~ " as " ~ dbt.type_bigint() ~ ")" -%}
    {%- set from_nanos = ozmeta_runtime.floor_div(integer, 1000) -%}
    {{ ozmeta_runtime.epoch_by_magnitude(
        number, integer ~ " * 1000000", integer ~ " * 1000", integer, from_nanos
    ) }}
  {%- elif kind == 'exact' -%}
    cast(floor({{ ozmeta_runtime.exact_micros(number) }}) as {{ dbt.type_bigint() }})
  {%- else -%}
    {%- set double = ozmeta_runtime.to_double(number) | trim -%}
    {%- set micros = ozmeta_runtime.epoch_by_magnitude(
        double, double ~ " * 1000000", double ~ " * 1000", double, double ~ " / 1000", "1e20"
    ) -%}
    cast(round({{ micros }}, 0) as {{ dbt.type_bigint() }})
  {%- endif -%}
{%- endmacro %}

{#
The part of a Unix time that is finer than a microsecond, as a bigint from 0 to 999, in nanoseconds.
number: SQL number
kind: 'whole' or 'exact', as for epoch_micros
#}
{% macro epoch_nanos(number, kind) -%}
  {%- if kind == 'whole' -%}
    {%- set integer = "cast(" ~ number ~ " as " ~ dbt.type_bigint() ~ ")" -%}
    {%- set nanos = ozmeta_runtime.modulo(integer, 1000) -%}
    coalesce({{ ozmeta_runtime.epoch_by_magnitude(number, "0", "0", "0", nanos) }}, 0)
  {%- else -%}
    {%- set micros = ozmeta_runtime.exact_micros(number) -%}
    coalesce(cast(floor(({{ micros }} - floor({{ micros }})) * 1000) as {{ dbt.type_bigint() }}), 0)
  {%- endif -%}
{%- endmacro %}

{#
A Unix time of kind 'exact' as a decimal, in microseconds since 1970, with its fraction.
number: SQL decimal
#}
{% macro exact_micros(number) -%}
  {%- set seconds = ozmeta_runtime.exact_number(number, 20, 9) -%}
  {%- set millis = ozmeta_runtime.exact_number(number, 20, 6) -%}
  {%- set micros = ozmeta_runtime.exact_number(number, 23, 3) -%}
  {%- set thousandth = ozmeta_runtime.exact_number("'0.001'", 4, 3) -%}
  {%- set limit = ozmeta_runtime.exact_number("'100000000000000000000'", 21, 0) -%}
  {{ ozmeta_runtime.epoch_by_magnitude(
      number, seconds ~ " * 1000000", millis ~ " * 1000", micros, micros ~ " * " ~ thousandth, limit
  ) }}
{%- endmacro %}

{#
One of four expressions, chosen by the unit that the magnitude of a number determines; null if there is none.
number: SQL number
seconds, millis, micros, nanos: SQL expressions
limit: SQL of the number above which there is no unit; none for types that cannot exceed it
#}
{% macro epoch_by_magnitude(number, seconds, millis, micros, nanos, limit=none) -%}
  case
    when {{ number }} < 100000000 then null
    when {{ number }} < 100000000000 then {{ seconds }}
    when {{ number }} < 100000000000000 then {{ millis }}
    when {{ number }} < 100000000000000000 then {{ micros }}
    when {{ number }} {{ "< " ~ limit if limit else "is not null" }} then {{ nanos }}
  end
{%- endmacro %}

{#
A number or a text as a decimal.
value: SQL number or text
digits: number of digits
scale: how many of them follow the decimal point
#}
{% macro exact_number(value, digits, scale) -%}
  {{ adapter.dispatch('exact_number', 'ozmeta_runtime')(value, digits, scale) }}
{%- endmacro %}

{% macro default__exact_number(value, digits, scale) -%}
  cast({{ value }} as decimal({{ digits }}, {{ scale }}))
{%- endmacro %}

{#
A floating-point number of any size as a double.
number: SQL number
#}
{% macro to_double(number) -%}
  {{ adapter.dispatch('to_double', 'ozmeta_runtime')(number) }}
{%- endmacro %}

{% macro default__to_double(number) -%}
  cast({{ number }} as double precision)
{%- endmacro %}
