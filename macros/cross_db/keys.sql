{#
A readable key of several texts, different for every two different lists: the texts joined by '|', then the length of
each, which is empty for a null, as in `4711|tenant1|4.7`.
parts: list of SQL texts, the most selective first, because comparisons start at the front
#}
{% macro row_key(parts) -%}
  {%- set texts = [] -%}
  {%- for part in parts -%}
    {%- do texts.extend([part, "'|'"]) -%}
  {%- endfor -%}
  {%- for part in parts -%}
    {%- do texts.extend([ozmeta_runtime.text_length(part)] + ([] if loop.last else ["'.'"])) -%}
  {%- endfor -%}
  {{ ozmeta_runtime.concat_text(texts) }}
{%- endmacro %}

{#
One text for the parts of an instance key, different for every two different lists: joined by '|', with a '\' before
each '|' and '\' inside a part. Null if a part is null or empty.
parts: list of SQL texts
#}
{% macro key_text(parts) -%}
  {%- if parts | length == 1 -%}
    nullif({{ parts[0] }}, '')
  {%- else -%}
    {%- set backslash = ozmeta_runtime.text_literal('\\') -%}
    {%- set two_backslashes = ozmeta_runtime.text_literal('\\\\') -%}
    {%- set escaped_bar = ozmeta_runtime.text_literal('\\|') -%}
    {%- set escaped = [] -%}
    {%- for part in parts -%}
      {%- set without_backslash = "replace(" ~ part ~ ", " ~ backslash ~ ", " ~ two_backslashes ~ ")" -%}
      {%- do escaped.append("replace(" ~ without_backslash ~ ", '|', " ~ escaped_bar ~ ")") -%}
      {%- do escaped.append("'|'") -%}
    {%- endfor -%}
    case
      when {% for part in parts %}{{ part }} <> ''{{ " and " if not loop.last }}{% endfor %}
      then {{ ozmeta_runtime.concat_text(escaped[:-1]) }}
    end
  {%- endif -%}
{%- endmacro %}

{#
The SHA-256 of a text, as 64 lower-case hexadecimal digits.
text: SQL text
#}
{% macro sha256(text) -%}
  {{ adapter.dispatch('sha256', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{% macro default__sha256(text) -%}
  sha2({{ text }}, 256)
{%- endmacro %}

{#
The MD5 of a text, as 32 lower-case hexadecimal digits.
text: SQL text
#}
{% macro md5_hex(text) -%}
  {{ adapter.dispatch('md5_hex', 'ozmeta_runtime')(text) }}
{%- endmacro %}

{% macro default__md5_hex(text) -%}
  {{ dbt.hash(text) }}
{%- endmacro %}

{#
SPEC 7 "IDs": the MD5 of an id's seed, the expressions joined by '|'. A null counts as an empty text.
expressions: list of SQL expressions
#}
{% macro seed_hash(expressions) -%}
  {%- set parts = [] -%}
  {%- for expression in expressions -%}
    {%- do parts.extend([expression, "'|'"]) -%}
  {%- endfor -%}
  {{ ozmeta_runtime.md5_hex(ozmeta_runtime.concat_text(parts[:-1])) }}
{%- endmacro %}

{#
SPEC 7 "IDs": a UUIDv7.
stamp: SQL of its first 15 characters, see uuid7_timestamp
h: SQL of a seed hash, 32 hexadecimal digits
The digit of the variant comes from a `case`, because translate() is ten times as slow.
#}
{% macro uuid7(stamp, h) -%}
  {%- set plus = ozmeta_runtime.concat_operator() -%}
  {%- set variant = ozmeta_runtime.substring(h, 4, 1) -%}
  (
    {{ stamp }} {{ plus }} {{ ozmeta_runtime.substring(h, 1, 3) }} {{ plus }} '-'
    {{ plus }} case
      when {{ variant }} in ('0', '4', '8', 'c') then '8'
      when {{ variant }} in ('1', '5', '9', 'd') then '9'
      when {{ variant }} in ('2', '6', 'a', 'e') then 'a'
      else 'b'
    end {{ plus }} {{ ozmeta_runtime.substring(h, 5, 3) }} {{ plus }} '-'
    {{ plus }} {{ ozmeta_runtime.substring(h, 8, 12) }}
  )
{%- endmacro %}

{#
The first 15 characters of an object's ids: the milliseconds of its first arrival and the version, `tttttttt-tttt-7`.
timestamp: SQL timestamp in UTC
#}
{% macro uuid7_timestamp(timestamp) -%}
  {%- set millis = ozmeta_runtime.floor_div(ozmeta_runtime.to_micros(timestamp), 1000) -%}
  {%- set digits = ozmeta_runtime.hex48("greatest(0, " ~ millis ~ ")") -%}
  {%- set first, last = ozmeta_runtime.substring(digits, 1, 8), ozmeta_runtime.substring(digits, 9, 4) -%}
  {{ first }} {{ ozmeta_runtime.concat_operator() }} '-' {{ ozmeta_runtime.concat_operator() }}
  {{ last }} {{ ozmeta_runtime.concat_operator() }} '-7'
{%- endmacro %}

{#
The first 15 characters of an existing id of an object, in place of uuid7_timestamp.
id: SQL text
#}
{% macro uuid7_time(id) -%}
  {{ ozmeta_runtime.substring(id, 1, 15) }}
{%- endmacro %}

{#
An integer as 12 lower-case hexadecimal digits.
number: SQL bigint, from 0 to below 2^48
#}
{% macro hex48(number) -%}
  {{ adapter.dispatch('hex48', 'ozmeta_runtime')(number) }}
{%- endmacro %}

{% macro default__hex48(number) -%}
  lpad(to_hex({{ number }}), 12, '0')
{%- endmacro %}
