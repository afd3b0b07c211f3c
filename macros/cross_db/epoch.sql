{# Numbers that become instants: a journal's column of a numeric type is a Unix time. Its magnitude says its unit, which is unambiguous from 1973-03-03 to the year 5138:
   seconds below 1e11, milliseconds below 1e14, microseconds below 1e17, else nanoseconds below 1e20. A number below 1e8, NaN and infinity are not instants. #}
{# The kind of a numeric type: whole (at most 64 bits), exact (decimals, and more bits), double, or none. #}
{% macro number_kind(dtype) %}
  {%- set type = dtype | lower | replace('<', '(') -%}
  {%- set type = type.split('(')[0] | trim -%}
  {%- if type in ['bigint', 'integer', 'int', 'smallint', 'tinyint', 'int64', 'int32', 'int16', 'int8', 'int4', 'int2', 'long', 'short', 'byte', 'byteint', 'uinteger', 'usmallint', 'utinyint'] -%}
    {%- do return('whole') -%}
  {%- elif type in ['numeric', 'decimal', 'dec', 'number', 'bignumeric', 'bigdecimal', 'hugeint', 'uhugeint', 'ubigint', 'bignum', 'money'] -%}{%- do return('exact') -%}
  {%- elif type in ['double', 'double precision', 'float', 'float4', 'float8', 'float64', 'real'] -%}{%- do return('double') -%}{%- endif -%}
  {%- do return(none) -%}
{% endmacro %}

{# A Unix time as bigint microseconds. A double is rounded to the microsecond; of any other number what is finer is cut, and told by epoch_nanos.
   kind: as of number_kind #}
{% macro epoch_micros(number, kind) %}
  {%- if kind == 'whole' -%}
    {%- set whole = "cast(" ~ number ~ " as " ~ dbt.type_bigint() ~ ")" -%}
    {{ ozmeta_runtime.epoch_by_magnitude(number, whole ~ " * 1000000", whole ~ " * 1000", whole, ozmeta_runtime.floor_div(whole, 1000)) }}
  {%- elif kind == 'exact' -%}cast(floor({{ ozmeta_runtime.exact_micros(number) }}) as {{ dbt.type_bigint() }})
  {%- else -%}
    {%- set double = adapter.dispatch('wide_decimal', 'ozmeta_runtime')(number) | trim -%}
    cast(round({{ ozmeta_runtime.epoch_by_magnitude(double, double ~ " * 1000000", double ~ " * 1000", double, double ~ " / 1000", "1e20") }}, 0) as {{ dbt.type_bigint() }})
  {%- endif -%}
{% endmacro %}

{# What a Unix time has beyond the microsecond, in nanoseconds. #}
{% macro epoch_nanos(number, kind) %}
  {%- if kind == 'whole' -%}coalesce({{ ozmeta_runtime.epoch_by_magnitude(number, "0", "0", "0", ozmeta_runtime.modulo("cast(" ~ number ~ " as " ~ dbt.type_bigint() ~ ")", 1000)) }}, 0)
  {%- else -%}
    {%- set micros = ozmeta_runtime.exact_micros(number) -%}
    coalesce(cast(floor(({{ micros }} - floor({{ micros }})) * 1000) as {{ dbt.type_bigint() }}), 0)
  {%- endif -%}
{% endmacro %}

{# A decimal in microseconds, with its fraction. #}
{% macro exact_micros(number) %}
  {{- ozmeta_runtime.epoch_by_magnitude(number, ozmeta_runtime.exact_number(number, 20, 9) ~ " * 1000000", ozmeta_runtime.exact_number(number, 20, 6) ~ " * 1000", ozmeta_runtime.exact_number(number, 23, 3),
      ozmeta_runtime.exact_number(number, 23, 3) ~ " * " ~ ozmeta_runtime.exact_number("'0.001'", 4, 3), ozmeta_runtime.exact_number("'100000000000000000000'", 21, 0)) -}}
{% endmacro %}

{# The one of four expressions that the magnitude of a number chooses. limit: SQL that the number stays below, or none #}
{% macro epoch_by_magnitude(number, seconds, millis, micros, nanos, limit=none) %}
  case when {{ number }} < 100000000 then null when {{ number }} < 100000000000 then {{ seconds }} when {{ number }} < 100000000000000 then {{ millis }}
       when {{ number }} < 100000000000000000 then {{ micros }} when {{ number }} {{ "< " ~ limit if limit else "is not null" }} then {{ nanos }} end
{%- endmacro %}

{# A number or a text as a decimal of so many digits, so many of them after the point. #}
{% macro exact_number(value, digits, scale) %}{{ adapter.dispatch('exact_number', 'ozmeta_runtime')(value, digits, scale) }}{% endmacro %}

{% macro default__exact_number(value, digits, scale) %}cast({{ value }} as decimal({{ digits }}, {{ scale }})){% endmacro %}

{# A floating-point number of any size with 64 bits. #}
{% macro default__wide_decimal(number) %}cast({{ number }} as double precision){% endmacro %}
