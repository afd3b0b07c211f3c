{# SPEC 4.7, casts: what does not fit is null, never an error. Datetimes are epoch microseconds inside rules. #}

{# text -> a rule type: number (double), boolean, datetime (bigint micros) or text. #}
{% macro cast_text(text, type) %}
  {%- if type == 'number' -%}{{ ozmeta_runtime.to_number(text) }}
  {%- elif type == 'boolean' -%}(case lower({{ text }}) when 'true' then {{ ozmeta_runtime.boolean(true) }} when 'false' then {{ ozmeta_runtime.boolean(false) }} end)
  {%- elif type == 'datetime' -%}({{ ozmeta_runtime.iso_to_micros(text) }})
  {%- else -%}({{ text }}){%- endif -%}
{% endmacro %}

{# '-?digits[.digits]' -> double #}
{% macro to_number(text) %}{{ adapter.dispatch('to_number', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro duckdb__to_number(text) %}(case when regexp_full_match({{ text }}, '-?[0-9]{1,300}(\.[0-9]+)?') then try_cast({{ text }} as double) end){% endmacro %}

{# A text of many decimals may be no double at all: 300 of them are enough. A regex counts to 255 only. The inner cast keeps a literal from being judged before the case is. #}
{% macro postgres__to_number(text) %}(case when {{ text }} ~ '^-?[0-9]{1,255}[0-9]{0,45}([.][0-9]+)?$' then cast(substr(cast({{ text }} as {{ ozmeta_runtime.type_text() }}), 1, strpos({{ text }} || '.', '.') + 300) as double precision) end){% endmacro %}

{# double -> text, whole numbers without a point #}
{% macro number_to_text(number) %}{{ adapter.dispatch('number_to_text', 'ozmeta_runtime')(number) }}{% endmacro %}
{% macro duckdb__number_to_text(number) %}(case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then cast(cast({{ number }} as bigint) as varchar) else cast({{ number }} as varchar) end){% endmacro %}

{# The shortest text that gives the same number again, as DuckDB's; but from 1e15 on with an exponent, which DuckDB writes from 1e16 on. #}
{% macro postgres__number_to_text(number) %}
  {%- set text = "cast(" ~ number ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  (case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then cast(cast({{ number }} as bigint) as {{ ozmeta_runtime.type_text() }})
        when {{ text }} like '%e+15' then cast(cast({{ text }} as numeric) as {{ ozmeta_runtime.type_text() }})
        else {{ text }} end)
{%- endmacro %}

{# left sign right, for doubles; null where that is no finite number. sign: + - * / #}
{% macro arithmetic(left, sign, right) %}{{ adapter.dispatch('arithmetic', 'ozmeta_runtime')(left, sign, right) }}{% endmacro %}
{% macro default__arithmetic(left, sign, right) %}{{ ozmeta_runtime.finite("(" ~ left ~ " " ~ sign ~ " " ~ right ~ ")") }}{% endmacro %}
{# Here what overflows, or comes too near to zero, is an error: so its logarithm is asked first. #}
{% macro postgres__arithmetic(left, sign, right) %}
  {%- if sign in ['+', '-'] -%}(case when abs({{ left }}) < 8.9e307 and abs({{ right }}) < 8.9e307 then {{ left }} {{ sign }} {{ right }} end)
  {%- else -%}
  {%- set size = "(ln(nullif(abs(" ~ left ~ "), 0)) " ~ {'*': '+', '/': '-'}[sign] ~ " ln(nullif(abs(" ~ right ~ "), 0)))" -%}
  (case when {{ size }} > 709.7827 then null when {{ size }} < -740 then 0 else {{ left }} {{ sign }} {{ right }} end)
  {%- endif -%}
{% endmacro %}

{# double -> double, null for what is no finite number: dividing by zero, overflow #}
{% macro finite(number) %}{{ adapter.dispatch('finite', 'ozmeta_runtime')(number) }}{% endmacro %}
{% macro duckdb__finite(number) %}(case when isfinite({{ number }}) then {{ number }} end){% endmacro %}

{# Arithmetic sees to it. #}
{% macro postgres__finite(number) %}{{ number }}{% endmacro %}

{# The text of a row version -> bigint. What is no whole number is absent; one too large for a bigint is no object's version, so -1. #}
{% macro to_version(text) %}{{ adapter.dispatch('to_version', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro duckdb__to_version(text) %}(case when regexp_full_match({{ text }}, '-?[0-9]+') then coalesce(try_cast({{ text }} as bigint), -1) end){% endmacro %}

{% macro postgres__to_version(text) %}
  (case when {{ text }} ~ '^-?0*[0-9]{1,19}$'
        then case when cast({{ text }} as numeric(38, 0)) between -9223372036854775808 and 9223372036854775807 then cast({{ text }} as bigint) else -1 end
        when {{ text }} ~ '^-?[0-9]+$' then -1 end)
{%- endmacro %}

{# A journal column of declared type `dtype` -> bigint; a text that is no whole number becomes null. #}
{% macro to_integer(column, dtype) %}{{ adapter.dispatch('to_integer', 'ozmeta_runtime')(column, dtype) }}{% endmacro %}
{% macro duckdb__to_integer(column, dtype) %}
  {%- if dtype | upper in ['BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT'] -%}cast({{ column }} as bigint)
  {%- else -%}case when regexp_full_match(cast({{ column }} as varchar), '-?[0-9]+(\.0+)?') then try_cast(cast({{ column }} as varchar) as bigint) end{%- endif -%}
{% endmacro %}
{% macro postgres__to_integer(column, dtype) %}
  {%- set text = "cast(" ~ column ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  {%- if dtype | lower in ['bigint', 'integer', 'smallint'] -%}cast({{ column }} as bigint)
  {%- else -%}case when {{ text }} ~ '^-?0*[0-9]{1,19}([.]0+)?$'
       then case when cast({{ text }} as numeric(38, 0)) between -9223372036854775808 and 9223372036854775807 then cast(split_part({{ text }}, '.', 1) as bigint) end end{%- endif -%}
{% endmacro %}

{# What a double looks like as text is Redshift's own; whole numbers are as everywhere. #}
{% macro redshift__number_to_text(number) %}(case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then cast(cast({{ number }} as bigint) as varchar(30)) else cast({{ number }} as varchar(30)) end){% endmacro %}
