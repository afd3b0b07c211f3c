{#
The date functions of engines differ too much to share SQL.
Arithmetic on time therefore uses integers: microseconds since 1970-01-01 00:00:00 UTC.
#}

{#
A UTC timestamp as a SQL literal.
text: 'YYYY-MM-DD HH:MM:SS[.ffffff]'
#}
{% macro timestamp_literal(text) -%}
  {{ adapter.dispatch('timestamp_literal', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{% macro default__timestamp_literal(text) -%}
  cast('{{ text }}' as {{ ozmeta_runtime.type_timestamp() }})
{%- endmacro %}

{#
A UTC timestamp as text: 'YYYY-MM-DD HH:MM:SS[.f]', without trailing zeros in the fraction.
The text is the same on every engine, and `timestamp_literal` accepts it.
timestamp: SQL timestamp
#}
{% macro timestamp_text(timestamp) -%}
  {{ adapter.dispatch('timestamp_text', 'ozmeta_runtime')(timestamp) }}
{%- endmacro %}

{% macro default__timestamp_text(timestamp) -%}
  cast({{ timestamp }} as {{ ozmeta_runtime.type_text() }})
{%- endmacro %}

{#
A UTC timestamp as a bigint, in microseconds since 1970.
timestamp: SQL timestamp
#}
{% macro to_micros(timestamp) -%}
  {{ adapter.dispatch('to_micros', 'ozmeta_runtime')(timestamp) }}
{%- endmacro %}

{% macro default__to_micros(timestamp) -%}
  cast(floor(extract(epoch from {{ timestamp }}) * 1000000) as {{ dbt.type_bigint() }})
{%- endmacro %}

{#
Microseconds since 1970 as a UTC timestamp.
micros: SQL bigint
#}
{% macro from_micros(micros) -%}
  {{ adapter.dispatch('from_micros', 'ozmeta_runtime')(micros) }}
{%- endmacro %}

{% macro default__from_micros(micros) -%}
  (timestamp '1970-01-01 00:00:00' + {{ micros }} * interval '1 microsecond')
{%- endmacro %}

{#
Microseconds since 1970 as text: 'YYYY-MM-DDTHH:MM:SS.ffffffZ'.
micros: SQL bigint
#}
{% macro micros_to_iso(micros) -%}
  {{ adapter.dispatch('micros_to_iso', 'ozmeta_runtime')(micros) }}
{%- endmacro %}

{#
A journal column as a UTC timestamp. Infinity and values that are not a timestamp become null.
column: SQL of the column
dtype: the declared type of the column
#}
{% macro to_utc(column, dtype) -%}
  {{ adapter.dispatch('to_utc', 'ozmeta_runtime')(column, dtype) }}
{%- endmacro %}

{% macro default__to_utc(column, dtype) -%}
  cast({{ column }} as {{ ozmeta_runtime.type_timestamp() }})
{%- endmacro %}

{#
Condition: the value of a journal column is `timestamp` or later, or is not a timestamp.
Engines compare the stored column where they can, so that they skip blocks with earlier rows.
column, dtype: as for to_utc
timestamp: SQL timestamp in UTC
#}
{% macro at_or_since(column, dtype, timestamp) -%}
  {{ adapter.dispatch('at_or_since', 'ozmeta_runtime')(column, dtype, timestamp) }}
{%- endmacro %}

{% macro default__at_or_since(column, dtype, timestamp) -%}
  {%- set utc = ozmeta_runtime.to_utc(column, dtype) -%}
  ({{ utc }} >= {{ timestamp }} or {{ utc }} is null)
{%- endmacro %}

{#
How to read a timestamp column. Numeric types have `number_kind` instead.
dtype: the declared type of the column
Returns: 'utc' (a timestamp without a time zone, or a date), 'zoned' (a timestamp with a time zone),
'nanos' (a timestamp finer than a microsecond) or 'text' (any other type)
#}
{% macro timestamp_kind(dtype) -%}
  {%- do return(adapter.dispatch('timestamp_kind', 'ozmeta_runtime')(dtype)) -%}
{%- endmacro %}

{% macro default__timestamp_kind(dtype) -%}
  {%- set type = dtype | lower -%}
  {%- set utc_types = ['timestamp', 'timestamp without time zone', 'date', 'datetime', 'timestamp_ntz'] -%}
  {%- if 'with time zone' in type or 'timestamptz' in type -%}
    {%- do return('zoned') -%}
  {%- endif -%}
  {%- do return('utc' if type.split('(')[0] | trim in utc_types else 'text') -%}
{%- endmacro %}

{#
The part of an event time that is finer than a microsecond.
column, dtype: as for to_utc
Returns: SQL of a bigint from 0 to 999, in nanoseconds, which is never null and never an error;
none if the type stores nothing finer than a microsecond
#}
{% macro event_nanos(column, dtype) -%}
  {%- set number = ozmeta_runtime.number_kind(dtype) -%}
  {%- set kind = ozmeta_runtime.timestamp_kind(dtype) -%}
  {%- set short_integers = ['integer', 'int', 'int4', 'int32', 'smallint', 'tinyint'] -%}
  {%- if number in ['whole', 'exact'] -%}
    {%- do return(none if dtype | lower in short_integers else ozmeta_runtime.epoch_nanos(column, number)) -%}
  {%- elif number -%}
    {%- do return(none) -%}
  {%- elif kind == 'text' -%}
    {%- set text = ozmeta_runtime.column_text(column, dtype) -%}
    {%- do return("coalesce(" ~ ozmeta_runtime.iso_nanos(text) | trim ~ ", 0)") -%}
  {%- elif kind == 'nanos' -%}
    {%- do return("coalesce(" ~ ozmeta_runtime.nanos_of(column) | trim ~ ", 0)") -%}
  {%- endif -%}
  {%- do return(none) -%}
{%- endmacro %}

{#
The part of a timestamp that is finer than a microsecond, as a bigint from 0 to 999, in nanoseconds.
timestamp: SQL of a column whose `timestamp_kind` is 'nanos'
#}
{% macro nanos_of(timestamp) -%}
  {{ adapter.dispatch('nanos_of', 'ozmeta_runtime')(timestamp) }}
{%- endmacro %}

{% macro default__nanos_of(timestamp) -%}
  cast(0 as {{ dbt.type_bigint() }})
{%- endmacro %}

{#
A select of one row per day, in the column date_day.
first, last: 'YYYY-MM-DD'; the last day is excluded
#}
{% macro all_days(first, last) -%}
  {{ adapter.dispatch('all_days', 'ozmeta_runtime')(first, last) }}
{%- endmacro %}

{% macro default__all_days(first, last) -%}
  {%- set first_day = "cast('" ~ first ~ "' as date)" -%}
  {%- set last_day = "cast('" ~ last ~ "' as date)" -%}
  select cast(date_day as date) as date_day from ({{ dbt.date_spine('day', first_day, last_day) }}) as days
{%- endmacro %}

{# The present instant by the warehouse's clock, as a UTC timestamp. #}
{% macro current_instant() -%}
  {{ adapter.dispatch('current_instant', 'ozmeta_runtime')() }}
{%- endmacro %}

{% macro default__current_instant() -%}
  {{ ozmeta_runtime.from_micros(ozmeta_runtime.to_micros('current_timestamp')) }}
{%- endmacro %}

{#
Whether the values of a type are instants, so that no time zone is needed to read them. Numbers are Unix times.
dtype: the declared type of a column
Returns: bool
#}
{% macro is_instant_type(dtype) -%}
  {%- do return(ozmeta_runtime.number_kind(dtype) is not none
      or adapter.dispatch('is_instant_type', 'ozmeta_runtime')(dtype | lower)) -%}
{%- endmacro %}

{% macro default__is_instant_type(dtype) -%}
  {%- do return('with time zone' in dtype or 'timestamptz' in dtype) -%}
{%- endmacro %}

{#
The time of a clock in a time zone as a UTC timestamp. A time that a clock skips or shows twice is read as the engine
reads it.
timestamp: SQL timestamp: the time of the clock as if it were in UTC
zone: IANA name of the time zone; on SQL Server and Fabric the name that Windows has for it, such as
'W. Europe Standard Time'
#}
{% macro local_to_utc(timestamp, zone) -%}
  {{ adapter.dispatch('local_to_utc', 'ozmeta_runtime')(timestamp, zone) }}
{%- endmacro %}

{% macro default__local_to_utc(timestamp, zone) -%}
  ((({{ timestamp }}) at time zone {{ ozmeta_runtime.text_literal(zone) }}) at time zone 'UTC')
{%- endmacro %}
