{# Spark's SQL, where it differs from what is written elsewhere; Databricks takes all of it. What needs VARIANT needs Databricks Runtime 15.3, recursion 17.0, or Spark 4.1. #}
{% macro spark__without_exponent(java) %}
  case when {{ java }} like '%E-%' then regexp_replace(cast(cast({{ java }} as decimal(38, 23)) as string), '0+$', '')
       when {{ java }} like '%E%' then regexp_replace(regexp_replace(cast(cast({{ java }} as decimal(38, 16)) as string), '0+$', ''), '[.]$', '.0')
       else {{ java }} end
{%- endmacro %}

{% macro spark__column_text(column, dtype) %}
  {%- set type = dtype | lower -%}
  {%- if type == 'timestamp' -%}{{ ozmeta_runtime.timestamp_text(column) }}
  {%- elif type == 'variant' or type[:6] in ['struct', 'array<'] or type[:4] == 'map<' -%}to_json({{ column }})
  {%- else -%}cast({{ column }} as string){%- endif -%}
{% endmacro %}

{# ---- words #}
{# One step an event; a hundred if nothing is said. #}
{% macro spark__recursive_columns(columns) %} max recursion level 1000000{% endmacro %}

{# What isn't sure to be the same the next time is not planned again for each use. rand() is never below 0. #}
{% macro spark__materialize_cte(cte, keyword) %}{{ keyword }} rand() >= 0{% endmacro %}

{% macro spark__wide_decimal(number) %}cast({{ number }} as double){% endmacro %}

{% macro spark__iso_nanos(text) %}cast(rpad(regexp_extract({{ text }}, '[.][0-9]{6}([0-9]{1,3})', 1), 3, '0') as bigint){% endmacro %}

{% macro spark__is_iso(text) %}{{ ozmeta_runtime.spark__full_match(text, ozmeta_runtime.iso_pattern()) }}{% endmacro %}

{% macro spark__zoned_micros(text) %}
  {%- set clock = "regexp_extract(" ~ text ~ ", '^[0-9-]+[T ]([0-9:.]+)', 1)" -%}
  {%- set zone = "regexp_extract(" ~ text ~ ", '^[0-9-]+[T ][0-9:.]+([+-][0-9:]+)', 1)" -%}
  {%- set hours, minutes = "cast(concat('0', substr(" ~ zone ~ ", 2, 2)) as bigint)", "cast(concat('0', substr(replace(" ~ zone ~ ", ':', ''), 4, 2)) as bigint)" -%}
  (unix_micros(try_cast(concat(substr({{ text }}, 1, 10), 'T', case when {{ clock }} = '' then '00:00:00' when length({{ clock }}) = 5 then concat({{ clock }}, ':00') else {{ clock }} end, 'Z') as timestamp))
    - case when {{ zone }} like '-%' then -1 else 1 end * ({{ hours }} * 3600000000 + {{ minutes }} * 60000000))
{%- endmacro %}

{# ---- JSON: a VARIANT per path #}
{# Parsing stops at the end of the first value, whatever follows. What is whole in an array and in an object is followed by nothing. #}
{% macro spark__is_json_object(text) %}
  coalesce({{ text }} rlike {{ ozmeta_runtime.text_literal('^[ \\t\\r\\n]*[{]') }} and try_parse_json(concat('{"":', {{ text }}, '}')) is not null
    and try_variant_get(try_parse_json(concat('[', {{ text }}, ']')), '$[0]', 'variant') is not null and try_variant_get(try_parse_json(concat('[', {{ text }}, ']')), '$[1]', 'variant') is null, false)
{%- endmacro %}

{% macro spark__json_parsed(text, paths) %}
  {%- set found = [] -%}
  {%- for path in paths -%}
    {%- set value = ['j'] -%}
    {%- for key in path -%}
      {#- a path has no escapes: a key with both quotes in it goes by a map -#}
      {%- set mark = '"' if '"' not in key else "'" -%}
      {%- do value.append("try_variant_get(" ~ value[-1] ~ ", " ~ ozmeta_runtime.text_literal('$[' ~ mark ~ key ~ mark ~ ']') ~ ", 'variant')" if mark not in key and key
          else "try_element_at(try_variant_get(" ~ value[-1] ~ ", '$', 'map<string,variant>'), " ~ ozmeta_runtime.text_literal(key) ~ ")") -%}
    {%- endfor -%}
    {%- do found.append(value[-1]) -%}
  {%- endfor -%}
  element_at(transform(array(try_parse_json({{ ozmeta_runtime.spark__without_nul(text) }})), j -> transform(array({{ found | join(', ') }}), value -> {{ ozmeta_runtime.spark__json_serialized('value') }})), 1)
{%- endmacro %}

{# U+FFFD is read for U+0000, which not every engine's texts can hold. #}
{% macro spark__without_nul(text) %}
  {%- set pattern = ozmeta_runtime.text_literal('(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000') -%}
  case when contains({{ text }}, {{ ozmeta_runtime.text_literal('\\u0000') }}) then regexp_replace({{ text }}, {{ pattern }}, {{ ozmeta_runtime.text_literal('$1\\\\ufffd') }}) else {{ text }} end
{%- endmacro %}

{% macro spark__json_at(parsed, paths, index) %}{{ parsed }}[{{ index }}]{% endmacro %}

{# As DuckDB writes JSON: what was written with a point or an exponent is a double, and shows it. A VARIANT knows 1.0 as a decimal without decimals, and a long whole number too; what no double holds is infinity, and written as a number that none holds. #}
{% macro spark__json_serialized(value) %}
  {%- set is_array = "schema_of_variant(" ~ value ~ ") like 'ARRAY%'" -%}
  {%- set double = "case when abs(d) = cast('Infinity' as double) then case when d > 0 then '1e999' else '-1e999' end when abs(d) >= 1e21 or (abs(d) < cast(0.000001 as double) and d <> 0) then regexp_replace(cast(d as string), '([.]0)?E', 'e') else "
      ~ ozmeta_runtime.spark__without_exponent("cast(d as string)") ~ " end" -%}
  case when {{ value }} is not null then concat(case when {{ is_array }} then '[' else '' end,
    array_join(transform(case when {{ is_array }} then try_variant_get({{ value }}, '$', 'array<variant>') else array({{ value }}) end, member ->
      case when schema_of_variant(member) rlike '^(DOUBLE|DECIMAL[(]([0-9]|1[0-8]),0[)]|DECIMAL[(][0-9]+,[1-9])'
           then element_at(transform(array(try_variant_get(member, '$', 'double')), d -> {{ double }}), 1)
           else to_json(member) end), ','),
    case when {{ is_array }} then ']' else '' end) end
{%- endmacro %}

{% macro spark__json_scalar(raw) %}
  case substr({{ raw }}, 1, 1) when '"' then try_variant_get(try_parse_json({{ raw }}), '$', 'string') when '[' then null when '{' then null else nullif({{ raw }}, 'null') end
{%- endmacro %}

{# exists() is three-valued itself. #}
{% macro spark__json_member(value, array, cast_member) %}
  exists(transform(try_variant_get(try_parse_json({{ array }}), '$', 'array<variant>'), each -> {{ ozmeta_runtime.spark__json_serialized('each') }}), raw_member -> {{ ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar('raw_member'), cast_member) }} = {{ value }})
{%- endmacro %}

{# to_json takes no text alone. #}
{% macro spark__json_text(text) %}substr(to_json(array({{ text }})), 2, length(to_json(array({{ text }}))) - 2){% endmacro %}

{% macro spark__concat_text(expressions) %}{{ ozmeta_runtime.bigquery__concat_text(expressions) }}{% endmacro %}

{% macro spark__hex48(number) %}lower(lpad(hex({{ number }}), 12, '0')){% endmacro %}

{# ---- texts: a backslash escapes, a doubled quote is two literals #}
{% macro spark__quote_text(text) %}'{{ text | replace('\\', '\\\\') | replace("'", "\\'") }}'{% endmacro %}

{# An RE2 pattern in Java's words: a line ends at a line feed only and a text at its very end, \s \b know ASCII only, case knows Unicode, classes have no classes in them. #}
{% macro spark__regex(pattern) %}
  {%- set blank, word = '\\t\\n\\f\\r ', '[0-9A-Za-z_]' -%}
  {%- set said = {'$': '\\z', '\\v': '\\x0B', '\\s': '[' ~ blank ~ ']', '\\S': '[^' ~ blank ~ ']',
      '\\b': '(?:(?<!' ~ word ~ ')(?=' ~ word ~ ')|(?<=' ~ word ~ ')(?!' ~ word ~ '))', '\\B': '(?:(?<!' ~ word ~ ')(?!' ~ word ~ ')|(?<=' ~ word ~ ')(?=' ~ word ~ '))'} -%}
  {%- set out = ['(?d)'] -%}
  {%- set lines = modules.re.search('\\(\\?[a-zA-Z]*m', pattern) -%}
  {%- for part in modules.re.findall('(?s)\\\\Q.*?(?:\\\\E|$)|\\\\[pP]\\{\\^?\\w+\\}|\\\\x\\{[0-9a-fA-F]+\\}|\\\\.|\\[\\^?\\]?(?:\\[:\\^?[a-z]+:\\]|\\\\.|[^\\]\\\\])*\\]|\\(\\?P?<[A-Za-z0-9_]+>|\\(\\?[a-zA-Z-]+[:)]|.', pattern) -%}
    {%- if part == '\\C' or (part[:2] == '(?' and 'U' in part and part[-1:] in ':)') -%}
      {%- do exceptions.raise_compiler_error("The regex " ~ pattern ~ " of a rule can't be said on " ~ target.type ~ ": it has no '" ~ part ~ "'") -%}
    {%- elif part[:1] == '[' and part | length > 1 -%}
      {%- set start = '[^' if part[:2] == '[^' else '[' -%}
      {%- set inner = [] -%}
      {%- for one in modules.re.findall('(?s)\\[:\\^?[a-z]+:\\]|\\\\[pP]\\{\\^?\\w+\\}|\\\\x\\{[0-9a-fA-F]+\\}|\\\\.|.', part[start | length:-1]) -%}
        {%- if one[:2] == '[:' -%}
          {%- set name = one[2:-2] | replace('^', '') -%}
          {%- do inner.append(('\\W' if '^' in one else '\\w') if name == 'word' else ('\\P{' if '^' in one else '\\p{') ~ {'ascii': 'ASCII', 'xdigit': 'XDigit'}.get(name, name | capitalize) ~ '}') -%}
        {%- elif one in ['[', ']', '&', '^'] -%}{%- do inner.append('\\' ~ one) -%}
        {%- elif one == '\\s' -%}{%- do inner.append(blank) -%}
        {%- else -%}{%- do inner.append(ozmeta_runtime.spark__regex_script(one)) -%}{%- endif -%}
      {%- endfor -%}
      {%- do out.append(start ~ inner | join ~ ']') -%}
    {%- elif part == '$' and lines -%}{%- do out.append(part) -%}
    {%- elif part in said -%}{%- do out.append(said[part]) -%}
    {%- elif part[:2] == '(?' and part[-1:] == '>' -%}{%- do out.append('(') -%}
    {%- elif part[:2] == '(?' and part != '(?:' and 'i' in part.split('-')[0] -%}{%- do out.append(part | replace('i', 'iu')) -%}
    {%- else -%}{%- do out.append(ozmeta_runtime.spark__regex_script(part)) -%}{%- endif -%}
  {%- endfor -%}
  {%- do return(out | join) -%}
{% endmacro %}

{# \p{Greek} is \p{IsGreek}; \p{Lu} and \pL are themselves. #}
{% macro spark__regex_script(part) %}
  {%- if part[:3] in ['\\p{', '\\P{'] and part | length > 6 -%}{%- do return(part[:3] ~ 'Is' ~ part[3:]) -%}{%- endif -%}
  {%- do return(part) -%}
{% endmacro %}

{# ---- casts #}
{% macro spark__full_match(text, pattern) %}{{ text }} rlike {{ ozmeta_runtime.text_literal('^(?:' ~ pattern ~ ')\\z') }}{% endmacro %}

{% macro spark__to_number(text) %}(case when {{ ozmeta_runtime.spark__full_match(text, '-?[0-9]{1,300}([.][0-9]+)?') }} then try_cast({{ text }} as double) end){% endmacro %}

{# Java writes 1.0E7 and 1.0E-4: so from 1e7 on and below 1e-3 the digits go through a decimal, and exponents get DuckDB's form. #}
{% macro spark__number_to_text(number) %}
  {%- set java = "cast(" ~ number ~ " as string)" -%}
  (case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then cast(cast({{ number }} as bigint) as string)
        when abs({{ number }}) >= 1e16 then regexp_replace({{ java }}, '([.]0)?E', 'e+')
        when abs({{ number }}) < 1e-4 then regexp_replace(regexp_replace({{ java }}, '([.]0)?E', 'e'), 'e-([0-9])$', 'e-0$1')
        else {{ ozmeta_runtime.spark__without_exponent(java) }} end)
{%- endmacro %}

{% macro spark__finite(number) %}(case when not isnan({{ number }}) and abs({{ number }}) < cast('Infinity' as double) then {{ number }} end){% endmacro %}

{% macro spark__to_version(text) %}(case when {{ ozmeta_runtime.spark__full_match(text, '-?[0-9]+') }} then coalesce(try_cast({{ text }} as bigint), -1) end){% endmacro %}

{% macro spark__to_integer(column, dtype) %}
  {%- set text = "cast(" ~ column ~ " as string)" -%}
  {%- if dtype | lower in ['bigint', 'int', 'smallint', 'tinyint'] -%}cast({{ column }} as bigint)
  {%- else -%}case when {{ ozmeta_runtime.spark__full_match(text, '-?[0-9]+([.]0+)?') }} then try_cast(regexp_extract({{ text }}, '^-?[0-9]+', 0) as bigint) end{%- endif -%}
{% endmacro %}

{% macro spark__floor_div(number, divisor) %}((({{ number }}) - pmod({{ number }}, {{ divisor }})) div {{ divisor }}){% endmacro %}

{% macro spark__last_value_ignoring_nulls(expression, over) %}last_value({{ expression }}) ignore nulls over ({{ over }}){% endmacro %}

{% macro spark__ends_with(text, part) %}endswith({{ text }}, {{ part }}){% endmacro %}

{% macro spark__contains_text(text, part) %}contains({{ text }}, {{ part }}){% endmacro %}

{# Java's regexes, told to mean what RE2 means. #}
{% macro spark__regex_matches(text, pattern) %}
  {%- if pattern[:1] == "'" -%}({{ text }} rlike {{ ozmeta_runtime.text_literal(ozmeta_runtime.spark__regex(modules.re.sub('(?s)\\\\(.)', '\\1', pattern[1:-1]))) }})
  {%- else -%}({{ text }} rlike {{ pattern }}){%- endif -%}
{% endmacro %}

{# ---- time: TIMESTAMP is an instant, but texts are read and written in the session's zone: so a zone is always said, and a text is made of numbers #}
{% macro spark__timestamp_literal(text) %}cast('{{ text }}Z' as timestamp){% endmacro %}

{% macro spark__to_micros(instant) %}unix_micros({{ instant }}){% endmacro %}

{% macro spark__from_micros(micros) %}timestamp_micros({{ micros }}){% endmacro %}

{% macro spark__to_utc(column, dtype) %}
  {%- set type = dtype | lower -%}
  {%- if type == 'timestamp' -%}{{ column }}
  {%- elif type == 'timestamp_ntz' -%}cast(concat(cast({{ column }} as string), 'Z') as timestamp)
  {%- elif type == 'date' -%}cast(concat(cast({{ column }} as string), 'T00:00:00Z') as timestamp)
  {%- elif ozmeta_runtime.number_kind(dtype) -%}timestamp_micros({{ ozmeta_runtime.epoch_micros(column, ozmeta_runtime.number_kind(dtype)) }})
  {%- else -%}timestamp_micros({{ ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype)) }}){%- endif -%}
{% endmacro %}

{# The cast wants seconds, a colon in an offset and a zone, without which it would ask the session. It takes no offset beyond 18 hours: the offset's hours are taken off apart. #}
{% macro spark__iso_to_micros(text) %}case when {{ ozmeta_runtime.is_iso(text) }} then {{ ozmeta_runtime.spark__zoned_micros(text) }} end{% endmacro %}

{% macro spark__micros_to_iso(micros) %}
  {%- set second = "pmod(" ~ micros ~ ", 86400000000) div 1000000" -%}
  concat(cast(date_from_unix_date(cast({{ ozmeta_runtime.floor_div(micros, 86400000000) }} as int)) as string), 'T', lpad(cast({{ second }} div 3600 as string), 2, '0'), ':',
    lpad(cast({{ second }} div 60 % 60 as string), 2, '0'), ':', lpad(cast({{ second }} % 60 as string), 2, '0'), '.', lpad(cast(pmod({{ micros }}, 1000000) as string), 6, '0'), 'Z')
{%- endmacro %}

{% macro spark__timestamp_text(instant) %}regexp_replace(regexp_replace(translate({{ ozmeta_runtime.micros_to_iso(ozmeta_runtime.to_micros(instant)) }}, 'TZ', ' '), '0+$', ''), '[.]$', ''){% endmacro %}

{# dbt's float has 32 bits here. #}
{% macro spark__type_double() %}double{% endmacro %}

{% macro spark__update_from(table, columns, rows, on, differs) %}{{ ozmeta_runtime.bigquery__update_from(table, columns, rows, on, differs) }}{% endmacro %}
