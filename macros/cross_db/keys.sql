{# A key of several texts, as readable as they are, that no two different lists share: joined by '|', then the length of each, none for a null, as in
   `4711|tenant1|4.7`. What tells rows apart comes first: keys are compared from the front. #}
{% macro row_key(parts) %}
  {%- set texts = [] -%}
  {%- for part in parts -%}{%- do texts.extend([part, "'|'"]) -%}{%- endfor -%}
  {%- for part in parts -%}{%- do texts.extend([ozmeta_runtime.text_length(part)] + ([] if loop.last else ["'.'"])) -%}{%- endfor -%}
  {{- ozmeta_runtime.concat_text(texts) -}}
{% endmacro %}

{# The SHA-256 of a text, as 64 lower-case hex digits. #}
{% macro sha256(text) %}{{ adapter.dispatch('sha256', 'ozmeta_runtime')(text) }}{% endmacro %}

{% macro default__sha256(text) %}sha2({{ text }}, 256){% endmacro %}

{# Values of any type as one text; a null counts as ''. #}
{% macro concat_text(expressions) %}{{ adapter.dispatch('concat_text', 'ozmeta_runtime')(expressions) }}{% endmacro %}

{% macro default__concat_text(expressions) %}concat({{ expressions | join(', ') }}){% endmacro %}

{# One text for the parts of a key, which no other parts make: joined by '|', a '\' before each '|' and '\' of their own. Null where a part is null or ''. #}
{% macro key_text(parts) %}
  {%- if parts | length == 1 -%}nullif({{ parts[0] }}, '')
  {%- else -%}
  {%- set escaped = [] -%}
  {%- for part in parts -%}
    {%- do escaped.append("replace(replace(" ~ part ~ ", " ~ ozmeta_runtime.text_literal('\\') ~ ", " ~ ozmeta_runtime.text_literal('\\\\') ~ "), '|', " ~ ozmeta_runtime.text_literal('\\|') ~ ")") -%}
    {%- do escaped.append("'|'") -%}
  {%- endfor -%}
  case when {% for part in parts %}{{ part }} <> ''{{ " and " if not loop.last }}{% endfor %} then {{ ozmeta_runtime.concat_text(escaped[:-1]) }} end
  {%- endif -%}
{% endmacro %}

{# SPEC 7 "IDs": the MD5 hex of the seed, parts joined by '|', nulls as ''. #}
{% macro seed_hash(expressions) %}
  {%- set parts = [] -%}
  {%- for e in expressions -%}{%- do parts.extend([e, "'|'"]) -%}{%- endfor -%}
  {{ ozmeta_runtime.md5_hex(ozmeta_runtime.concat_text(parts[:-1])) }}
{% endmacro %}

{# SPEC 7 "IDs": a UUIDv7 from `stamp`, see id_stamp, and a seed hash `h` (32 hex digits). The variant is looked up: translate() costs ten times as much. #}
{% macro uuid7(stamp, h) -%}
  {%- set plus, variant = ozmeta_runtime.concat_operator(), ozmeta_runtime.substring(h, 4, 1) -%}
  ({{ stamp }} {{ plus }} {{ ozmeta_runtime.substring(h, 1, 3) }} {{ plus }} '-' {{ plus }} case when {{ variant }} in ('0', '4', '8', 'c') then '8' when {{ variant }} in ('1', '5', '9', 'd') then '9'
   when {{ variant }} in ('2', '6', 'a', 'e') then 'a' else 'b' end {{ plus }} {{ ozmeta_runtime.substring(h, 5, 3) }} {{ plus }} '-' {{ plus }} {{ ozmeta_runtime.substring(h, 8, 12) }})
{%- endmacro %}

{# How the ids of an object begin: the milliseconds of its first arrival and the version, `tttttttt-tttt-7`. #}
{% macro uuid7_timestamp(instant) -%}
  {%- set ms = ozmeta_runtime.hex48("greatest(0, " ~ ozmeta_runtime.floor_div(ozmeta_runtime.to_micros(instant), 1000) ~ ")") -%}
  {{ ozmeta_runtime.substring(ms, 1, 8) }} {{ ozmeta_runtime.concat_operator() }} '-' {{ ozmeta_runtime.concat_operator() }} {{ ozmeta_runtime.substring(ms, 9, 4) }} {{ ozmeta_runtime.concat_operator() }} '-7'
{%- endmacro %}

{# The same of an id that the object has. #}
{% macro uuid7_time(id) %}{{ ozmeta_runtime.substring(id, 1, 15) }}{% endmacro %}

{# The 12 lower-case hex digits of a bigint below 2^48. #}
{% macro hex48(number) %}{{ adapter.dispatch('hex48', 'ozmeta_runtime')(number) }}{% endmacro %}

{% macro default__hex48(number) %}lpad(to_hex({{ number }}), 12, '0'){% endmacro %}

{# The MD5 of a text as 32 lower-case hex digits. dbt's hash casts to TEXT, which Redshift cuts at 256 bytes. #}
{% macro md5_hex(text) %}{{ adapter.dispatch('md5_hex', 'ozmeta_runtime')(text) }}{% endmacro %}

{% macro default__md5_hex(text) %}{{ dbt.hash(text) }}{% endmacro %}
