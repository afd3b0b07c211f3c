{# Arithmetic on time is arithmetic on epoch microseconds: no two engines agree on their date functions. #}

{# timestamp -> bigint microseconds since 1970 #}
{% macro to_micros(instant) %}{{ adapter.dispatch('to_micros', 'ozmeta_runtime')(instant) }}{% endmacro %}
{% macro default__to_micros(instant) %}cast(floor(extract(epoch from {{ instant }}) * 1000000) as {{ dbt.type_bigint() }}){% endmacro %}
{% macro duckdb__to_micros(instant) %}epoch_us({{ instant }}){% endmacro %}

{# bigint microseconds since 1970 -> timestamp #}
{% macro from_micros(micros) %}{{ adapter.dispatch('from_micros', 'ozmeta_runtime')(micros) }}{% endmacro %}
{% macro default__from_micros(micros) %}(timestamp '1970-01-01 00:00:00' + {{ micros }} * interval '1 microsecond'){% endmacro %}
{% macro duckdb__from_micros(micros) %}make_timestamp({{ micros }}){% endmacro %}

{# An interval is multiplied as a double: seconds and micros apart stay exact. #}
{% macro postgres__from_micros(micros) %}
  {%- set whole = "cast(" ~ micros ~ " as bigint)" -%}
  (timestamp '1970-01-01 00:00:00' + ({{ whole }} / 1000000) * interval '1 second' + ({{ whole }} % 1000000) * interval '1 microsecond')
{%- endmacro %}

{# A journal column of declared type `dtype`, as a UTC timestamp; what is none becomes null, and so does infinity. #}
{% macro to_utc(column, dtype) %}{{ adapter.dispatch('to_utc', 'ozmeta_runtime')(column, dtype) }}{% endmacro %}
{% macro default__to_utc(column, dtype) %}cast({{ column }} as {{ ozmeta_runtime.type_timestamp() }}){% endmacro %}
{# DuckDB shifts a zoned column to the session's zone, unless it goes through epoch micros. A cast of nanoseconds would cut towards 1970. #}
{% macro duckdb__to_utc(column, dtype) %}
  {%- set number, kind = ozmeta_runtime.number_kind(dtype), ozmeta_runtime.instant_kind(dtype) -%}
  {%- if number -%}make_timestamp({{ ozmeta_runtime.epoch_micros(column, number) }})
  {%- elif kind == 'text' -%}make_timestamp({{ ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype)) }})
  {%- else -%}
  {%- set utc = "make_timestamp(epoch_us(" ~ column ~ "))" if kind == 'zoned' else "make_timestamp(" ~ ozmeta_runtime.floor_div("epoch_ns(" ~ column ~ ")", 1000) ~ ")" if kind == 'nanos'
      else column if dtype | upper == 'TIMESTAMP' else "cast(" ~ column ~ " as timestamp)" -%}
  case when isfinite({{ column }}) then {{ utc }} end
  {%- endif -%}
{% endmacro %}

{# A text that fits iso_pattern -> bigint microseconds. A zone that a text says would be dropped by a cast to timestamp. #}
{% macro duckdb__zoned_micros(text) -%}
  (case when regexp_matches({{ text }}, ':[0-9.]+(Z|[+-][0-9:]+)$')
        then epoch_us(try_cast(regexp_replace({{ text }}, '([+-][0-9]{2})([0-9]{2})$', '\1:\2') as timestamptz))
        else epoch_us(try_cast({{ text }} as timestamp)) end)
{%- endmacro %}

{% macro postgres__to_utc(column, dtype) %}
  {%- set type = dtype | lower -%}
  {%- if ozmeta_runtime.number_kind(dtype) -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.epoch_micros(column, ozmeta_runtime.number_kind(dtype))) }}
  {%- elif type in ['timestamp', 'timestamp without time zone', 'date'] -%}case when isfinite({{ column }}) then cast({{ column }} as timestamp) end
  {%- elif 'time zone' in type or 'timestamptz' in type -%}case when isfinite({{ column }}) then {{ column }} at time zone 'UTC' end
  {%- else -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype))) }}{%- endif -%}
{% endmacro %}

