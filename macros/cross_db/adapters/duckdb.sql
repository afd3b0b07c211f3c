{# ---- text #}

{% macro duckdb__regex_matches(text, pattern) -%}
  regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}

{# An ordered string_agg takes twice the time. #}
{% macro duckdb__joined_texts(text, sort_key) -%}
  array_to_string(list_sort(list({{ text }}) filter (where {{ text }} is not null)), ',')
{%- endmacro %}

{# ---- numbers #}

{% macro duckdb__to_number(text) -%}
  (case when regexp_full_match({{ text }}, '-?[0-9]{1,300}(\.[0-9]+)?') then try_cast({{ text }} as double) end)
{%- endmacro %}

{% macro duckdb__number_to_text(number) -%}
  (case
    when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15
    then cast(cast({{ number }} as bigint) as varchar)
    else cast({{ number }} as varchar)
  end)
{%- endmacro %}

{% macro duckdb__finite(number) -%}
  (case when isfinite({{ number }}) then {{ number }} end)
{%- endmacro %}

{% macro duckdb__to_version(text) -%}
  (case when regexp_full_match({{ text }}, '-?[0-9]+') then coalesce(try_cast({{ text }} as bigint), -1) end)
{%- endmacro %}

{% macro duckdb__to_integer(column, dtype) -%}
  {%- if dtype | upper in ['BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT'] -%}
    cast({{ column }} as bigint)
  {%- else -%}
    case
      when regexp_full_match(cast({{ column }} as varchar), '-?[0-9]+(\.0+)?')
      then try_cast(cast({{ column }} as varchar) as bigint)
    end
  {%- endif -%}
{%- endmacro %}

{# `//` rounds towards zero, so the remainder is subtracted first. #}
{% macro duckdb__floor_div(number, divisor) -%}
  ((({{ number }}) - ((({{ number }}) % {{ divisor }}) + {{ divisor }}) % {{ divisor }}) // {{ divisor }})
{%- endmacro %}

{# ---- time #}

{% macro duckdb__to_micros(timestamp) -%}
  epoch_us({{ timestamp }})
{%- endmacro %}

{% macro duckdb__from_micros(micros) -%}
  make_timestamp({{ micros }})
{%- endmacro %}

{% macro duckdb__micros_to_iso(micros) -%}
  strftime(make_timestamp({{ micros }}), '%Y-%m-%dT%H:%M:%S.%fZ')
{%- endmacro %}

{#
A cast would convert a zoned column to the session's time zone; epoch_us does not.
A cast of nanoseconds would round towards 1970.
#}
{% macro duckdb__to_utc(column, dtype) -%}
  {%- set number, kind = ozmeta_runtime.number_kind(dtype), ozmeta_runtime.timestamp_kind(dtype) -%}
  {%- if number -%}
    make_timestamp({{ ozmeta_runtime.epoch_micros(column, number) }})
  {%- elif kind == 'text' -%}
    make_timestamp({{ ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype)) }})
  {%- else -%}
    case when isfinite({{ column }}) then {% if kind == 'zoned' -%}
      make_timestamp(epoch_us({{ column }}))
    {%- elif kind == 'nanos' -%}
      make_timestamp({{ ozmeta_runtime.floor_div("epoch_ns(" ~ column ~ ")", 1000) }})
    {%- elif dtype | upper == 'TIMESTAMP' -%}
      {{ column }}
    {%- else -%}
      cast({{ column }} as timestamp)
    {%- endif %} end
  {%- endif -%}
{%- endmacro %}

{# `-infinity` is not a timestamp and needs its own condition. `infinity` satisfies the comparison. #}
{% macro duckdb__at_or_since(column, dtype, timestamp) -%}
  {%- if dtype | upper == 'TIMESTAMP' -%}
    (
      {{ column }} >= {{ timestamp }}
      or {{ column }} is null or {{ column }} = timestamp '-infinity'
    )
  {%- elif 'TIME ZONE' in dtype | upper -%}
    (
      {{ column }} >= make_timestamptz(epoch_us({{ timestamp }}))
      or {{ column }} is null
      or {{ column }} = timestamptz '-infinity'
    )
  {%- else -%}
    {{ ozmeta_runtime.default__at_or_since(column, dtype, timestamp) }}
  {%- endif -%}
{%- endmacro %}

{% macro duckdb__timestamp_kind(dtype) -%}
  {%- set type = dtype | upper -%}
  {%- if type == 'TIMESTAMP_NS' -%}
    {%- do return('nanos') -%}
  {%- endif -%}
  {%- if type.startswith('TIMESTAMP WITH TIME ZONE') or type == 'TIMESTAMPTZ' -%}
    {%- do return('zoned') -%}
  {%- endif -%}
  {%- do return('utc' if type in ['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'DATE'] else 'text') -%}
{%- endmacro %}

{% macro duckdb__nanos_of(timestamp) -%}
  case when isfinite({{ timestamp }}) then ((epoch_ns({{ timestamp }}) % 1000) + 1000) % 1000 end
{%- endmacro %}

{# ---- iso_8601 #}

{% macro duckdb__is_iso(text) -%}
  regexp_full_match({{ text }}, '{{ ozmeta_runtime.iso_pattern() }}')
{%- endmacro %}

{% macro duckdb__iso_to_micros(text) -%}
  case when {{ ozmeta_runtime.is_iso(text) }} then {{ ozmeta_runtime.duckdb__zoned_micros(text) }} end
{%- endmacro %}

{#
A text that matches `iso_pattern` as a bigint, in microseconds since 1970.
A cast to timestamp would drop the time zone, so a text that has one is cast to timestamptz.
#}
{% macro duckdb__zoned_micros(text) -%}
  (case
    when regexp_matches({{ text }}, ':[0-9.]+(Z|[+-][0-9:]+)$')
    then epoch_us(try_cast(regexp_replace({{ text }}, '([+-][0-9]{2})([0-9]{2})$', '\1:\2') as timestamptz))
    else epoch_us(try_cast({{ text }} as timestamp))
  end)
{%- endmacro %}

{% macro duckdb__iso_nanos(text) -%}
  cast(rpad(regexp_extract({{ text }}, '[.][0-9]{6}([0-9]{1,3})', 1), 3, '0') as bigint)
{%- endmacro %}

{# ---- json #}

{#
json_valid also accepts NaN, Infinity and a comma before a bracket, which are not JSON. A text that may contain one
is searched again without its strings. One pattern per first letter is twice as fast as a single pattern for all.
#}
{% macro duckdb__is_json_object(text) -%}
  {%- set number = '[ \\t\\r\\n]*(?:[iIN]|n[aA]|[-+][nNiI])' -%}
  {%- set patterns = [':' ~ number, '\\[' ~ number, ',[ \\t\\r\\n]*(?:[]}iIN]|n[aA]|[-+][nNiI])'] -%}
  {%- set searches = [] -%}
  {%- for pattern in patterns -%}
    {%- do searches.append("regexp_matches(#, '" ~ pattern ~ "')") -%}
  {%- endfor -%}
  {%- set lax = searches | join(' or ') -%}
  {%- set without_strings = "regexp_replace(" ~ text ~ ", '\"(?:[^\"\\\\]|\\\\.)*\"', '\"\"', 'g')" -%}
  case
    when not (
      json_valid({{ text }})
      and (starts_with({{ text }}, '{') or starts_with(ltrim({{ text }}, e' \t\r\n'), '{'))
    ) then false
    when {{ lax | replace('#', text) }} then not ({{ lax | replace('#', without_strings) }})
    else true
  end
{%- endmacro %}

{# One json_extract for all paths. #}
{% macro duckdb__json_parsed(text, paths) -%}
  {%- set found = [] -%}
  {%- for path in paths -%}
    {%- set keys = [] -%}
    {%- for key in path -%}
      {%- do keys.append('."' ~ key | replace('\\', '\\\\') | replace('"', '\\"') ~ '"') -%}
    {%- endfor -%}
    {#- json_extract refuses '*' in a list of JSON paths, even in quotes; a JSON pointer may contain it -#}
    {%- do found.append('/' ~ path | join('/') if path[-1] == '*' else '$' ~ keys | join) -%}
  {%- endfor -%}
  json_extract({{ ozmeta_runtime.duckdb__without_nul(text) }}, [{{ ozmeta_runtime.text_literals(found) }}])
{%- endmacro %}

{# U+FFFD in place of U+0000. Two passes, because adjacent matches share a character. #}
{% macro duckdb__without_nul(text) -%}
  {%- set first_pass -%}
    regexp_replace({{ text }}, '((?:^|[^\\])(?:\\\\)*)\\u0000', '\1\\ufffd', 'g')
  {%- endset -%}
  case
    when contains({{ text }}, '\u0000')
    then regexp_replace({{ first_pass }}, '((?:^|[^\\])(?:\\\\)*)\\u0000', '\1\\ufffd', 'g')
    else {{ text }}
  end
{%- endmacro %}

{% macro duckdb__json_at(parsed, paths, index) -%}
  cast({{ parsed }}[{{ index + 1 }}] as varchar)
{%- endmacro %}

{% macro duckdb__json_scalar(raw) -%}
  case
    when starts_with({{ raw }}, '"') then json_extract_string({{ raw }}, '$')
    when not starts_with({{ raw }}, '[') and not starts_with({{ raw }}, '{') and {{ raw }} <> 'null' then {{ raw }}
  end
{%- endmacro %}

{% macro duckdb__json_member(value, array, cast_member) -%}
  {%- set member = ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar("cast(j as varchar)"), cast_member) -%}
  {%- set members = "list_transform(cast(" ~ array ~ " as json[]), lambda j: " ~ member ~ ")" -%}
  case
    when len({{ members }}) = 0 then false
    when list_contains({{ members }}, {{ value }}) then true
    when {{ value }} is null or list_count({{ members }}) < len({{ members }}) then null
    when {{ members }} is not null then false
  end
{%- endmacro %}

{% macro duckdb__json_first(array) -%}
  {{ ozmeta_runtime.json_scalar("cast(json_extract(" ~ array ~ ", '$[0]') as varchar)") }}
{%- endmacro %}

{% macro duckdb__json_text(text) -%}
  coalesce(cast(to_json({{ text }}) as varchar), 'null')
{%- endmacro %}

{# ---- columns #}

{#
A cast of a nested value does not give JSON. A cast of bytes escapes quotes as \x22, so bytes are decoded as UTF-8,
or written in hexadecimal if they are not UTF-8.
#}
{% macro duckdb__column_text(column, dtype) -%}
  {%- set type = dtype | upper -%}
  {%- if type in ['JSON', 'VARIANT'] -%}
    {%- set json = column if type == 'JSON' else "to_json(" ~ column ~ ")" -%}
    case
      when json_type({{ json }}) = 'VARCHAR' then json_extract_string({{ json }}, '$')
      else cast({{ json }} as varchar)
    end
  {%- elif type in ['BLOB', 'BYTEA', 'VARBINARY'] -%}
    coalesce(try(decode({{ column }})), lower(hex({{ column }})))
  {%- elif ozmeta_runtime.is_nested(dtype) -%}
    cast(to_json({{ column }}) as varchar)
  {%- else -%}
    cast({{ column }} as varchar)
  {%- endif -%}
{%- endmacro %}

{% macro duckdb__payload_text(column, dtype) -%}
  {%- set type = dtype | upper -%}
  {%- if type == 'JSON' -%}
    cast({{ column }} as varchar)
  {%- elif type in ['BLOB', 'BYTEA', 'VARBINARY'] -%}
    {#- bytes that are not UTF-8 become a malformed payload; a null would be an event without a payload -#}
    case when {{ column }} is not null then coalesce(try(decode({{ column }})), '') end
  {%- elif ozmeta_runtime.is_nested(dtype) -%}
    {{ ozmeta_runtime.nested_json(column, dtype) }}
  {%- else -%}
    {{ ozmeta_runtime.column_text(column, dtype) }}
  {%- endif -%}
{%- endmacro %}

{# ---- keys #}

{% macro duckdb__sha256(text) -%}
  sha256({{ text }})
{%- endmacro %}

{% macro duckdb__hex48(number) -%}
  printf('%012x', {{ number }})
{%- endmacro %}

{# ---- ctes #}

{#
DuckDB 2.0 may turn a left join around and pass its rows on as dictionaries. A second join that is built from them fails
with "dict-surviving join" (duckdb issue 24807).
#}
{% macro duckdb__barrier_cte(name) -%}
  {{ name }} as materialized
{%- endmacro %}

{# ---- storage #}

{#
A merge updates rows in place and rewrites each column segment that contains one.
Deleting and inserting the same rows is four times as fast.
#}
{% macro duckdb__storage(model) -%}
  {%- set append = model in ozmeta_runtime.append_only() -%}
  {%- do return({'incremental_strategy': 'append' if append else 'delete+insert'}) -%}
{%- endmacro %}

{# Never unique: DuckDB may refuse a key that one transaction deletes and inserts. #}
{% macro duckdb__with_indexes(layout, indexes) -%}
  {%- set plain = [] -%}
  {%- for index in indexes -%}
    {%- do plain.append({'columns': index.columns}) -%}
  {%- endfor -%}
  {%- do return(dict(layout, indexes=plain)) -%}
{%- endmacro %}

{% macro duckdb__clustered_by_object() -%}
  order by _ObjectKey
{%- endmacro %}

{# The adapter has one alias in a merge, another in a delete by several columns, and none in a delete by one. #}
{% macro duckdb__written_column(column) -%}
  {{ "DBT_INTERNAL_DEST." if config.get('incremental_strategy') == 'merge'
     else "DBT_INCREMENTAL_TARGET." if config.get('unique_key') is not string }}{{ column }}
{%- endmacro %}

{# Those of macros/run. In dbt 2, a materialization cannot call another. #}
{% macro duckdb__materialization(kind) -%}
  {%- do return('ozmeta_' ~ kind if dbt_version.split('.')[0] | int < 2 else kind) -%}
{%- endmacro %}

{# ---- row_policies #}

{# A database in a file or in memory has no users. #}
{% macro duckdb__has_row_policies() -%}
  {%- do return(none) -%}
{%- endmacro %}
