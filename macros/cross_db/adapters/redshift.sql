{# A cast of an object is an error. #}
{% macro redshift__column_text(column, dtype) %}
  {%- if dtype | lower == 'super' -%}
    case when is_varchar({{ column }}) then cast({{ column }} as {{ ozmeta_runtime.type_text() }}) when {{ column }} is not null then json_serialize({{ column }}) end
  {%- else -%}cast({{ column }} as {{ ozmeta_runtime.type_text() }}){%- endif -%}
{% endmacro %}

{% macro redshift__payload_text(column, dtype) %}{{ ozmeta_runtime.redshift__column_text(column, dtype) }}{% endmacro %}

{% macro redshift__recursive_columns(columns) %}({{ columns | join(', ') }}){% endmacro %}

{# Redshift: a payload is parsed once, to SUPER, whose parts are told apart by case only where the session says so. What is no JSON is asked before: json_parse fails on it. #}
{% macro redshift__is_json_object(text) %}(is_valid_json({{ text }}) and substring(ltrim({{ text }}, ' ' || chr(9) || chr(10) || chr(13)), 1, 1) = '{'){% endmacro %}

{% macro redshift__json_parsed(text, paths) %}
  {%- if execute -%}{%- do run_query('set enable_case_sensitive_identifier to true') -%}{%- endif -%}
  {%- set nul, pattern, by = ozmeta_runtime.text_literal('\\u0000'), ozmeta_runtime.text_literal('(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000'), ozmeta_runtime.text_literal('$1\\\\ufffd') -%}
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

{% macro redshift__sha256(text) %}sha2({{ text }}, 256){% endmacro %}

{# Its concat takes two, and gives null for a null. #}
{% macro redshift__concat_text(expressions) %}
  {%- set parts = [] -%}
  {%- for e in expressions -%}{%- do parts.append("coalesce(cast(" ~ e ~ " as " ~ ozmeta_runtime.type_text() ~ "), '')") -%}{%- endfor -%}
  ({{ parts | join(' || ') }})
{%- endmacro %}

{% macro redshift__md5_hex(text) %}md5({{ text }}){% endmacro %}

{# A backslash in a literal escapes what follows. #}
{% macro redshift__quote_text(text) %}'{{ text | replace('\\', '\\\\') | replace("'", "''") }}'{% endmacro %}

{# What a double looks like as text is Redshift's own; whole numbers are as everywhere. #}
{% macro redshift__number_to_text(number) %}(case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then cast(cast({{ number }} as bigint) as varchar(30)) else cast({{ number }} as varchar(30)) end){% endmacro %}

{# Objects are joined where they lie; batches only grow, so that what a run adds is in order without a vacuum. A merge is one statement: the adapter may be told to send
   a delete and an insert each in a transaction of its own. #}
{% macro redshift__storage(model) %}
  {%- set layout = {'incremental_strategy': 'append' if model in ozmeta_runtime.append_only() else 'merge', 'sort': ['_batch'] + {'sla_cycle': ['st_nextutc']}.get(model, [])} -%}
  {%- if model not in ['journal', 'run'] -%}{%- do layout.update({'dist': '_objectkey'}) -%}{%- endif -%}
  {%- do return(layout) -%}
{% endmacro %}

{# Redshift orders texts by their bytes; it knows `ignore nulls`, and Perl's regexes, which mean what RE2's do. #}
{% macro redshift__binary_order(text) %}{{ text }}{% endmacro %}

{% macro redshift__min_text(text) %}min({{ text }}){% endmacro %}

{% macro redshift__last_value_ignoring_nulls(expression, over) %}{{ ozmeta_runtime.default__last_value_ignoring_nulls(expression, over) }}{% endmacro %}

{% macro redshift__regex_matches(text, pattern) %}(regexp_instr({{ text }}, {{ pattern }}, 1, 1, 0, 'p') > 0){% endmacro %}

{# Redshift's extract(epoch) is whole seconds, and an interval can't be multiplied. dateadd takes no number beyond 32 bits. #}
{% macro redshift__to_micros(instant) %}datediff(microsecond, timestamp '1970-01-01 00:00:00', {{ instant }}){% endmacro %}

{% macro redshift__from_micros(micros) %}
  {%- set whole = "cast(" ~ micros ~ " as bigint)" -%}
  dateadd(microsecond, cast({{ whole }} % 1000000 as integer), dateadd(second, cast(({{ whole }} / 1000000) % 86400 as integer), dateadd(day, cast({{ whole }} / 86400000000 as integer), timestamp '1970-01-01 00:00:00')))
{%- endmacro %}

{% macro redshift__to_utc(column, dtype) %}
  {%- set type = dtype | lower -%}
  {%- if ozmeta_runtime.number_kind(dtype) -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.epoch_micros(column, ozmeta_runtime.number_kind(dtype))) }}
  {%- elif type in ['timestamp', 'timestamp without time zone', 'date'] -%}cast({{ column }} as timestamp)
  {%- elif 'time zone' in type or 'timestamptz' in type -%}({{ column }} at time zone 'UTC')
  {%- else -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype))) }}{%- endif -%}
{% endmacro %}

{% macro redshift__at_or_since(column, dtype, instant) %}{{ ozmeta_runtime.default__at_or_since(column, dtype, instant) }}{% endmacro %}

{# TEXT is cut at 256 bytes here. #}
{% macro redshift__type_text() %}{% do return('varchar(65535)') %}{% endmacro %}

{% macro redshift__iso_nanos(text) %}cast(rpad(nullif(regexp_substr({{ text }}, '[.][0-9]{6}([0-9]{1,3})', 1, 1, 'e'), ''), 3, '0') as bigint){% endmacro %}
