{# SPEC 4.7, casts: what does not fit is null, never an error. Datetimes are epoch microseconds inside rules. #}

{# text -> a rule type: number (double), boolean, datetime (bigint micros) or text. #}
{% macro cast_text(text, type) %}
  {%- if type == 'number' -%}{{ ozmeta_runtime.to_number(text) }}
  {%- elif type == 'boolean' -%}(case lower({{ text }}) when 'true' then true when 'false' then false end)
  {%- elif type == 'datetime' -%}({{ ozmeta_runtime.iso_to_micros(text) }})
  {%- else -%}({{ text }}){%- endif -%}
{% endmacro %}

{# '-?digits[.digits]' -> double #}
{% macro to_number(text) %}{{ adapter.dispatch('to_number', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro duckdb__to_number(text) %}(case when regexp_full_match({{ text }}, '-?[0-9]{1,300}(\.[0-9]+)?') then try_cast({{ text }} as double) end){% endmacro %}

{# double -> text, whole numbers without a point #}
{% macro number_to_text(number) %}{{ adapter.dispatch('number_to_text', 'ozmeta_runtime')(number) }}{% endmacro %}
{% macro duckdb__number_to_text(number) %}(case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then cast(cast({{ number }} as bigint) as varchar) else cast({{ number }} as varchar) end){% endmacro %}

{# left sign right, for doubles; null where that is no finite number. sign: + - * / #}
{% macro arithmetic(left, sign, right) %}{{ adapter.dispatch('arithmetic', 'ozmeta_runtime')(left, sign, right) }}{% endmacro %}
{% macro default__arithmetic(left, sign, right) %}{{ ozmeta_runtime.finite("(" ~ left ~ " " ~ sign ~ " " ~ right ~ ")") }}{% endmacro %}

{# double -> double, null for what is no finite number: dividing by zero, overflow #}
{% macro finite(number) %}{{ adapter.dispatch('finite', 'ozmeta_runtime')(number) }}{% endmacro %}
{% macro duckdb__finite(number) %}(case when isfinite({{ number }}) then {{ number }} end){% endmacro %}

{# The text of a row version -> bigint. What is no whole number is absent; one too large for a bigint is no object's version, so -1. #}
{% macro to_version(text) %}{{ adapter.dispatch('to_version', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro duckdb__to_version(text) %}(case when regexp_full_match({{ text }}, '-?[0-9]+') then coalesce(try_cast({{ text }} as bigint), -1) end){% endmacro %}

{# A journal column of declared type `dtype` -> bigint; a text that is no whole number becomes null. #}
{% macro to_integer(column, dtype) %}{{ adapter.dispatch('to_integer', 'ozmeta_runtime')(column, dtype) }}{% endmacro %}
{% macro duckdb__to_integer(column, dtype) %}
  {%- if dtype | upper in ['BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT'] -%}cast({{ column }} as bigint)
  {%- else -%}case when regexp_full_match(cast({{ column }} as varchar), '-?[0-9]+(\.0+)?') then try_cast(cast({{ column }} as varchar) as bigint) end{%- endif -%}
{% endmacro %}
