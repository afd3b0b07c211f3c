{# JSON is read in two steps, so that an engine may parse a payload once: `json_parsed` in one CTE, `json_at` in the next. #}

{# Is this text one JSON object? never an error #}
{% macro is_json_object(text) %}{{ adapter.dispatch('is_json_object', 'ozmeta_runtime')(text) }}{% endmacro %}
{# Its parser also takes NaN, Infinity and a comma before a bracket, which are no JSON: what might be one is looked at again without its strings.
   A pattern that begins with one letter is found in half the time of three in one. #}
{% macro duckdb__is_json_object(text) %}
  {%- set number = '[ \\t\\r\\n]*(?:[iIN]|n[aA]|[-+][nNiI])' -%}
  {%- set lax = [] -%}
  {%- for pattern in [':' ~ number, '\\[' ~ number, ',[ \\t\\r\\n]*(?:[]}iIN]|n[aA]|[-+][nNiI])'] -%}{%- do lax.append("regexp_matches(#, '" ~ pattern ~ "')") -%}{%- endfor -%}
  {%- set lax = lax | join(' or ') -%}
  case when not (json_valid({{ text }}) and (starts_with({{ text }}, '{') or starts_with(ltrim({{ text }}, e' \t\r\n'), '{'))) then false
       when {{ lax | replace('#', text) }} then not ({{ lax | replace('#', "regexp_replace(" ~ text ~ ", '\"(?:[^\"\\\\]|\\\\.)*\"', '\"\"', 'g')") }})
       else true end
{%- endmacro %}

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

{# Everything `paths` name in a payload known to be an object. paths: lists of keys, as ['object', 'Impact']. #}
{% macro json_parsed(text, paths) %}{{ adapter.dispatch('json_parsed', 'ozmeta_runtime')(text, paths) }}{% endmacro %}
{% macro duckdb__json_parsed(text, paths) %}
  {%- set found = [] -%}
  {%- for path in paths -%}
    {%- set keys = [] -%}
    {%- for key in path -%}{%- do keys.append('."' ~ key | replace('\\', '\\\\') | replace('"', '\\"') ~ '"') -%}{%- endfor -%}
    {#- a list of paths may hold no '*', not even a quoted one: such a key goes by JSON pointer -#}
    {%- do found.append('/' ~ path | join('/') if path[-1] == '*' else '$' ~ keys | join) -%}
  {%- endfor -%}
  json_extract({{ ozmeta_runtime.duckdb__without_nul(text) }}, [{{ ozmeta_runtime.literals(found) }}])
{%- endmacro %}

{# U+FFFD is read for U+0000, which not every engine's texts can hold. Twice, since neighbours share the character between them. #}
{% macro duckdb__without_nul(text) %}
  {%- set once -%} regexp_replace({{ text }}, '((?:^|[^\\])(?:\\\\)*)\\u0000', '\1\\ufffd', 'g') {%- endset -%}
  case when contains({{ text }}, '\u0000') then regexp_replace({{ once }}, '((?:^|[^\\])(?:\\\\)*)\\u0000', '\1\\ufffd', 'g') else {{ text }} end
{%- endmacro %}

{# The parts that paths begin with, each as JSON: json, since jsonb knows numbers by their value only and fails on some. -> takes what is no object for one without keys. #}
{% macro postgres__json_parsed(text, paths) %}
  {%- set parts = [] -%}
  {%- for root in ozmeta_runtime.json_roots(paths) -%}
    {%- do parts.append("cast(" ~ ozmeta_runtime.postgres__without_nul(text) ~ " as json) -> " ~ ozmeta_runtime.literal(root)) -%}
  {%- endfor -%}
  array[{{ parts | join(', ') }}]
{%- endmacro %}

{# No text of this engine holds U+0000: U+FFFD is read for it. A backslash before it may itself be escaped. #}
{% macro postgres__without_nul(text) %}case when strpos({{ text }}, '\u0000') > 0 then regexp_replace({{ text }}, '(?<!\\)((\\\\)*)\\u0000', '\1\\ufffd', 'g') else {{ text }} end{% endmacro %}

{% macro json_roots(paths) %}
  {%- set roots = [] -%}
  {%- for path in paths if path[0] not in roots -%}{%- do roots.append(path[0]) -%}{%- endfor -%}
  {%- do return(roots) -%}
{% endmacro %}

{# The value at paths[index], as raw JSON text: null where absent, 'null' where null. #}
{% macro json_at(parsed, paths, index) %}{{ adapter.dispatch('json_at', 'ozmeta_runtime')(parsed, paths, index) }}{% endmacro %}
{% macro duckdb__json_at(parsed, paths, index) %}cast({{ parsed }}[{{ index + 1 }}] as varchar){% endmacro %}

{# As DuckDB writes JSON: no blanks, a number by its value, in a string nothing escaped that need not be. #}
{% macro postgres__json_at(parsed, paths, index) %}
  {%- set path = paths[index] -%}
  {%- set value -%}
    ({{ parsed }}[{{ ozmeta_runtime.json_roots(paths).index(path[0]) + 1 }}]{% for key in path[1:] %} -> {{ ozmeta_runtime.literal(key) }}{% endfor %})
  {%- endset -%}
  case json_typeof({{ value }})
    when 'array' then (select '[' || coalesce(string_agg({{ ozmeta_runtime.postgres__json_written('member') }}, ',' order by place), '') || ']' from json_array_elements({{ value }}) with ordinality as members(member, place))
    else {{ ozmeta_runtime.postgres__json_written(value) }} end
{%- endmacro %}

{% macro postgres__json_written(value) %}
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

{# Raw JSON text -> the text of a scalar; null for null, arrays and objects. A number is its shortest form: 5.0 is 5 (SPEC 11). #}
{% macro json_scalar(raw) %}
  case when {{ raw }} = '-0.0' then '0'
       when {{ raw }} like '%.0' then {{ ozmeta_runtime.part(raw, 1, ozmeta_runtime.text_length(raw) ~ ' - 2') }}
       else {{ ozmeta_runtime.json_scalar_text(raw) }} end
{%- endmacro %}

{# The same, a number as the engine's raw text has it. #}
{% macro json_scalar_text(raw) %}{{ adapter.dispatch('json_scalar', 'ozmeta_runtime')(raw) }}{% endmacro %}
{% macro duckdb__json_scalar(raw) %}
  case when starts_with({{ raw }}, '"') then json_extract_string({{ raw }}, '$')
       when not starts_with({{ raw }}, '[') and not starts_with({{ raw }}, '{') and {{ raw }} <> 'null' then {{ raw }} end
{%- endmacro %}

{% macro postgres__json_scalar(raw) %}
  case substr({{ raw }}, 1, 1) when '"' then cast({{ raw }} as json) #>> '{}' when '[' then null when '{' then null else nullif({{ raw }}, 'null') end
{%- endmacro %}

{# Raw JSON text -> itself where it is an array, else null. #}
{% macro json_array(raw) %}case when {{ ozmeta_runtime.part(raw, 1, 1) }} = '[' then {{ raw }} end{% endmacro %}

{# Is `value` among the members of a raw JSON array? Three-valued like `in (...)`: [] holds nothing, a null member makes a miss unknown.
   `cast_member` is the name of the macro of this package that brings a member's text to the value's type. #}
{% macro json_member(value, array, cast_member) %}{{ adapter.dispatch('json_member', 'ozmeta_runtime')(value, array, cast_member) }}{% endmacro %}
{% macro duckdb__json_member(value, array, cast_member) %}
  {%- set members = "list_transform(cast(" ~ array ~ " as json[]), lambda j: " ~ ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar("cast(j as varchar)"), cast_member) ~ ")" -%}
  case when len({{ members }}) = 0 then false
       when list_contains({{ members }}, {{ value }}) then true
       when {{ value }} is null or list_count({{ members }}) < len({{ members }}) then null
       when {{ members }} is not null then false end
{%- endmacro %}

{% macro postgres__json_member(value, array, cast_member) %}
  (select case when count(*) = 0 then false
               when bool_or(member = {{ value }}) then true
               when {{ value }} is null or count(member) < count(*) then null
               else false end
   from (select {{ ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar("cast(given as " ~ ozmeta_runtime.type_text() ~ ")"), cast_member) }} as member from json_array_elements(cast({{ array }} as json)) as each_one(given)) as members)
{%- endmacro %}

{# A text as a JSON string, a null as null. #}
{% macro json_text(text) %}{{ adapter.dispatch('json_text', 'ozmeta_runtime')(text) }}{% endmacro %}
{% macro duckdb__json_text(text) %}coalesce(cast(to_json({{ text }}) as varchar), 'null'){% endmacro %}
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

{# Redshift: a payload is parsed once, to SUPER, whose parts are told apart by case only where the session says so. What is no JSON is asked before: json_parse fails on it. #}
{% macro redshift__is_json_object(text) %}(is_valid_json({{ text }}) and substring(ltrim({{ text }}, ' ' || chr(9) || chr(10) || chr(13)), 1, 1) = '{'){% endmacro %}

{% macro redshift__json_parsed(text, paths) %}
  {%- if execute -%}{%- do run_query('set enable_case_sensitive_identifier to true') -%}{%- endif -%}
  {%- set nul, pattern, by = ozmeta_runtime.literal('\\u0000'), ozmeta_runtime.literal('(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000'), ozmeta_runtime.literal('$1\\\\ufffd') -%}
  json_parse(case when strpos({{ text }}, {{ nul }}) > 0 then regexp_replace({{ text }}, {{ pattern }}, {{ by }}, 1, 'p') else {{ text }} end)
{%- endmacro %}

{% macro redshift__json_at(parsed, paths, index) %}
  {%- set keys = [] -%}
  {%- for key in paths[index] -%}{%- do keys.append('."' ~ key | replace('"', '""') ~ '"') -%}{%- endfor -%}
  {%- set raw = "json_serialize(" ~ parsed ~ keys | join ~ ")" -%}
  {#- a SUPER keeps a decimal's zeros; how it writes an exponent, and numbers that decimals do not hold, is its own affair -#}
  case when {{ raw }} ~ '^-?[0-9]+[.][0-9]+$' then rtrim({{ raw }}, '0') || case when rtrim({{ raw }}, '0') like '%.' then '0' else '' end else {{ raw }} end
{%- endmacro %}

{% macro redshift__json_scalar(raw) %}
  case substring({{ raw }}, 1, 1) when '"' then json_extract_path_text('{"v":' || {{ raw }} || '}', 'v') when '[' then null when '{' then null else nullif({{ raw }}, 'null') end
{%- endmacro %}

{# No subquery may look out of itself here, so the members are looked at one by one: the first 50, and of more than 50 nothing is known but what is found. #}
{% macro redshift__json_member(value, array, cast_member) %}
  {%- set found, unknown = [], [] -%}
  {%- for i in range(50) -%}
    {%- set member = ozmeta_runtime.cast_text("nullif(json_extract_array_element_text(" ~ array ~ ", " ~ i ~ "), 'null')", cast_member) -%}
    {%- do found.append(member ~ " = " ~ value) -%}
    {%- do unknown.append("(json_array_length(" ~ array ~ ") > " ~ i ~ " and " ~ member ~ " is null)") -%}
  {%- endfor -%}
  case when json_array_length({{ array }}) = 0 then false
       when {{ found | join(' or ') }} then true
       when {{ value }} is null or json_array_length({{ array }}) > 50 or {{ unknown | join(' or ') }} then null
       else false end
{%- endmacro %}

{% macro redshift__json_text(text) %}coalesce('"' || replace(replace(replace(replace(replace({{ text }}, chr(92), chr(92) || chr(92)), '"', chr(92) || '"'), chr(10), chr(92) || 'n'), chr(13), chr(92) || 'r'), chr(9), chr(92) || 't') || '"', 'null'){% endmacro %}
