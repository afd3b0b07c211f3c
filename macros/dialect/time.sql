{# Arithmetic on time is arithmetic on epoch microseconds: no two engines agree on their date functions. #}

{# timestamp -> bigint microseconds since 1970 #}
{% macro to_micros(instant) %}{{ adapter.dispatch('to_micros', 'ozmeta_runtime')(instant) }}{% endmacro %}
{% macro default__to_micros(instant) %}cast(floor(extract(epoch from {{ instant }}) * 1000000) as {{ dbt.type_bigint() }}){% endmacro %}
{% macro duckdb__to_micros(instant) %}epoch_us({{ instant }}){% endmacro %}

{# bigint microseconds since 1970 -> timestamp #}
{% macro from_micros(micros) %}{{ adapter.dispatch('from_micros', 'ozmeta_runtime')(micros) }}{% endmacro %}
{% macro default__from_micros(micros) %}(timestamp '1970-01-01 00:00:00' + {{ micros }} * interval '1 microsecond'){% endmacro %}
{% macro duckdb__from_micros(micros) %}make_timestamp({{ micros }}){% endmacro %}

{# A journal column of declared type `dtype`, as a UTC timestamp; what is none becomes null, and so does infinity. #}
{% macro to_utc(column, dtype) %}{{ adapter.dispatch('to_utc', 'ozmeta_runtime')(column, dtype) }}{% endmacro %}
{% macro default__to_utc(column, dtype) %}cast({{ column }} as {{ dbt.type_timestamp() }}){% endmacro %}
{# DuckDB shifts a zoned column to the session's zone and drops a zone written in a text, unless it goes through epoch micros. #}
{% macro duckdb__to_utc(column, dtype) %}
  {%- set text = "cast(" ~ column ~ " as varchar)" -%}
  {%- set utc = "make_timestamp(epoch_us(" ~ column ~ "))" if 'TIME ZONE' in dtype | upper
      else column if dtype | upper == 'TIMESTAMP' else "make_timestamp(" ~ ozmeta_runtime.duckdb__zoned_micros(text) ~ ")" -%}
  case when isfinite({{ utc }}) then {{ utc }} end
{% endmacro %}

{% macro duckdb__zoned_micros(text) -%}
  (case when regexp_matches({{ text }}, ':[0-9.]+ ?([zZ]|[+-][0-9:]+)$')
        then epoch_us(try_cast(regexp_replace({{ text }}, '([+-][0-9]{2})([0-9]{2})$', '\1:\2') as timestamptz))
        when try_cast({{ text }} as timestamp) not in (timestamp 'infinity', timestamp '-infinity') then epoch_us(try_cast({{ text }} as timestamp)) end)
{%- endmacro %}

{# ISO 8601 text -> bigint microseconds, null where it is no such text (SPEC 4.7, casts). #}
{% macro iso_to_micros(text) %}{{ adapter.dispatch('iso_to_micros', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro duckdb__iso_to_micros(text) %}
  case when regexp_full_match({{ text }}, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?')
       then {{ ozmeta_runtime.duckdb__zoned_micros(text) }} end
{%- endmacro %}

{# bigint microseconds -> 'YYYY-MM-DDTHH:MM:SS.ffffffZ' #}
{% macro micros_to_iso(micros) %}{{ adapter.dispatch('micros_to_iso', 'ozmeta_runtime')(micros) }}{% endmacro %}
{% macro duckdb__micros_to_iso(micros) %}strftime(make_timestamp({{ micros }}), '%Y-%m-%dT%H:%M:%S.%fZ'){% endmacro %}

{# Whole-number division that rounds down. #}
{% macro floor_div(number, divisor) %}{{ adapter.dispatch('floor_div', 'ozmeta_runtime')(number, divisor) }}{% endmacro %}
{% macro default__floor_div(number, divisor) %}cast(floor({{ number }} / {{ divisor }}.0) as {{ dbt.type_bigint() }}){% endmacro %}
{# `//` cuts towards zero, so take the remainder away first. #}
{% macro duckdb__floor_div(number, divisor) %}((({{ number }}) - ((({{ number }}) % {{ divisor }}) + {{ divisor }}) % {{ divisor }}) // {{ divisor }}){% endmacro %}
