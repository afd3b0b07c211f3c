{# Texts that become instants: one pattern for all of them (SPEC 11), in a journal, in payloads, in rules and in ozmeta_as_of. #}
{# ISO 8601 as a regex without anchors and without a backslash: `YYYY-MM-DD`, then optionally `T` or a blank, `HH:MM[:SS[.fraction]]`, then optionally `Z` or
   `±HH[[:]MM]`. Hours are 00-23. The pattern knows the calendar, so a cast of what fits is never an error. The years are 0001 to 9999. #}
{% macro iso_pattern() %}
  {%- set year = '([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])' -%}
  {%- set long_month, short_month = '(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])', '(0[469]|11)-(0[1-9]|[12][0-9]|30)' -%}
  {%- set every_fourth = '(0[48]|[2468][048]|[13579][26])' -%}
  {%- set leap_day = '([0-9]{2}' ~ every_fourth ~ '|' ~ every_fourth ~ '00)-02-29' -%}
  {%- set day = '(' ~ year ~ '-(' ~ long_month ~ '|' ~ short_month ~ '|02-(0[1-9]|1[0-9]|2[0-8]))|' ~ leap_day ~ ')' -%}
  {%- set hour, sixty = '([01][0-9]|2[0-3])', '[0-5][0-9]' -%}
  {%- set clock = '[T ]' ~ hour ~ ':' ~ sixty ~ '(:' ~ sixty ~ '([.][0-9]+)?)?' -%}
  {%- do return(day ~ '(' ~ clock ~ '(Z|[+-]' ~ hour ~ '(:?' ~ sixty ~ ')?)?)?') -%}
{% endmacro %}

{# Whether a text fits `iso_pattern`, as a condition. #}
{% macro is_iso(text) %}{{ adapter.dispatch('is_iso', 'ozmeta_runtime')(text) }}{% endmacro %}

{# What the time of an event has beyond the microsecond, in nanoseconds, 0 to 999: SQL of a bigint that is never null and never an error.
   column, dtype: as of to_utc
   Returns none where the type holds no more than microseconds: then nothing has to be asked. #}
{% macro event_nanos(column, dtype) %}
  {%- set number = ozmeta_runtime.number_kind(dtype) -%}
  {%- set kind = ozmeta_runtime.timestamp_kind(dtype) -%}
  {%- if number in ['whole', 'exact'] -%}
    {%- do return(none if dtype | lower in ['integer', 'int', 'int4', 'int32', 'smallint', 'tinyint'] else ozmeta_runtime.epoch_nanos(column, number)) -%}
  {%- elif number -%}{%- do return(none) -%}
  {%- elif kind == 'text' -%}
    {%- set text = ozmeta_runtime.column_text(column, dtype) -%}
    {%- do return("coalesce(" ~ adapter.dispatch('iso_nanos', 'ozmeta_runtime')(text) | trim ~ ", 0)") -%}
  {%- elif kind == 'nanos' -%}
    {%- do return("coalesce(" ~ adapter.dispatch('nanos_of', 'ozmeta_runtime')(column) | trim ~ ", 0)") -%}
  {%- endif -%}
  {%- do return(none) -%}
{% endmacro %}

{# How an engine reads a column's type, numbers aside: utc (an instant without a zone, or a date), zoned, nanos (an instant finer than the microsecond) or text. #}
{% macro timestamp_kind(dtype) %}{% do return(adapter.dispatch('timestamp_kind', 'ozmeta_runtime')(dtype)) %}{% endmacro %}

{% macro default__timestamp_kind(dtype) %}
  {%- set type = dtype | lower -%}
  {%- if 'with time zone' in type or 'timestamptz' in type -%}{%- do return('zoned') -%}{%- endif -%}
  {%- do return('utc' if type.split('(')[0] | trim in ['timestamp', 'timestamp without time zone', 'date', 'datetime', 'timestamp_ntz'] else 'text') -%}
{% endmacro %}

{# The same of an instant. #}
{% macro default__nanos_of(instant) %}cast(0 as {{ dbt.type_bigint() }}){% endmacro %}
