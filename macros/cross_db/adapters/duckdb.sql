{# A cast of a nested value is not JSON, and one of bytes writes quotes as \x22: bytes are read as UTF-8, and shown as hex where they are not. #}
{% macro duckdb__column_text(column, dtype) %}
  {%- set type = dtype | upper -%}
  {%- if type in ['JSON', 'VARIANT'] -%}
    {%- set json = column if type == 'JSON' else "to_json(" ~ column ~ ")" -%}
    case when json_type({{ json }}) = 'VARCHAR' then json_extract_string({{ json }}, '$') else cast({{ json }} as varchar) end
  {%- elif type in ['BLOB', 'BYTEA', 'VARBINARY'] -%}coalesce(try(decode({{ column }})), lower(hex({{ column }})))
  {%- elif ozmeta_runtime.is_nested(dtype) -%}cast(to_json({{ column }}) as varchar)
  {%- else -%}cast({{ column }} as varchar){%- endif -%}
{% endmacro %}

{% macro duckdb__payload_text(column, dtype) %}
  {%- set type = dtype | upper -%}
  {%- if type == 'JSON' -%}cast({{ column }} as varchar)
  {#- what is not UTF-8 is not JSON, and must not count as an event without a payload -#}
  {%- elif type in ['BLOB', 'BYTEA', 'VARBINARY'] -%}case when {{ column }} is not null then coalesce(try(decode({{ column }})), '') end
  {%- elif ozmeta_runtime.is_nested(dtype) -%}{{ ozmeta_runtime.nested_json(column, dtype) }}
  {%- else -%}{{ ozmeta_runtime.column_text(column, dtype) }}{%- endif -%}
{% endmacro %}

{% macro duckdb__is_iso(text) %}regexp_full_match({{ text }}, '{{ ozmeta_runtime.iso_pattern() }}'){% endmacro %}

{% macro duckdb__timestamp_kind(dtype) %}
  {%- set type = dtype | upper -%}
  {%- if type == 'TIMESTAMP_NS' -%}{%- do return('nanos') -%}{%- endif -%}
  {%- if type.startswith('TIMESTAMP WITH TIME ZONE') or type == 'TIMESTAMPTZ' -%}{%- do return('zoned') -%}{%- endif -%}
  {%- do return('utc' if type in ['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'DATE'] else 'text') -%}
{% endmacro %}

{# The seventh to ninth digit of a text's fraction as a bigint. Digits from the tenth on are cut. #}
{% macro duckdb__iso_nanos(text) %}cast(rpad(regexp_extract({{ text }}, '[.][0-9]{6}([0-9]{1,3})', 1), 3, '0') as bigint){% endmacro %}

{% macro duckdb__nanos_of(instant) %}case when isfinite({{ instant }}) then ((epoch_ns({{ instant }}) % 1000) + 1000) % 1000 end{% endmacro %}

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

{% macro duckdb__json_parsed(text, paths) %}
  {%- set found = [] -%}
  {%- for path in paths -%}
    {%- set keys = [] -%}
    {%- for key in path -%}{%- do keys.append('."' ~ key | replace('\\', '\\\\') | replace('"', '\\"') ~ '"') -%}{%- endfor -%}
    {#- a list of paths may hold no '*', not even a quoted one: such a key goes by JSON pointer -#}
    {%- do found.append('/' ~ path | join('/') if path[-1] == '*' else '$' ~ keys | join) -%}
  {%- endfor -%}
  json_extract({{ ozmeta_runtime.duckdb__without_nul(text) }}, [{{ ozmeta_runtime.text_literals(found) }}])
{%- endmacro %}

{# U+FFFD is read for U+0000, which not every engine's texts can hold. Twice, since neighbours share the character between them. #}
{% macro duckdb__without_nul(text) %}
  {%- set once -%} regexp_replace({{ text }}, '((?:^|[^\\])(?:\\\\)*)\\u0000', '\1\\ufffd', 'g') {%- endset -%}
  case when contains({{ text }}, '\u0000') then regexp_replace({{ once }}, '((?:^|[^\\])(?:\\\\)*)\\u0000', '\1\\ufffd', 'g') else {{ text }} end
{%- endmacro %}

{% macro duckdb__json_at(parsed, paths, index) %}cast({{ parsed }}[{{ index + 1 }}] as varchar){% endmacro %}

{% macro duckdb__json_scalar(raw) %}
  case when starts_with({{ raw }}, '"') then json_extract_string({{ raw }}, '$')
       when not starts_with({{ raw }}, '[') and not starts_with({{ raw }}, '{') and {{ raw }} <> 'null' then {{ raw }} end
{%- endmacro %}

{% macro duckdb__json_member(value, array, cast_member) %}
  {%- set members = "list_transform(cast(" ~ array ~ " as json[]), lambda j: " ~ ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar("cast(j as varchar)"), cast_member) ~ ")" -%}
  case when len({{ members }}) = 0 then false
       when list_contains({{ members }}, {{ value }}) then true
       when {{ value }} is null or list_count({{ members }}) < len({{ members }}) then null
       when {{ members }} is not null then false end
{%- endmacro %}

{% macro duckdb__json_text(text) %}coalesce(cast(to_json({{ text }}) as varchar), 'null'){% endmacro %}

{% macro duckdb__sha256(text) %}sha256({{ text }}){% endmacro %}

{% macro duckdb__hex48(number) %}printf('%012x', {{ number }}){% endmacro %}

{% macro duckdb__to_number(text) %}(case when regexp_full_match({{ text }}, '-?[0-9]{1,300}(\.[0-9]+)?') then try_cast({{ text }} as double) end){% endmacro %}

{% macro duckdb__number_to_text(number) %}(case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then cast(cast({{ number }} as bigint) as varchar) else cast({{ number }} as varchar) end){% endmacro %}

{% macro duckdb__finite(number) %}(case when isfinite({{ number }}) then {{ number }} end){% endmacro %}

{% macro duckdb__to_version(text) %}(case when regexp_full_match({{ text }}, '-?[0-9]+') then coalesce(try_cast({{ text }} as bigint), -1) end){% endmacro %}

{% macro duckdb__to_integer(column, dtype) %}
  {%- if dtype | upper in ['BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT'] -%}cast({{ column }} as bigint)
  {%- else -%}case when regexp_full_match(cast({{ column }} as varchar), '-?[0-9]+(\.0+)?') then try_cast(cast({{ column }} as varchar) as bigint) end{%- endif -%}
{% endmacro %}

{# `//` cuts towards zero, so take the remainder away first. #}
{% macro duckdb__floor_div(number, divisor) %}((({{ number }}) - ((({{ number }}) % {{ divisor }}) + {{ divisor }}) % {{ divisor }}) // {{ divisor }}){% endmacro %}

{# A merge updates rows in place, and each column segment they lie in is written anew; deleting and inserting the same rows is four times faster. #}
{% macro duckdb__storage(model) %}{% do return({'incremental_strategy': 'append' if model in ozmeta_runtime.append_only() else 'delete+insert'}) %}{% endmacro %}

{% macro duckdb__clustered_by_object() %}order by _ObjectKey{% endmacro %}

{% macro duckdb__regex_matches(text, pattern) %}regexp_matches({{ text }}, {{ pattern }}){% endmacro %}

{% macro duckdb__to_micros(instant) %}epoch_us({{ instant }}){% endmacro %}

{% macro duckdb__from_micros(micros) %}make_timestamp({{ micros }}){% endmacro %}

{# DuckDB shifts a zoned column to the session's zone, unless it goes through epoch micros. A cast of nanoseconds would cut towards 1970. #}
{% macro duckdb__to_utc(column, dtype) %}
  {%- set number, kind = ozmeta_runtime.number_kind(dtype), ozmeta_runtime.timestamp_kind(dtype) -%}
  {%- if number -%}make_timestamp({{ ozmeta_runtime.epoch_micros(column, number) }})
  {%- elif kind == 'text' -%}make_timestamp({{ ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype)) }})
  {%- else -%}
  {%- set utc = "make_timestamp(epoch_us(" ~ column ~ "))" if kind == 'zoned' else "make_timestamp(" ~ ozmeta_runtime.floor_div("epoch_ns(" ~ column ~ ")", 1000) ~ ")" if kind == 'nanos'
      else column if dtype | upper == 'TIMESTAMP' else "cast(" ~ column ~ " as timestamp)" -%}
  case when isfinite({{ column }}) then {{ utc }} end
  {%- endif -%}
{% endmacro %}

{# A text that fits iso_pattern -> bigint microseconds. A zone that a text says would be dropped by a cast to timestamp. #}
{% macro duckdb__zoned_micros(text) -%}
  (case when regexp_matches({{ text }}, ':[0-9.]+(Z|[+-][0-9:]+)$')
        then epoch_us(try_cast(regexp_replace({{ text }}, '([+-][0-9]{2})([0-9]{2})$', '\1:\2') as timestamptz))
        else epoch_us(try_cast({{ text }} as timestamp)) end)
{%- endmacro %}

{# Infinity either way is no instant; the greater one is asked for with the rest. #}
{% macro duckdb__at_or_since(column, dtype, instant) %}
  {%- if dtype | upper == 'TIMESTAMP' -%}({{ column }} >= {{ instant }} or {{ column }} is null or {{ column }} = timestamp '-infinity')
  {%- elif 'TIME ZONE' in dtype | upper -%}({{ column }} >= make_timestamptz(epoch_us({{ instant }})) or {{ column }} is null or {{ column }} = timestamptz '-infinity')
  {%- else -%}{{ ozmeta_runtime.default__at_or_since(column, dtype, instant) }}{%- endif -%}
{% endmacro %}

{% macro duckdb__iso_to_micros(text) %}case when {{ ozmeta_runtime.is_iso(text) }} then {{ ozmeta_runtime.duckdb__zoned_micros(text) }} end{% endmacro %}

{% macro duckdb__micros_to_iso(micros) %}strftime(make_timestamp({{ micros }}), '%Y-%m-%dT%H:%M:%S.%fZ'){% endmacro %}