{# Whether a journal's column says `instant` or later, or no instant at all: asked of what is stored, so that an engine passes over the blocks that lie before.
   column, dtype: as of to_utc; instant: SQL of a UTC instant #}
{% macro at_or_since(column, dtype, instant) %}{{ adapter.dispatch('at_or_since', 'ozmeta_runtime')(column, dtype, instant) }}{% endmacro %}
{% macro default__at_or_since(column, dtype, instant) %}
  {%- set utc = ozmeta_runtime.to_utc(column, dtype) -%}
  ({{ utc }} >= {{ instant }} or {{ utc }} is null)
{%- endmacro %}
{# Infinity either way is no instant; the greater one is asked for with the rest. #}
{% macro duckdb__at_or_since(column, dtype, instant) %}
  {%- if dtype | upper == 'TIMESTAMP' -%}({{ column }} >= {{ instant }} or {{ column }} is null or {{ column }} = timestamp '-infinity')
  {%- elif 'TIME ZONE' in dtype | upper -%}({{ column }} >= make_timestamptz(epoch_us({{ instant }})) or {{ column }} is null or {{ column }} = timestamptz '-infinity')
  {%- else -%}{{ ozmeta_runtime.default__at_or_since(column, dtype, instant) }}{%- endif -%}
{% endmacro %}
{% macro postgres__at_or_since(column, dtype, instant) %}
  {%- set type = dtype | lower -%}
  {%- if type in ['timestamp', 'timestamp without time zone'] -%}({{ column }} >= {{ instant }} or {{ column }} is null or {{ column }} = '-infinity')
  {%- elif 'time zone' in type or 'timestamptz' in type -%}({{ column }} >= ({{ instant }}) at time zone 'UTC' or {{ column }} is null or {{ column }} = '-infinity')
  {%- else -%}{{ ozmeta_runtime.default__at_or_since(column, dtype, instant) }}{%- endif -%}
{% endmacro %}
{% macro redshift__at_or_since(column, dtype, instant) %}{{ ozmeta_runtime.default__at_or_since(column, dtype, instant) }}{% endmacro %}

{# ISO 8601 text -> bigint microseconds, null where it is no such text (SPEC 4.7, casts). #}
{% macro iso_to_micros(text) %}{{ adapter.dispatch('iso_to_micros', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro duckdb__iso_to_micros(text) %}case when {{ ozmeta_runtime.is_iso(text) }} then {{ ozmeta_runtime.duckdb__zoned_micros(text) }} end{% endmacro %}

{# A cast of what is not an instant is an error, so the pattern knows the calendar. #}
{% macro postgres__iso_to_micros(text) %}
  {%- set text = "cast(" ~ text ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  case when {{ ozmeta_runtime.is_iso(text) }} then
    (cast(substr({{ text }}, 1, 10) as date) - date '1970-01-01') * cast(86400000000 as bigint)
    + case when length({{ text }}) > 10 then
        cast(substr({{ text }}, 12, 2) as bigint) * 3600000000 + cast(substr({{ text }}, 15, 2) as bigint) * 60000000
        + case when substr({{ text }}, 17, 1) = ':' then cast(substr({{ text }}, 18, 2) as bigint) * 1000000 else 0 end
        + case when substr({{ text }}, 20, 1) = '.' then cast(rpad({{ ozmeta_runtime.first_digits("substr(" ~ text ~ ", 21)") }}, 6, '0') as bigint) else 0 end
        - case when substr({{ text }}, 12) ~ '[+-]' then
            (case when substr({{ text }}, 12) ~ '-' then -1 else 1 end) * (
              cast(substr(split_part(translate(substr({{ text }}, 12), '-', '+'), '+', 2), 1, 2) as bigint) * 3600000000
              + cast('0' || substr(replace(split_part(translate(substr({{ text }}, 12), '-', '+'), '+', 2), ':', ''), 3, 2) as bigint) * 60000000)
          else 0 end
      else 0 end
  end
{%- endmacro %}

{# Up to six digits that a text begins with. #}
{% macro first_digits(text) %}substr(split_part(translate({{ text }}, 'Z+-', '|||'), '|', 1), 1, 6){% endmacro %}

{# bigint microseconds -> 'YYYY-MM-DDTHH:MM:SS.ffffffZ' #}
{% macro micros_to_iso(micros) %}{{ adapter.dispatch('micros_to_iso', 'ozmeta_runtime')(micros) }}{% endmacro %}
{% macro duckdb__micros_to_iso(micros) %}strftime(make_timestamp({{ micros }}), '%Y-%m-%dT%H:%M:%S.%fZ'){% endmacro %}

{% macro postgres__micros_to_iso(micros) %}to_char({{ ozmeta_runtime.from_micros(micros) }}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'){% endmacro %}

{# Whole-number division that rounds down. #}
{% macro floor_div(number, divisor) %}{{ adapter.dispatch('floor_div', 'ozmeta_runtime')(number, divisor) }}{% endmacro %}
{% macro default__floor_div(number, divisor) %}cast(floor({{ number }} / {{ divisor }}.0) as {{ dbt.type_bigint() }}){% endmacro %}
{# `//` cuts towards zero, so take the remainder away first. #}
{% macro duckdb__floor_div(number, divisor) %}((({{ number }}) - ((({{ number }}) % {{ divisor }}) + {{ divisor }}) % {{ divisor }}) // {{ divisor }}){% endmacro %}
{% macro postgres__floor_div(number, divisor) %}((({{ number }}) - ((({{ number }}) % {{ divisor }}) + {{ divisor }}) % {{ divisor }}) / {{ divisor }}){% endmacro %}

{# Redshift's extract(epoch) is whole seconds, and an interval can't be multiplied. dateadd takes no number beyond 32 bits. #}
{% macro redshift__to_micros(instant) %}datediff(microsecond, timestamp '1970-01-01 00:00:00', {{ instant }}){% endmacro %}
{% macro redshift__from_micros(micros) %}
  {%- set whole = "cast(" ~ micros ~ " as bigint)" -%}
  dateadd(microsecond, cast({{ whole }} % 1000000 as integer), dateadd(second, cast(({{ whole }} / 1000000) % 86400 as integer), dateadd(day, cast({{ whole }} / 86400000000 as integer), timestamp '1970-01-01 00:00:00')))
{%- endmacro %}
{% macro redshift__to_utc(column, dtype) %}
  {%- set type = dtype | lower -%}
  {%- if ozmeta_runtime.number_kind(dtype) -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.epoch_micros(column, ozmeta_runtime.number_kind(dtype))) }}
  {%- elif type in ['timestamp', 'timestamp without time zone', 'date'] -%}cast({{ column }} as timestamp)
  {%- elif 'time zone' in type or 'timestamptz' in type -%}({{ column }} at time zone 'UTC')
  {%- else -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype))) }}{%- endif -%}
{% endmacro %}
