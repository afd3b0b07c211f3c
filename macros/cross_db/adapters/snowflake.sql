{# Snowflake's SQL, where it differs from what is written elsewhere. Rendered and parsed only: no Snowflake has run it. #}
{% macro snowflake__column_text(column, dtype) %}
  {%- set type = dtype | upper -%}
  {%- if type.split('(')[0] in ['VARIANT', 'OBJECT', 'ARRAY', 'MAP'] -%}to_json(cast({{ column }} as variant))
  {%- elif type[:9] == 'TIMESTAMP' or type[:8] == 'DATETIME' -%}
    {%- set utc = column if type[:13] == 'TIMESTAMP_NTZ' or type[:8] == 'DATETIME' else "convert_timezone('UTC', " ~ column ~ ")" -%}
    rtrim(rtrim(to_char({{ utc }}, 'YYYY-MM-DD HH24:MI:SS.FF9'), '0'), '.')
  {%- else -%}cast({{ column }} as varchar){%- endif -%}
{% endmacro %}

{% macro snowflake__is_iso(text) %}regexp_like({{ text }}, '{{ ozmeta_runtime.iso_pattern() }}'){% endmacro %}

{# A scale that is not said is 9. #}
{% macro snowflake__timestamp_kind(dtype) %}
  {%- set type = dtype | upper -%}
  {%- set scale = modules.re.search('[(]([0-9])[)]', type) -%}
  {%- if type[:9] == 'TIMESTAMP' or type[:8] == 'DATETIME' -%}{%- do return('utc' if scale and scale.group(1) | int <= 6 else 'nanos') -%}{%- endif -%}
  {%- do return('utc' if type == 'DATE' else 'text') -%}
{% endmacro %}

{% macro snowflake__iso_nanos(text) %}cast(rpad(regexp_substr({{ text }}, '[.][0-9]{6}([0-9]{1,3})', 1, 1, 'e', 1), 3, '0') as bigint){% endmacro %}

{% macro snowflake__nanos_of(instant) %}mod(date_part(nanosecond, {{ instant }}), 1000){% endmacro %}

{# ---- JSON: parsed once, to a VARIANT #}
{# Its parser also takes members that are missing, a comma before a bracket, and words in any case, which are no JSON: they are looked for outside strings. #}
{% macro snowflake__is_json_object(text) %}
  {%- set bare = "regexp_replace(" ~ text ~ ", " ~ ozmeta_runtime.text_literal('"([^"\\\\]|\\\\.)*"') ~ ", '\"\"')" -%}
  (coalesce(typeof(try_parse_json({{ text }})) = 'OBJECT', false) and regexp_instr({{ bare }}, ',[[:space:]]*[]},]|[[{][[:space:]]*,') = 0
    and regexp_instr(regexp_replace({{ bare }}, 'true|false|null|[0-9][eE]', ''), '[A-Za-z]') = 0)
{%- endmacro %}

{% macro snowflake__json_parsed(text, paths) %}try_parse_json({{ text }}){% endmacro %}

{% macro snowflake__json_at(parsed, paths, index) %}
  {%- set value = [parsed] -%}
  {%- for key in paths[index] -%}{%- do value.append("get(" ~ value[-1] ~ ", " ~ ozmeta_runtime.text_literal(key) ~ ")") -%}{%- endfor -%}
  to_json({{ value[-1] }})
{%- endmacro %}

{% macro snowflake__json_scalar(raw) %}
  case substr({{ raw }}, 1, 1) when '"' then cast(try_parse_json({{ raw }}) as varchar) when '[' then null when '{' then null else nullif({{ raw }}, 'null') end
{%- endmacro %}

{# Lambdas, since a correlated subquery over flatten() is one that it may refuse. #}
{% macro snowflake__json_member(value, array, cast_member) %}
  {%- set member = ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar('to_json(m)'), cast_member) -%}
  {%- set members = "cast(try_parse_json(" ~ array ~ ") as array)" -%}
  case when array_size({{ members }}) = 0 then false
       when array_size(filter({{ members }}, m -> {{ member }} = {{ value }})) > 0 then true
       when {{ value }} is null or array_size(filter({{ members }}, m -> {{ member }} is null)) > 0 then null
       when {{ members }} is not null then false end
{%- endmacro %}

{% macro snowflake__json_text(text) %}coalesce(to_json(to_variant({{ text }})), 'null'){% endmacro %}

{# concat is null where a part is. #}
{% macro snowflake__concat_text(expressions) %}{{ ozmeta_runtime.redshift__concat_text(expressions) }}{% endmacro %}

{% macro snowflake__hex48(number) %}lpad(ltrim(to_char({{ number }}, 'xxxxxxxxxxxx')), 12, '0'){% endmacro %}

{# ---- texts: a backslash in a literal escapes #}
{% macro snowflake__quote_text(text) %}{{ ozmeta_runtime.redshift__quote_text(text) }}{% endmacro %}

{% macro snowflake__regex(pattern) %}
  {%- set out, said = [], {'\\n': '\n', '\\t': '\t', '\\r': '\r', '\\f': '\f', '\\v': '\v', '\\a': '\a'} -%}
  {%- for part in modules.re.findall('(?s)\\\\.|\\[\\^?\\]?(?:\\[:\\^?[a-z]+:\\]|\\\\.|[^\\]\\\\])*\\]|\\(\\?|(?:[*+?]|\\{[0-9,]+\\})\\??|.', pattern) -%}
    {%- set inner = [] -%}
    {%- for one in modules.re.findall('(?s)\\\\.|.', part) -%}
      {%- do inner.append(said.get(one, one)) -%}
      {%- if part == '(?' or modules.re.match('\\\\[AaCcE-Re-rT-Vt-vX-Zx-z0-9]', inner[-1]) -%}
        {%- do exceptions.raise_compiler_error("The regex " ~ pattern ~ " of a rule can't be said on snowflake: it has no '" ~ (part if part == '(?' else one) ~ "'") -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do out.append(modules.re.sub('^([*+?]|\\{[0-9,]+\\})\\?$', '\\1', inner | join)) -%}
  {%- endfor -%}
  {%- do return(out | join) -%}
{% endmacro %}

{# ---- casts #}
{% macro snowflake__to_number(text) %}(case when regexp_like({{ text }}, '-?[0-9]{1,300}([.][0-9]+)?') then try_to_double({{ text }}) end){% endmacro %}

{% macro snowflake__number_to_text(number) %}(case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then to_char(cast({{ number }} as bigint)) else to_char({{ number }}) end){% endmacro %}

{# NaN is more than all else here. #}
{% macro snowflake__finite(number) %}(case when abs({{ number }}) < cast('inf' as float) then {{ number }} end){% endmacro %}

{# Its bigint holds 38 digits: what has more than 64 bits is told by its value. #}
{% macro snowflake__to_version(text) %}
  (case when regexp_like({{ text }}, '-?0*[0-9]{1,19}') then case when to_number({{ text }}, 38, 0) between -9223372036854775808 and 9223372036854775807 then to_number({{ text }}, 38, 0) else -1 end
        when regexp_like({{ text }}, '-?[0-9]+') then -1 end)
{%- endmacro %}

{% macro snowflake__to_integer(column, dtype) %}
  {%- set text = "cast(" ~ column ~ " as varchar)" -%}
  case when regexp_like({{ text }}, '-?0*[0-9]{1,19}([.]0+)?') then case when try_to_number({{ text }}, 38, 0) between -9223372036854775808 and 9223372036854775807 then try_to_number({{ text }}, 38, 0) end end
{%- endmacro %}

{# A quotient is rounded at its sixth decimal, so what is divided has no remainder. #}
{% macro snowflake__floor_div(number, divisor) %}cast(((({{ number }}) - mod(mod({{ number }}, {{ divisor }}) + {{ divisor }}, {{ divisor }})) / {{ divisor }}) as bigint){% endmacro %}

{# What a merge changes it writes together with its neighbours, of older batches; deleted and inserted, a batch has micro-partitions of its own. The adapter does both in one transaction. #}
{% macro snowflake__storage(model) %}
  {%- do return({'incremental_strategy': 'append' if model in ozmeta_runtime.append_only() else 'delete+insert', 'cluster_by': ['_Batch'] if model in ['journal', 'run'] else ['_Batch', '_ObjectKey']}) -%}
{% endmacro %}

{% macro snowflake__ends_with(text, part) %}endswith({{ text }}, {{ part }}){% endmacro %}

{% macro snowflake__contains_text(text, part) %}contains({{ text }}, {{ part }}){% endmacro %}

{# Extended regular expressions: \d, \w and \b are known, RE2's other escapes and (?...) are not, and a ? after a count says nothing of what matches. regexp_like would want the whole text. #}
{% macro snowflake__regex_matches(text, pattern) %}
  {%- if pattern[:1] == "'" -%}(regexp_instr({{ text }}, {{ ozmeta_runtime.text_literal(ozmeta_runtime.snowflake__regex(modules.re.sub('(?s)\\\\(.)', '\\1', pattern[1:-1] | replace("''", "'")))) }}) > 0)
  {%- else -%}(regexp_instr({{ text }}, {{ pattern }}) > 0){%- endif -%}
{%- endmacro %}

{% macro snowflake__timestamp_literal(text) %}cast('{{ text }}' as timestamp_ntz(6)){% endmacro %}

{% macro snowflake__to_micros(instant) %}cast(date_part(epoch_microsecond, {{ instant }}) as bigint){% endmacro %}

{% macro snowflake__from_micros(micros) %}to_timestamp_ntz({{ micros }}, 6){% endmacro %}

{% macro snowflake__to_utc(column, dtype) %}
  {%- set type = dtype | upper -%}
  {%- if type[:13] == 'TIMESTAMP_NTZ' or type[:8] == 'DATETIME' or type == 'DATE' -%}cast({{ column }} as timestamp_ntz(6))
  {%- elif type[:9] == 'TIMESTAMP' -%}cast(convert_timezone('UTC', {{ column }}) as timestamp_ntz(6))
  {%- elif ozmeta_runtime.number_kind(dtype) -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.epoch_micros(column, ozmeta_runtime.number_kind(dtype))) }}
  {%- else -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.iso_to_micros("cast(" ~ column ~ " as varchar)")) }}{%- endif -%}
{% endmacro %}

{# A text without a zone would be of the session's: it gets one. One without its colon is in none of the formats that are told by themselves. #}
{% macro snowflake__iso_to_micros(text) %}
  {%- set zoned = "try_to_timestamp_tz(case when regexp_like(" ~ text ~ ", '.{10}') then " ~ text ~ " || 'T00:00:00Z' when regexp_like(" ~ text ~ ", '.{11}[0-9:.]+') then " ~ text ~ " || 'Z' else regexp_replace(" ~ text ~ ", '([+-][0-9]{2})([0-9]{2})$', " ~ ozmeta_runtime.text_literal('\\1:\\2') ~ ") end)" -%}
  case when {{ ozmeta_runtime.is_iso(text) }} then {{ ozmeta_runtime.to_micros(zoned) }} end
{%- endmacro %}

{% macro snowflake__micros_to_iso(micros) %}to_char({{ ozmeta_runtime.from_micros(micros) }}, 'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"'){% endmacro %}

{% macro snowflake__timestamp_text(instant) %}rtrim(rtrim(to_char({{ instant }}, 'YYYY-MM-DD HH24:MI:SS.FF6'), '0'), '.'){% endmacro %}

{# ---- time: TIMESTAMP_NTZ is UTC. What `timestamp` means, the account says. #}
{% macro snowflake__type_timestamp() %}timestamp_ntz(6){% endmacro %}

{% macro snowflake__update_from(table, columns, rows, on, differs) %}{{ ozmeta_runtime.bigquery__update_from(table, columns, rows, on, differs) }}{% endmacro %}
