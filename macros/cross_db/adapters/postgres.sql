{# The catalogue names types of users (composites, hstore, citext, enums) by one word only. #}
{% macro postgres__column_text(column, dtype) %}
  {%- if dtype | lower == 'user-defined' -%}(to_jsonb({{ column }}) #>> '{}')
  {%- elif dtype | lower in ['json', 'jsonb'] -%}({{ column }} #>> '{}')
  {%- else -%}cast({{ column }} as text){%- endif -%}
{% endmacro %}

{% macro postgres__payload_text(column, dtype) %}
  {%- if dtype | lower == 'user-defined' -%}
    case when (select typtype from pg_catalog.pg_type where oid = cast(pg_typeof({{ column }}) as oid)) = 'c' then cast(json_strip_nulls(to_json({{ column }})) as text) else to_jsonb({{ column }}) #>> '{}' end
  {%- elif dtype | lower in ['json', 'jsonb'] -%}cast({{ column }} as text)
  {%- else -%}{{ ozmeta_runtime.column_text(column, dtype) }}{%- endif -%}
{% endmacro %}

{% macro postgres__iso_nanos(text) %}cast(rpad(substring({{ text }} from '[.][0-9]{6}([0-9]{1,3})'), 3, '0') as bigint){% endmacro %}

{% macro postgres__is_iso(text) %}{{ text }} ~ '^({{ ozmeta_runtime.iso_pattern() }})$'{% endmacro %}

{# No function says so before Postgres 16 without failing on what is none, and that one passes half a surrogate pair, on which reading then fails. So the text is
   reduced: strings, numbers and words to a token each, then the innermost objects and arrays to a token, until one token is left. Six rounds are spelled out;
   what nests deeper goes round by itself, a thousand times at most. #}
{% macro postgres__is_json_object(text) %}
  {%- set string -%} "(?:[^"\\\x01-\x1f]|\\(?:["\\/bfnrt]|u(?:[0-9abcefABCEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}|[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})))*" {%- endset -%}
  {%- set scalar -%} -?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null {%- endset -%}
  {%- set inner -%} \{ ?(?:"" ?: ?(?:0|"") ?(?:, ?"" ?: ?(?:0|"") ?)*)?\}|\[ ?(?:(?:0|"") ?(?:, ?(?:0|"") ?)*)?\] {%- endset -%}
  {%- set tokens -%} regexp_replace(regexp_replace(regexp_replace({{ text }}, '{{ string }}', '""', 'g'), '{{ scalar }}', '0', 'g'), '[ \t\n\r]+', ' ', 'g') {%- endset -%}
  {%- set rounds = [tokens] -%}
  {%- for i in range(6) -%}{%- do rounds.append("regexp_replace(" ~ rounds[-1] ~ ", '" ~ inner ~ "', '0', 'g')") -%}{%- endfor -%}
  (case when {{ text }} !~ '^[ \t\n\r]*\{' then false
        when btrim({{ rounds[-1] }}) = '0' then true
        else (with recursive reduced as (
                select {{ tokens }} as rest, 0 as round
                union all
                select regexp_replace(rest, '{{ inner }}', '0', 'g'), round + 1 from reduced where round < 1000 and rest ~ '{{ inner }}')
              select btrim(rest) = '0' from reduced order by round desc limit 1) end)
{%- endmacro %}

{# The parts that paths begin with, each as JSON: json, since jsonb knows numbers by their value only and fails on some. -> takes what is no object for one without keys. #}
{% macro postgres__json_parsed(text, paths) %}
  {%- set parts = [] -%}
  {%- for root in ozmeta_runtime.json_roots(paths) -%}
    {%- do parts.append("cast(" ~ ozmeta_runtime.postgres__without_nul(text) ~ " as json) -> " ~ ozmeta_runtime.text_literal(root)) -%}
  {%- endfor -%}
  array[{{ parts | join(', ') }}]
{%- endmacro %}

{# No text of this engine holds U+0000: U+FFFD is read for it. A backslash before it may itself be escaped. #}
{% macro postgres__without_nul(text) %}case when strpos({{ text }}, '\u0000') > 0 then regexp_replace({{ text }}, '(?<!\\)((\\\\)*)\\u0000', '\1\\ufffd', 'g') else {{ text }} end{% endmacro %}

{# As DuckDB writes JSON: no blanks, a number by its value, in a string nothing escaped that need not be. #}
{% macro postgres__json_at(parsed, paths, index) %}
  {%- set path = paths[index] -%}
  {%- set value -%}
    ({{ parsed }}[{{ ozmeta_runtime.json_roots(paths).index(path[0]) + 1 }}]{% for key in path[1:] %} -> {{ ozmeta_runtime.text_literal(key) }}{% endfor %})
  {%- endset -%}
  case json_typeof({{ value }})
    when 'array' then (select '[' || coalesce(string_agg({{ ozmeta_runtime.postgres__json_serialized('member') }}, ',' order by place), '') || ']' from json_array_elements({{ value }}) with ordinality as members(member, place))
    else {{ ozmeta_runtime.postgres__json_serialized(value) }} end
{%- endmacro %}

{% macro postgres__json_serialized(value) %}
  {%- set raw = "cast(" ~ value ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  case json_typeof({{ value }})
    when 'string' then {{ ozmeta_runtime.json_text("(" ~ value ~ " #>> '{}')") }}
    when 'number' then {{ ozmeta_runtime.postgres__json_number(raw) }}
    when 'object' then regexp_replace({{ raw }}, '("([^"\\]|\\.)*")|[ \t\n\r]+', '\1', 'g')
    when 'array' then regexp_replace({{ raw }}, '("([^"\\]|\\.)*")|[ \t\n\r]+', '\1', 'g')
    else {{ raw }} end
{%- endmacro %}

{# A JSON number: a whole one as it stands; any other the shortest text that gives the same double, without an exponent from 1e-6 to 1e21. #}
{% macro postgres__json_number(raw) %}
  {%- set shortest = "cast(cast(" ~ raw ~ " as double precision) as text)" -%}
  {%- set decimal = "cast(cast(" ~ shortest ~ " as numeric) as text)" -%}
  case when {{ raw }} !~ '[.eE]' then case {{ raw }} when '-0' then '0' else {{ raw }} end
       when {{ raw }} ~ '[eE][+-]?[0-9]{4}' then {{ raw }}
       when abs(cast({{ raw }} as numeric)) < 2.5e-324 then case when {{ raw }} like '-%' then '-0.0' else '0.0' end
       when abs(cast({{ raw }} as numeric)) > 1.7976931348623157e308 then {{ raw }}
       when abs(cast({{ raw }} as numeric)) >= 1e21 or abs(cast({{ raw }} as numeric)) < 1e-6 then regexp_replace({{ shortest }}, 'e[+]?(-?)0*', 'e\1')
       when {{ decimal }} like '%.%' then {{ decimal }} else {{ decimal }} || '.0' end
{%- endmacro %}

{% macro postgres__json_scalar(raw) %}
  case substr({{ raw }}, 1, 1) when '"' then cast({{ raw }} as json) #>> '{}' when '[' then null when '{' then null else nullif({{ raw }}, 'null') end
{%- endmacro %}

{% macro postgres__json_member(value, array, cast_member) %}
  (select case when count(*) = 0 then false
               when bool_or(member = {{ value }}) then true
               when {{ value }} is null or count(member) < count(*) then null
               else false end
   from (select {{ ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar("cast(given as " ~ ozmeta_runtime.type_text() ~ ")"), cast_member) }} as member from json_array_elements(cast({{ array }} as json)) as each_one(given)) as members)
{%- endmacro %}

{# Control characters have their numbers in upper case, as DuckDB's. #}
{% macro postgres__json_text(text) %}
  {%- set plain = "cast(to_json(cast(" ~ text ~ " as " ~ ozmeta_runtime.type_text() ~ ")) as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  {%- set upper = [plain] -%}
  {%- for code in ['0b', '0e', '0f', '1a', '1b', '1c', '1d', '1e', '1f'] -%}
    {%- set next -%} regexp_replace({{ upper[-1] }}, '(?<!\\)((?:\\\\)*)\\u00{{ code }}', '\1\\u00{{ code | upper }}', 'g') {%- endset -%}
    {%- do upper.append(next) -%}
  {%- endfor -%}
  case when {{ text }} ~ '[\x0b\x0e\x0f\x1a-\x1f]' then {{ upper[-1] }} else coalesce({{ plain }}, 'null') end
{%- endmacro %}

{% macro postgres__sha256(text) %}encode(sha256(convert_to({{ text }}, 'UTF8')), 'hex'){% endmacro %}

{# A text of many decimals may be no double at all: 300 of them are enough. A regex counts to 255 only. The inner cast keeps a literal from being judged before the case is. #}
{% macro postgres__to_number(text) %}(case when {{ text }} ~ '^-?[0-9]{1,255}[0-9]{0,45}([.][0-9]+)?$' then cast(substr(cast({{ text }} as {{ ozmeta_runtime.type_text() }}), 1, strpos({{ text }} || '.', '.') + 300) as double precision) end){% endmacro %}

{# The shortest text that gives the same number again, as DuckDB's; but from 1e15 on with an exponent, which DuckDB writes from 1e16 on. #}
{% macro postgres__number_to_text(number) %}
  {%- set text = "cast(" ~ number ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  (case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then cast(cast({{ number }} as bigint) as {{ ozmeta_runtime.type_text() }})
        when {{ text }} like '%e+15' then cast(cast({{ text }} as numeric) as {{ ozmeta_runtime.type_text() }})
        else {{ text }} end)
{%- endmacro %}

{# Here what overflows, or comes too near to zero, is an error: so its logarithm is asked first. #}
{% macro postgres__arithmetic(left, sign, right) %}
  {%- if sign in ['+', '-'] -%}(case when abs({{ left }}) < 8.9e307 and abs({{ right }}) < 8.9e307 then {{ left }} {{ sign }} {{ right }} end)
  {%- else -%}
  {%- set size = "(ln(nullif(abs(" ~ left ~ "), 0)) " ~ {'*': '+', '/': '-'}[sign] ~ " ln(nullif(abs(" ~ right ~ "), 0)))" -%}
  (case when {{ size }} > 709.7827 then null when {{ size }} < -740 then 0 else {{ left }} {{ sign }} {{ right }} end)
  {%- endif -%}
{% endmacro %}

{# Arithmetic sees to it. #}
{% macro postgres__finite(number) %}{{ number }}{% endmacro %}

{% macro postgres__to_version(text) %}
  (case when {{ text }} ~ '^-?0*[0-9]{1,19}$'
        then case when cast({{ text }} as numeric(38, 0)) between -9223372036854775808 and 9223372036854775807 then cast({{ text }} as bigint) else -1 end
        when {{ text }} ~ '^-?[0-9]+$' then -1 end)
{%- endmacro %}

{% macro postgres__to_integer(column, dtype) %}
  {%- set text = "cast(" ~ column ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  {%- if dtype | lower in ['bigint', 'integer', 'smallint'] -%}cast({{ column }} as bigint)
  {%- else -%}case when {{ text }} ~ '^-?0*[0-9]{1,19}([.]0+)?$'
       then case when cast({{ text }} as numeric(38, 0)) between -9223372036854775808 and 9223372036854775807 then cast(split_part({{ text }}, '.', 1) as bigint) end end{%- endif -%}
{% endmacro %}

{% macro postgres__floor_div(number, divisor) %}((({{ number }}) - ((({{ number }}) % {{ divisor }}) + {{ divisor }}) % {{ divisor }}) / {{ divisor }}){% endmacro %}

{# What each run reads a table by. Its keys are as long as the journal's ids, which a hash index takes and a b-tree does not. The adapter deletes and inserts in one transaction. #}
{% macro postgres__storage(model) %}
  {%- set hashed = {'timeline': ['_ObjectKey', 'EJ_ID'], 'workflow_instance': ['_ObjectKey'], 'approval_event': ['_ObjectKey'], 'approval_step': ['_ObjectKey'], 'approval_instance': ['_ObjectKey'], 'sla_cycle': ['_ObjectKey'],
      'escalation_queue': ['_ObjectKey', '_CycleKey'], 'runtime_signal': ['_ObjectKey']}.get(model, []) -%}
  {%- set ordered = [['_Batch'], ['_UpdateDate']] + {'timeline': [['TL_Position', 'EJ_EventTimeUTC']], 'sla_cycle': [['ST_NextUTC']]}.get(model, []) -%}
  {%- set indexes = [] -%}
  {%- for column in ['_Key'] + hashed -%}{%- do indexes.append({'columns': [column], 'type': 'hash'}) -%}{%- endfor -%}
  {%- for columns in ordered -%}{%- do indexes.append({'columns': columns}) -%}{%- endfor -%}
  {%- do return({'incremental_strategy': 'delete+insert', 'indexes': indexes}) -%}
{% endmacro %}

{% macro postgres__binary_order(text) %}({{ text }}) collate "C"{% endmacro %}

{% macro postgres__min_text(text) %}(min(({{ text }}) collate "C") collate "default"){% endmacro %}

{# There is no `ignore nulls`: all values so far are gathered, which for an object of very many events is slow. #}
{% macro postgres__last_value_ignoring_nulls(expression, over) %}
  {%- set known = "(array_agg(" ~ expression ~ ") filter (where " ~ expression ~ " is not null) over (" ~ over ~ "))" -%}
  ({{ known }}[cardinality{{ known }}])
{%- endmacro %}

{% macro postgres__ends_with(text, part) %}(right({{ text }}, length({{ part }})) = {{ part }}){% endmacro %}

{# An RE2 pattern in Postgres' words: `.` is no line feed, \b is \y, \z is \Z, \Q...\E are plain characters, named groups have no names. #}
{% macro postgres__regex(pattern) %}
  {%- set flags = modules.re.match('^\\(\\?([a-zA-Z]+)\\)', pattern) -%}
  {%- set given = flags.group(1) if flags else '' -%}
  {%- set rest = pattern[flags.end():] if flags else pattern -%}
  {%- set out = [] -%}
  {%- if flags -%}{%- do out.append('(?' ~ ('i' if 'i' in given else 'c') ~ ('w' if 'm' in given else '') ~ ')') -%}{%- endif -%}
  {%- for part in modules.re.findall('(?s)\\\\Q.*?(?:\\\\E|$)|\\\\x\\{[0-9a-fA-F]+\\}|\\\\x[0-9a-fA-F]{2}|\\\\.|\\[\\^?\\]?(?:\\[:\\^?[a-z]+:\\]|\\\\.|[^\\]\\\\])*\\]|\\(\\?P?<[A-Za-z0-9_]+>|\\(\\?[a-zA-Z-]+:?|.', rest) -%}
    {%- if part == '.' -%}{%- do out.append('.' if 's' in given else '[^\\n]') -%}
    {%- elif part in ['\\b', '\\B', '\\z'] -%}{%- do out.append({'\\b': '\\y', '\\B': '\\Y', '\\z': '\\Z'}[part]) -%}
    {%- elif part[:2] == '\\Q' -%}{%- do out.append(modules.re.sub('([^A-Za-z0-9_])', '\\\\\\1', part[2:-2] if part[-2:] == '\\E' else part[2:])) -%}
    {%- elif part[:2] == '\\x' -%}{%- do out.append('\\U' ~ ('00000000' ~ part[2:] | replace('{', '') | replace('}', ''))[-8:]) -%}
    {%- elif part[:2] == '(?' and part[-1:] == '>' -%}{%- do out.append('(') -%}
    {%- elif (part[:2] == '(?' and part != '(?:') or part[:2] in ['\\p', '\\P', '\\C'] -%}
      {%- do exceptions.raise_compiler_error("The regex " ~ pattern ~ " of a rule can't be said on " ~ target.type ~ ": it has no '" ~ part ~ "'") -%}
    {%- else -%}{%- do out.append(part) -%}{%- endif -%}
  {%- endfor -%}
  {%- do return(out | join) -%}
{% endmacro %}

{# Postgres' own regexes, told to mean what RE2 means: by bytes, and see postgres__regex. #}
{% macro postgres__regex_matches(text, pattern) %}
  {%- if pattern[:1] == "'" -%}(({{ text }}) collate "C" ~ {{ ozmeta_runtime.text_literal(ozmeta_runtime.postgres__regex(pattern[1:-1] | replace("''", "'"))) }})
  {%- else -%}(({{ text }}) collate "C" ~ {{ pattern }}){%- endif -%}
{% endmacro %}

{# An interval is multiplied as a double: seconds and micros apart stay exact. #}
{% macro postgres__from_micros(micros) %}
  {%- set whole = "cast(" ~ micros ~ " as bigint)" -%}
  (timestamp '1970-01-01 00:00:00' + ({{ whole }} / 1000000) * interval '1 second' + ({{ whole }} % 1000000) * interval '1 microsecond')
{%- endmacro %}

{% macro postgres__to_utc(column, dtype) %}
  {%- set type = dtype | lower -%}
  {%- if ozmeta_runtime.number_kind(dtype) -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.epoch_micros(column, ozmeta_runtime.number_kind(dtype))) }}
  {%- elif type in ['timestamp', 'timestamp without time zone', 'date'] -%}case when isfinite({{ column }}) then cast({{ column }} as timestamp) end
  {%- elif 'time zone' in type or 'timestamptz' in type -%}case when isfinite({{ column }}) then {{ column }} at time zone 'UTC' end
  {%- else -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype))) }}{%- endif -%}
{% endmacro %}

{% macro postgres__at_or_since(column, dtype, instant) %}
  {%- set type = dtype | lower -%}
  {%- if type in ['timestamp', 'timestamp without time zone'] -%}({{ column }} >= {{ instant }} or {{ column }} is null or {{ column }} = '-infinity')
  {%- elif 'time zone' in type or 'timestamptz' in type -%}({{ column }} >= ({{ instant }}) at time zone 'UTC' or {{ column }} is null or {{ column }} = '-infinity')
  {%- else -%}{{ ozmeta_runtime.default__at_or_since(column, dtype, instant) }}{%- endif -%}
{% endmacro %}

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

{% macro postgres__micros_to_iso(micros) %}to_char({{ ozmeta_runtime.from_micros(micros) }}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'){% endmacro %}
