{# Redshift uses the macros of postgres.sql except for these. #}

{# ---- types #}

{# TEXT is varchar(256), so a cast to it would truncate. #}
{% macro redshift__type_text() -%}
  {%- do return('varchar(65535)') -%}
{%- endmacro %}

{# ---- literals #}

{# A backslash escapes the next character. #}
{% macro redshift__quote_text(text) -%}
  '{{ text | replace('\\', '\\\\') | replace("'", "''") }}'
{%- endmacro %}

{# ---- text #}

{# Texts are always compared by bytes. #}
{% macro redshift__binary_order(text) -%}
  {{ text }}
{%- endmacro %}

{% macro redshift__min_text(text) -%}
  min({{ text }})
{%- endmacro %}

{# With 'p', regexp_instr uses Perl's syntax, which means the same as RE2's. #}
{% macro redshift__regex_matches(text, pattern) -%}
  (regexp_instr({{ text }}, {{ pattern }}, 1, 1, 0, 'p') > 0)
{%- endmacro %}

{% macro redshift__regex_dialect() -%}
  {%- do return('re2') -%}
{%- endmacro %}

{# `concat` takes two texts, and returns null if one of them is null. #}
{% macro redshift__concat_text(expressions) -%}
  {%- set parts = [] -%}
  {%- for expression in expressions -%}
    {%- do parts.append("coalesce(cast(" ~ expression ~ " as " ~ ozmeta_runtime.type_text() ~ "), '')") -%}
  {%- endfor -%}
  ({{ parts | join(' || ') }})
{%- endmacro %}

{% macro redshift__joined_texts(text, sort_key) -%}
  listagg({{ text }}, ',') within group (order by {{ sort_key }})
{%- endmacro %}

{# ---- windows #}

{# Unlike Postgres, Redshift has `ignore nulls`. #}
{% macro redshift__last_value_ignoring_nulls(expression, over) -%}
  {{ ozmeta_runtime.default__last_value_ignoring_nulls(expression, over) }}
{%- endmacro %}

{# ---- numbers #}

{# A double that is not an integer has the form that Redshift gives it. #}
{% macro redshift__number_to_text(number) -%}
  (case
    when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15
    then cast(cast({{ number }} as bigint) as varchar(30))
    else cast({{ number }} as varchar(30))
  end)
{%- endmacro %}

{# ---- time #}

{# extract(epoch) returns seconds without a fraction. #}
{% macro redshift__to_micros(timestamp) -%}
  datediff(microsecond, timestamp '1970-01-01 00:00:00', {{ timestamp }})
{%- endmacro %}

{# An interval cannot be multiplied, and dateadd takes 32-bit numbers, so it adds days, seconds and microseconds. #}
{% macro redshift__from_micros(micros) -%}
  {%- set integer = "cast(" ~ micros ~ " as bigint)" -%}
  dateadd(
    microsecond,
    cast({{ integer }} % 1000000 as integer),
    dateadd(
      second,
      cast(({{ integer }} / 1000000) % 86400 as integer),
      dateadd(day, cast({{ integer }} / 86400000000 as integer), timestamp '1970-01-01 00:00:00')
    )
  )
{%- endmacro %}

{% macro redshift__to_utc(column, dtype) -%}
  {%- set type = dtype | lower -%}
  {%- set number = ozmeta_runtime.number_kind(dtype) -%}
  {%- if number -%}
    {{ ozmeta_runtime.from_micros(ozmeta_runtime.epoch_micros(column, number)) }}
  {%- elif type in ['timestamp', 'timestamp without time zone', 'date'] -%}
    cast({{ column }} as timestamp)
  {%- elif 'time zone' in type or 'timestamptz' in type -%}
    ({{ column }} at time zone 'UTC')
  {%- else -%}
    {{ ozmeta_runtime.from_micros(ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype))) }}
  {%- endif -%}
{%- endmacro %}

{% macro redshift__at_or_since(column, dtype, timestamp) -%}
  {{ ozmeta_runtime.default__at_or_since(column, dtype, timestamp) }}
{%- endmacro %}

{% macro redshift__current_instant() -%}
  getdate()
{%- endmacro %}

{% macro redshift__local_to_utc(timestamp, zone) -%}
  convert_timezone({{ ozmeta_runtime.text_literal(zone) }}, 'UTC', {{ timestamp }})
{%- endmacro %}

{# ---- iso_8601 #}

{% macro redshift__iso_nanos(text) -%}
  cast(rpad(nullif(regexp_substr({{ text }}, '[.][0-9]{6}([0-9]{1,3})', 1, 1, 'e'), ''), 3, '0') as bigint)
{%- endmacro %}

{# ---- json: parsed once, to SUPER #}

{# json_parse fails on a text that is not JSON, so this check precedes it. #}
{% macro redshift__is_json_object(text) -%}
  (
    is_valid_json({{ text }})
    and substring(ltrim({{ text }}, ' ' || chr(9) || chr(10) || chr(13)), 1, 1) = '{'
  )
{%- endmacro %}

{# The keys of a SUPER are case-sensitive only if the session enables it. U+FFFD in place of U+0000. #}
{% macro redshift__json_parsed(text, paths) -%}
  {%- if execute -%}
    {%- do run_query('set enable_case_sensitive_identifier to true') -%}
  {%- endif -%}
  {%- set nul = ozmeta_runtime.text_literal('\\u0000') -%}
  {%- set pattern = ozmeta_runtime.text_literal('(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000') -%}
  {%- set by = ozmeta_runtime.text_literal('$1\\\\ufffd') -%}
  json_parse(case
    when strpos({{ text }}, {{ nul }}) > 0 then regexp_replace({{ text }}, {{ pattern }}, {{ by }}, 1, 'p')
    else {{ text }}
  end)
{%- endmacro %}

{#
A SUPER keeps the trailing zeros of a decimal, which are removed. Exponents, and numbers that do not fit into a
decimal, have the form that Redshift gives them.
#}
{% macro redshift__json_at(parsed, paths, index) -%}
  {%- set keys = [] -%}
  {%- for key in paths[index] -%}
    {%- do keys.append('."' ~ key | replace('"', '""') ~ '"') -%}
  {%- endfor -%}
  {%- set raw = "json_serialize(" ~ parsed ~ keys | join ~ ")" -%}
  case
    when {{ raw }} ~ '^-?[0-9]+[.][0-9]+$'
    then rtrim({{ raw }}, '0') || case when rtrim({{ raw }}, '0') like '%.' then '0' else '' end
    else {{ raw }}
  end
{%- endmacro %}

{% macro redshift__json_scalar(raw) -%}
  case substring({{ raw }}, 1, 1)
    when '"' then json_extract_path_text('{"v":' || {{ raw }} || '}', 'v')
    when '[' then null
    when '{' then null
    else nullif({{ raw }}, 'null')
  end
{%- endmacro %}

{#
Redshift refuses a correlated subquery here, so the first 50 members are compared one by one. If an array has more
members and none of the first 50 matches, the result is unknown.
#}
{% macro redshift__json_member(value, array, cast_member) -%}
  {%- set found, unknown = [], [] -%}
  {%- for i in range(50) -%}
    {%- set text = "nullif(json_extract_array_element_text(" ~ array ~ ", " ~ i ~ "), 'null')" -%}
    {%- set member = ozmeta_runtime.cast_text(text, cast_member) -%}
    {%- do found.append(member ~ " = " ~ value) -%}
    {%- do unknown.append("(json_array_length(" ~ array ~ ") > " ~ i ~ " and " ~ member ~ " is null)") -%}
  {%- endfor -%}
  case
    when json_array_length({{ array }}) = 0 then false
    when {{ found | join(' or ') }} then true
    when {{ value }} is null or json_array_length({{ array }}) > 50 or {{ unknown | join(' or ') }} then null
    else false
  end
{%- endmacro %}

{# The function returns a nested array or object as its JSON text. #}
{% macro redshift__json_first(array) -%}
  {%- set first = "json_extract_array_element_text(" ~ array ~ ", 0)" -%}
  case when substring({{ first }}, 1, 1) not in ('[', '{') then nullif({{ first }}, 'null') end
{%- endmacro %}

{% macro redshift__json_text(text) -%}
  {%- set escaped = ["replace(" ~ text ~ ", chr(92), chr(92) || chr(92))"] -%}
  {%- for pair in [["'\"'", "'\"'"], ["chr(10)", "'n'"], ["chr(13)", "'r'"], ["chr(9)", "'t'"]] -%}
    {%- do escaped.append("replace(" ~ escaped[-1] ~ ", " ~ pair[0] ~ ", chr(92) || " ~ pair[1] ~ ")") -%}
  {%- endfor -%}
  coalesce('"' || {{ escaped[-1] }} || '"', 'null')
{%- endmacro %}

{# ---- columns #}

{# A cast of an object is an error, and so is a cast of a boolean. #}
{% macro redshift__column_text(column, dtype) -%}
  {%- if dtype | lower == 'super' -%}
    case
      when is_varchar({{ column }}) then cast({{ column }} as {{ ozmeta_runtime.type_text() }})
      when {{ column }} is not null then json_serialize({{ column }})
    end
  {%- elif dtype | lower in ['boolean', 'bool'] -%}
    case when {{ column }} then 'true' when not {{ column }} then 'false' end
  {%- else -%}
    cast({{ column }} as {{ ozmeta_runtime.type_text() }})
  {%- endif -%}
{%- endmacro %}

{% macro redshift__payload_text(column, dtype) -%}
  {{ ozmeta_runtime.redshift__column_text(column, dtype) }}
{%- endmacro %}

{# Redshift has no concat_ws. #}
{% macro redshift__text_array(texts) -%}
  {%- set parts = [] -%}
  {%- for text in texts -%}
    {%- do parts.append("coalesce(',' || " ~ text ~ ", '')") -%}
  {%- endfor -%}
  substr({{ parts | join(' || ') }}, 2)
{%- endmacro %}

{# ---- keys #}

{% macro redshift__sha256(text) -%}
  sha2({{ text }}, 256)
{%- endmacro %}

{# dbt's hash casts to TEXT, which truncates to 256 bytes. #}
{% macro redshift__md5_hex(text) -%}
  md5({{ text }})
{%- endmacro %}

{# ---- ctes #}

{# A recursive CTE must name its columns. #}
{% macro redshift__recursive_columns(columns) -%}
  ({{ columns | join(', ') }})
{%- endmacro %}

{# ---- storage #}

{#
The rows of an object are on one node, where joins need them. Batches only grow, so new rows are in order without a
vacuum. A merge is one statement, while the adapter may run a delete and an insert in separate transactions.
#}
{% macro redshift__storage(model) -%}
  {%- set append = model in ozmeta_runtime.append_only() -%}
  {%- set layout = {
      'incremental_strategy': 'append' if append else 'merge',
      'sort': {'sla_cycle': ['_batch', 'st_nextutc'], 'history': ['_syncdate']}.get(model, ['_batch']),
  } -%}
  {%- if model == 'history' -%}
    {%- do layout.update({'dist': 'ej_objectid'}) -%}
  {%- elif model not in ['journal', 'run', 'backlog'] -%}
    {%- do layout.update({'dist': '_objectkey'}) -%}
  {%- endif -%}
  {%- do return(layout) -%}
{%- endmacro %}

{# Redshift has no indexes. Without this macro, dbt would use that of Postgres. #}
{% macro redshift__with_indexes(layout, indexes) -%}
  {%- do return(layout) -%}
{%- endmacro %}

{% macro redshift__prunes_by_bucket() -%}
  {%- do return(true) -%}
{%- endmacro %}

{# Of two transactions that write to one table, Redshift fails the later. #}
{% macro redshift__lock_table(relation, is_known) -%}
  {%- do return(none) -%}
{%- endmacro %}

{# ---- row_policies #}

{# Redshift has policies of another kind than Postgres, whose macros it would otherwise use. #}
{% macro redshift__has_row_policies() -%}
  {%- do return(false) -%}
{%- endmacro %}
