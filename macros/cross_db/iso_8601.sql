{#
The timestamps that the package accepts as text (SPEC 11), as a regular expression without anchors and backslashes.
Journals, payloads, rules and ozmeta_as_of all use this pattern.

`YYYY-MM-DD`, then optionally `T` or a blank and `HH:MM[:SS[.fraction]]`, then optionally `Z` or `±HH[[:]MM]`.
Years are 0001 to 9999, hours 00 to 23. Only dates of the calendar match, so casting a matching text never fails.
Returns: str
#}
{% macro iso_pattern() -%}
  {%- set year = '([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])' -%}
  {%- set long_month = '(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])' -%}
  {%- set short_month = '(0[469]|11)-(0[1-9]|[12][0-9]|30)' -%}
  {%- set february = '02-(0[1-9]|1[0-9]|2[0-8])' -%}
  {%- set every_fourth = '(0[48]|[2468][048]|[13579][26])' -%}
  {%- set leap_day = '([0-9]{2}' ~ every_fourth ~ '|' ~ every_fourth ~ '00)-02-29' -%}
  {%- set day = '(' ~ year ~ '-(' ~ long_month ~ '|' ~ short_month ~ '|' ~ february ~ ')|' ~ leap_day ~ ')' -%}
  {%- set hour, sixty = '([01][0-9]|2[0-3])', '[0-5][0-9]' -%}
  {%- set clock = '[T ]' ~ hour ~ ':' ~ sixty ~ '(:' ~ sixty ~ '([.][0-9]+)?)?' -%}
  {%- do return(day ~ '(' ~ clock ~ '(Z|[+-]' ~ hour ~ '(:?' ~ sixty ~ ')?)?)?') -%}
{%- endmacro %}

{#
Condition: the text matches `iso_pattern`.
text: SQL text
#}
{% macro is_iso(text) -%}
  {{ adapter.dispatch('is_iso', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{#
An ISO 8601 text as a bigint, in microseconds since 1970 (SPEC 4.7). Null if the text does not match `iso_pattern`.
A text without a time zone is in UTC; digits beyond the microsecond are dropped. Null as well where an offset may lead
out of the years 0001 to 9999, which some engines can store and others cannot.
text: SQL text
#}
{% macro iso_to_micros(text) -%}
  case
    when {{ text }} like '0001-01-01%+%' or {{ text }} like '9999-12-31%:%-%' then null
    else {{ adapter.dispatch('iso_to_micros', 'ozmeta_runtime')(text) }}
  end
{%- endmacro %}

{#
The seventh to ninth digit of the fraction in an ISO 8601 text, as a bigint in nanoseconds; null if there are none.
Digits after the ninth are dropped.
text: SQL text
#}
{% macro iso_nanos(text) -%}
  {{ adapter.dispatch('iso_nanos', 'ozmeta_runtime')(text) }}
{%- endmacro %}
