{#
Spark 4.1, and Databricks, which uses all of these macros.
On Databricks, VARIANT requires Runtime 15.3 and recursive queries require Runtime 17.0.
#}

{# ---- types #}

{# dbt's float has 32 bits here. #}
{% macro spark__type_double() -%}
  double
{%- endmacro %}

{# ---- literals #}

{#
A backslash escapes the next character. A doubled quote would be two adjacent literals. Spark replaces `${name}` by a
variable before it reads the SQL, also in a literal, so the dollar sign is written by its number.
#}
{% macro spark__quote_text(text) -%}
  {%- set escaped = text | replace('\\', '\\\\') | replace("'", "\\'") -%}
  '{{ escaped | replace('${', '\\u0024{') }}'
{%- endmacro %}

{# ---- text #}

{% macro spark__ends_with(text, part) -%}
  endswith({{ text }}, {{ part }})
{%- endmacro %}

{% macro spark__contains_text(text, part) -%}
  contains({{ text }}, {{ part }})
{%- endmacro %}

{# Java's regular expressions #}
{% macro spark__regex_matches(text, pattern) -%}
  ({{ text }} rlike {{ pattern }})
{%- endmacro %}

{% macro spark__regex_dialect() -%}
  {%- do return('spark') -%}
{%- endmacro %}

{#
Condition: a pattern matches the whole text. Java's `$` would also match before a final line feed, hence `\z`.
text: SQL text
pattern: str
#}
{% macro spark__full_match(text, pattern) -%}
  {{ text }} rlike {{ ozmeta_runtime.text_literal('^(?:' ~ pattern ~ ')\\z') }}
{%- endmacro %}

{% macro spark__concat_text(expressions) -%}
  {{ ozmeta_runtime.bigquery__concat_text(expressions) }}
{%- endmacro %}

{# collect_list leaves nulls out. #}
{% macro spark__joined_texts(text, sort_key) -%}
  case when count({{ text }}) > 0 then array_join(array_sort(collect_list({{ text }})), ',') end
{%- endmacro %}

{# ---- windows #}

{% macro spark__last_value_ignoring_nulls(expression, over) -%}
  last_value({{ expression }}) ignore nulls over ({{ over }})
{%- endmacro %}

{# ---- numbers #}

{% macro spark__to_number(text) -%}
  (case
    when {{ ozmeta_runtime.spark__full_match(text, '-?[0-9]{1,300}([.][0-9]+)?') }} then try_cast({{ text }} as double)
  end)
{%- endmacro %}

{#
Java writes an exponent from 1e7 on and below 1e-3, as in 1.0E7 and 1.0E-4. DuckDB writes one from 1e16 on and below
1e-4, as in 1e+16 and 1e-05; this macro gives DuckDB's form.
#}
{% macro spark__number_to_text(number) -%}
  {%- set java = "cast(" ~ number ~ " as string)" -%}
  (case
    when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15
    then cast(cast({{ number }} as bigint) as string)
    when abs({{ number }}) >= 1e16 then regexp_replace({{ java }}, '([.]0)?E', 'e+')
    when abs({{ number }}) < 1e-4
    then regexp_replace(regexp_replace({{ java }}, '([.]0)?E', 'e'), 'e-([0-9])$', 'e-0$1')
    else {{ ozmeta_runtime.spark__without_exponent(java) }}
  end)
{%- endmacro %}

{#
The text of a double without an exponent. Its magnitude must be 0, or at least 1e-6 and less than 1e21.
java: SQL of the double as Java's text
#}
{% macro spark__without_exponent(java) -%}
  case
    when {{ java }} like '%E-%'
    then regexp_replace(cast(cast({{ java }} as decimal(38, 23)) as string), '0+$', '')
    when {{ java }} like '%E%'
    then regexp_replace(regexp_replace(cast(cast({{ java }} as decimal(38, 16)) as string), '0+$', ''), '[.]$', '.0')
    else {{ java }}
  end
{%- endmacro %}

{% macro spark__finite(number) -%}
  (case when not isnan({{ number }}) and abs({{ number }}) < cast('Infinity' as double) then {{ number }} end)
{%- endmacro %}

{% macro spark__to_version(text) -%}
  (case
    when {{ ozmeta_runtime.spark__full_match(text, '-?[0-9]+') }} then coalesce(try_cast({{ text }} as bigint), -1)
  end)
{%- endmacro %}

{% macro spark__to_integer(column, dtype) -%}
  {%- set text = "cast(" ~ column ~ " as string)" -%}
  {%- if dtype | lower in ['bigint', 'int', 'smallint', 'tinyint'] -%}
    cast({{ column }} as bigint)
  {%- else -%}
    case
      when {{ ozmeta_runtime.spark__full_match(text, '-?[0-9]+([.]0+)?') }}
      then try_cast(regexp_extract({{ text }}, '^-?[0-9]+', 0) as bigint)
    end
  {%- endif -%}
{%- endmacro %}

{% macro spark__floor_div(number, divisor) -%}
  ((({{ number }}) - pmod({{ number }}, {{ divisor }})) div {{ divisor }})
{%- endmacro %}

{#
---- time: TIMESTAMP is stored in UTC, but a cast from or to text uses the session's time zone.
Texts that are cast therefore have a time zone, and texts of timestamps are built from numbers.
#}

{% macro spark__timestamp_literal(text) -%}
  cast('{{ text }}Z' as timestamp)
{%- endmacro %}

{% macro spark__timestamp_text(timestamp) -%}
  {%- set iso = ozmeta_runtime.micros_to_iso(ozmeta_runtime.to_micros(timestamp)) -%}
  regexp_replace(regexp_replace(translate({{ iso }}, 'TZ', ' '), '0+$', ''), '[.]$', '')
{%- endmacro %}

{% macro spark__to_micros(timestamp) -%}
  unix_micros({{ timestamp }})
{%- endmacro %}

{% macro spark__from_micros(micros) -%}
  timestamp_micros({{ micros }})
{%- endmacro %}

{% macro spark__micros_to_iso(micros) -%}
  {%- set day = ozmeta_runtime.floor_div(micros, 86400000000) -%}
  {%- set second = "pmod(" ~ micros ~ ", 86400000000) div 1000000" -%}
  concat(
    cast(date_from_unix_date(cast({{ day }} as int)) as string), 'T',
    lpad(cast({{ second }} div 3600 as string), 2, '0'), ':',
    lpad(cast({{ second }} div 60 % 60 as string), 2, '0'), ':',
    lpad(cast({{ second }} % 60 as string), 2, '0'), '.',
    lpad(cast(pmod({{ micros }}, 1000000) as string), 6, '0'), 'Z'
  )
{%- endmacro %}

{% macro spark__to_utc(column, dtype) -%}
  {%- set type = dtype | lower -%}
  {%- set number = ozmeta_runtime.number_kind(dtype) -%}
  {%- if type == 'timestamp' -%}
    {{ column }}
  {%- elif type == 'timestamp_ntz' -%}
    cast(concat(cast({{ column }} as string), 'Z') as timestamp)
  {%- elif type == 'date' -%}
    cast(concat(cast({{ column }} as string), 'T00:00:00Z') as timestamp)
  {%- elif number -%}
    timestamp_micros({{ ozmeta_runtime.epoch_micros(column, number) }})
  {%- else -%}
    timestamp_micros({{ ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype)) }})
  {%- endif -%}
{%- endmacro %}

{% macro spark__is_instant_type(dtype) -%}
  {%- do return(dtype in ['timestamp', 'timestamp_ltz']) -%}
{%- endmacro %}

{% macro spark__local_to_utc(timestamp, zone) -%}
  to_utc_timestamp({{ timestamp }}, {{ ozmeta_runtime.text_literal(zone) }})
{%- endmacro %}

{# ---- iso_8601 #}

{% macro spark__is_iso(text) -%}
  {{ ozmeta_runtime.spark__full_match(text, ozmeta_runtime.iso_pattern()) }}
{%- endmacro %}

{% macro spark__iso_to_micros(text) -%}
  case when {{ ozmeta_runtime.is_iso(text) }} then {{ ozmeta_runtime.spark__zoned_micros(text) }} end
{%- endmacro %}

{#
A text that matches `iso_pattern` as a bigint, in microseconds since 1970. The cast requires seconds and a time zone,
else it uses the session's. It refuses offsets of more than 18 hours, so the offset is subtracted separately.
#}
{% macro spark__zoned_micros(text) -%}
  {%- set clock = "regexp_extract(" ~ text ~ ", '^[0-9-]+[T ]([0-9:.]+)', 1)" -%}
  {%- set zone = "regexp_extract(" ~ text ~ ", '^[0-9-]+[T ][0-9:.]+([+-][0-9:]+)', 1)" -%}
  {%- set hours = "cast(concat('0', substr(" ~ zone ~ ", 2, 2)) as bigint)" -%}
  {%- set minutes = "cast(concat('0', substr(replace(" ~ zone ~ ", ':', ''), 4, 2)) as bigint)" -%}
  (
    unix_micros(try_cast(concat(substr({{ text }}, 1, 10), 'T', case
      when {{ clock }} = '' then '00:00:00'
      when length({{ clock }}) = 5 then concat({{ clock }}, ':00')
      else {{ clock }}
    end, 'Z') as timestamp))
    - case when {{ zone }} like '-%' then -1 else 1 end
    * ({{ hours }} * 3600000000 + {{ minutes }} * 60000000)
  )
{%- endmacro %}

{% macro spark__iso_nanos(text) -%}
  cast(rpad(regexp_extract({{ text }}, '[.][0-9]{6}([0-9]{1,3})', 1), 3, '0') as bigint)
{%- endmacro %}

{# ---- epoch #}

{% macro spark__to_double(number) -%}
  cast({{ number }} as double)
{%- endmacro %}

{# ---- json: one VARIANT per path #}

{#
The parser stops at the end of the first value and ignores the rest of the text. A text that also parses inside an
object, and as the only member of an array, has no rest.
#}
{% macro spark__is_json_object(text) -%}
  {%- set in_array = "try_parse_json(concat('[', " ~ text ~ ", ']'))" -%}
  coalesce(
    {{ text }} rlike {{ ozmeta_runtime.text_literal('^[ \\t\\r\\n]*[{]') }}
    and try_parse_json(concat('{"":', {{ text }}, '}')) is not null
    and try_variant_get({{ in_array }}, '$[0]', 'variant') is not null
    and try_variant_get({{ in_array }}, '$[1]', 'variant') is null,
    false
  )
{%- endmacro %}

{% macro spark__json_parsed(text, paths) -%}
  {%- set found = [] -%}
  {%- for path in paths -%}
    {%- set value = ['j'] -%}
    {%- for key in path -%}
      {#- a path has no escapes, so a key that contains both kinds of quotes is looked up in a map -#}
      {%- set mark = '"' if '"' not in key else "'" -%}
      {%- if mark not in key and key -%}
        {%- set step = ozmeta_runtime.text_literal('$[' ~ mark ~ key ~ mark ~ ']') -%}
        {%- do value.append("try_variant_get(" ~ value[-1] ~ ", " ~ step ~ ", 'variant')") -%}
      {%- else -%}
        {%- set map = "try_variant_get(" ~ value[-1] ~ ", '$', 'map<string,variant>')" -%}
        {%- do value.append("try_element_at(" ~ map ~ ", " ~ ozmeta_runtime.text_literal(key) ~ ")") -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do found.append(value[-1]) -%}
  {%- endfor -%}
  element_at(transform(
    array(try_parse_json({{ ozmeta_runtime.spark__without_nul(text) }})),
    j -> transform(
      array({{ found | join(', ') }}),
      value -> {{ ozmeta_runtime.spark__json_serialized('value') }}
    )
  ), 1)
{%- endmacro %}

{# U+FFFD in place of U+0000. #}
{% macro spark__without_nul(text) -%}
  {%- set nul = ozmeta_runtime.text_literal('\\u0000') -%}
  {%- set pattern = ozmeta_runtime.text_literal('(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000') -%}
  {%- set by = ozmeta_runtime.text_literal('$1\\\\ufffd') -%}
  case
    when contains({{ text }}, {{ nul }}) then regexp_replace({{ text }}, {{ pattern }}, {{ by }})
    else {{ text }}
  end
{%- endmacro %}

{% macro spark__json_at(parsed, paths, index) -%}
  {{ parsed }}[{{ index }}]
{%- endmacro %}

{#
A VARIANT as raw JSON text, in the form that DuckDB writes: a number with a decimal point or an exponent is a double
and keeps one of them. A VARIANT stores 1.0, and an integer of many digits, as a decimal of scale 0.
A number that exceeds a double is infinite here and becomes 1e999.
value: SQL of a VARIANT
#}
{% macro spark__json_serialized(value) -%}
  {%- set is_array = "schema_of_variant(" ~ value ~ ") like 'ARRAY%'" -%}
  {%- set is_double = '^(DOUBLE|DECIMAL[(]([0-9]|1[0-8]),0[)]|DECIMAL[(][0-9]+,[1-9])' -%}
  {%- set double -%}
    case
      when abs(d) = cast('Infinity' as double) then case when d > 0 then '1e999' else '-1e999' end
      when abs(d) >= 1e21 or (abs(d) < cast(0.000001 as double) and d <> 0)
      then regexp_replace(cast(d as string), '([.]0)?E', 'e')
      else {{ ozmeta_runtime.spark__without_exponent("cast(d as string)") }}
    end
  {%- endset -%}
  case when {{ value }} is not null then concat(
    case when {{ is_array }} then '[' else '' end,
    array_join(transform(
      case
        when {{ is_array }} then try_variant_get({{ value }}, '$', 'array<variant>')
        else array({{ value }})
      end,
      member -> case
        when schema_of_variant(member) rlike '{{ is_double }}'
        then element_at(transform(array(try_variant_get(member, '$', 'double')), d -> {{ double }}), 1)
        else to_json(member)
      end
    ), ','),
    case when {{ is_array }} then ']' else '' end
  ) end
{%- endmacro %}

{% macro spark__json_scalar(raw) -%}
  case substr({{ raw }}, 1, 1)
    when '"' then try_variant_get(try_parse_json({{ raw }}), '$', 'string')
    when '[' then null
    when '{' then null
    else nullif({{ raw }}, 'null')
  end
{%- endmacro %}

{# `exists` is three-valued itself. #}
{% macro spark__json_member(value, array, cast_member) -%}
  {%- set member = ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar('raw_member'), cast_member) -%}
  exists(
    transform(
      try_variant_get(try_parse_json({{ array }}), '$', 'array<variant>'),
      each -> {{ ozmeta_runtime.spark__json_serialized('each') }}
    ),
    raw_member -> {{ member }} = {{ value }}
  )
{%- endmacro %}

{% macro spark__json_first(array) -%}
  {%- set first = "try_variant_get(try_parse_json(" ~ array ~ "), '$[0]', 'variant')" -%}
  {{ ozmeta_runtime.json_scalar(ozmeta_runtime.spark__json_serialized(first)) }}
{%- endmacro %}

{# to_json does not accept a text, so the text is written as an array and the brackets are removed. #}
{% macro spark__json_text(text) -%}
  substr(to_json(array({{ text }})), 2, length(to_json(array({{ text }}))) - 2)
{%- endmacro %}

{# ---- columns #}

{% macro spark__column_text(column, dtype) -%}
  {%- set type = dtype | lower -%}
  {%- if type == 'timestamp' -%}
    {{ ozmeta_runtime.timestamp_text(column) }}
  {%- elif type == 'variant' or type[:6] in ['struct', 'array<'] or type[:4] == 'map<' -%}
    to_json({{ column }})
  {%- else -%}
    cast({{ column }} as string)
  {%- endif -%}
{%- endmacro %}

{# ---- keys #}

{% macro spark__hex48(number) -%}
  lower(lpad(hex({{ number }}), 12, '0'))
{%- endmacro %}

{# ---- ctes #}

{# A recursive query needs one level per event of an object. The default limit is 100 levels. #}
{% macro spark__recursive_columns(columns) -%}
  {{ ' ' }}max recursion level 1000000
{%- endmacro %}

{# The optimizer does not copy a CTE that is not deterministic. rand() is never below 0. #}
{% macro spark__materialize_cte(cte, keyword) -%}
  {{ keyword }} rand() >= 0
{%- endmacro %}

{# ---- update_from #}

{% macro spark__update_from(table, columns, rows, on, differs) -%}
  {{ ozmeta_runtime.bigquery__update_from(table, columns, rows, on, differs) }}
{%- endmacro %}

{# ---- storage #}

{% macro spark__prunes_by_bucket() -%}
  {%- do return(true) -%}
{%- endmacro %}
