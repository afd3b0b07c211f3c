{# No test runs on Snowflake itself: a stand-in executes the SQL, and a parser checks it. #}

{# ---- types #}

{# TIMESTAMP_NTZ is in UTC. The meaning of `timestamp` depends on a parameter of the account. #}
{% macro snowflake__type_timestamp() -%}
  timestamp_ntz(6)
{%- endmacro %}

{# ---- literals #}

{# A backslash escapes the next character. #}
{% macro snowflake__quote_text(text) -%}
  {{ ozmeta_runtime.redshift__quote_text(text) }}
{%- endmacro %}

{# ---- text #}

{% macro snowflake__ends_with(text, part) -%}
  endswith({{ text }}, {{ part }})
{%- endmacro %}

{% macro snowflake__contains_text(text, part) -%}
  contains({{ text }}, {{ part }})
{%- endmacro %}

{# POSIX extended regular expressions. regexp_like would have to match the whole text. #}
{% macro snowflake__regex_matches(text, pattern) -%}
  (regexp_instr({{ text }}, {{ pattern }}) > 0)
{%- endmacro %}

{% macro snowflake__regex_dialect() -%}
  {%- do return('snowflake') -%}
{%- endmacro %}

{# `concat` returns null if one of the texts is null. #}
{% macro snowflake__concat_text(expressions) -%}
  {{ ozmeta_runtime.redshift__concat_text(expressions) }}
{%- endmacro %}

{# listagg returns an empty text if there are none. #}
{% macro snowflake__joined_texts(text, sort_key) -%}
  case when count({{ text }}) > 0 then listagg({{ text }}, ',') within group (order by {{ sort_key }}) end
{%- endmacro %}

{# ---- numbers #}

{% macro snowflake__to_number(text) -%}
  (case when regexp_like({{ text }}, '-?[0-9]{1,300}([.][0-9]+)?') then try_to_double({{ text }}) end)
{%- endmacro %}

{% macro snowflake__number_to_text(number) -%}
  (case
    when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then to_char(cast({{ number }} as bigint))
    else to_char({{ number }})
  end)
{%- endmacro %}

{# NaN is greater than every other number here. #}
{% macro snowflake__finite(number) -%}
  (case when abs({{ number }}) < cast('inf' as float) then {{ number }} end)
{%- endmacro %}

{# A bigint has 38 digits here, so numbers of more than 64 bits are found by comparison. #}
{% macro snowflake__to_version(text) -%}
  {%- set number = "to_number(" ~ text ~ ", 38, 0)" -%}
  (case
    when regexp_like({{ text }}, '-?0*[0-9]{1,19}')
    then case when {{ number }} between -9223372036854775808 and 9223372036854775807 then {{ number }} else -1 end
    when regexp_like({{ text }}, '-?[0-9]+') then -1
  end)
{%- endmacro %}

{% macro snowflake__to_integer(column, dtype) -%}
  {%- set text = "cast(" ~ column ~ " as varchar)" -%}
  {%- set number = "try_to_number(" ~ text ~ ", 38, 0)" -%}
  case
    when regexp_like({{ text }}, '-?0*[0-9]{1,19}([.]0+)?')
    then case when {{ number }} between -9223372036854775808 and 9223372036854775807 then {{ number }} end
  end
{%- endmacro %}

{# A quotient is rounded to six decimals, so the remainder is subtracted first. #}
{% macro snowflake__floor_div(number, divisor) -%}
  {%- set remainder = "mod(mod(" ~ number ~ ", " ~ divisor ~ ") + " ~ divisor ~ ", " ~ divisor ~ ")" -%}
  cast(((({{ number }}) - {{ remainder }}) / {{ divisor }}) as bigint)
{%- endmacro %}

{# ---- time #}

{% macro snowflake__timestamp_literal(text) -%}
  cast('{{ text }}' as timestamp_ntz(6))
{%- endmacro %}

{% macro snowflake__timestamp_text(timestamp) -%}
  rtrim(rtrim(to_char({{ timestamp }}, 'YYYY-MM-DD HH24:MI:SS.FF6'), '0'), '.')
{%- endmacro %}

{% macro snowflake__to_micros(timestamp) -%}
  cast(date_part(epoch_microsecond, {{ timestamp }}) as bigint)
{%- endmacro %}

{% macro snowflake__from_micros(micros) -%}
  to_timestamp_ntz({{ micros }}, 6)
{%- endmacro %}

{% macro snowflake__micros_to_iso(micros) -%}
  to_char({{ ozmeta_runtime.from_micros(micros) }}, 'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"')
{%- endmacro %}

{% macro snowflake__to_utc(column, dtype) -%}
  {%- set type = dtype | upper -%}
  {%- set number = ozmeta_runtime.number_kind(dtype) -%}
  {%- if type[:13] == 'TIMESTAMP_NTZ' or type[:8] == 'DATETIME' or type == 'DATE' -%}
    cast({{ column }} as timestamp_ntz(6))
  {%- elif type[:9] == 'TIMESTAMP' -%}
    cast(convert_timezone('UTC', {{ column }}) as timestamp_ntz(6))
  {%- elif number -%}
    {{ ozmeta_runtime.from_micros(ozmeta_runtime.epoch_micros(column, number)) }}
  {%- else -%}
    {{ ozmeta_runtime.from_micros(ozmeta_runtime.iso_to_micros("cast(" ~ column ~ " as varchar)")) }}
  {%- endif -%}
{%- endmacro %}

{# The default scale is 9. #}
{% macro snowflake__timestamp_kind(dtype) -%}
  {%- set type = dtype | upper -%}
  {%- set scale = modules.re.search('[(]([0-9])[)]', type) -%}
  {%- if type[:9] == 'TIMESTAMP' or type[:8] == 'DATETIME' -%}
    {%- do return('utc' if scale and scale.group(1) | int <= 6 else 'nanos') -%}
  {%- endif -%}
  {%- do return('utc' if type == 'DATE' else 'text') -%}
{%- endmacro %}

{% macro snowflake__nanos_of(timestamp) -%}
  mod(date_part(nanosecond, {{ timestamp }}), 1000)
{%- endmacro %}

{% macro snowflake__is_instant_type(dtype) -%}
  {%- do return(dtype.split('(')[0] in ['timestamp_ltz', 'timestamp_tz']) -%}
{%- endmacro %}

{% macro snowflake__local_to_utc(timestamp, zone) -%}
  convert_timezone({{ ozmeta_runtime.text_literal(zone) }}, 'UTC', {{ timestamp }})
{%- endmacro %}

{# ---- iso_8601 #}

{% macro snowflake__is_iso(text) -%}
  regexp_like({{ text }}, '{{ ozmeta_runtime.iso_pattern() }}')
{%- endmacro %}

{#
Without a time zone, Snowflake reads a text in the session's time zone, so `Z` is appended.
It does not detect the format of a text whose offset has no colon, so the colon is inserted.
#}
{% macro snowflake__iso_to_micros(text) -%}
  {%- set with_colon = ozmeta_runtime.text_literal('\\1:\\2') -%}
  {%- set zoned -%}
    try_to_timestamp_tz(case
      when regexp_like({{ text }}, '.{10}') then {{ text }} || 'T00:00:00Z'
      when regexp_like({{ text }}, '.{11}[0-9:.]+') then {{ text }} || 'Z'
      else regexp_replace({{ text }}, '([+-][0-9]{2})([0-9]{2})$', {{ with_colon }})
    end)
  {%- endset -%}
  case when {{ ozmeta_runtime.is_iso(text) }} then {{ ozmeta_runtime.to_micros(zoned) }} end
{%- endmacro %}

{% macro snowflake__iso_nanos(text) -%}
  cast(rpad(regexp_substr({{ text }}, '[.][0-9]{6}([0-9]{1,3})', 1, 1, 'e', 1), 3, '0') as bigint)
{%- endmacro %}

{# ---- json: parsed once, to a VARIANT #}

{#
The parser also accepts missing members, a comma before a bracket, and words in any case, which are not JSON.
They are searched for outside strings.
#}
{% macro snowflake__is_json_object(text) -%}
  {%- set string = ozmeta_runtime.text_literal('"([^"\\\\]|\\\\.)*"') -%}
  {%- set bare = "regexp_replace(" ~ text ~ ", " ~ string ~ ", '\"\"')" -%}
  (
    coalesce(typeof(try_parse_json({{ ozmeta_runtime.snowflake__without_nul(text) }})) = 'OBJECT', false)
    and regexp_instr({{ bare }}, ',[[:space:]]*[]},]|[[{][[:space:]]*,') = 0
    and regexp_instr(regexp_replace({{ bare }}, 'true|false|null|[0-9][eE]', ''), '[A-Za-z]') = 0
  )
{%- endmacro %}

{% macro snowflake__json_parsed(text, paths) -%}
  try_parse_json({{ ozmeta_runtime.snowflake__without_nul(text) }})
{%- endmacro %}

{# U+FFFD in place of U+0000. Two passes, because adjacent matches share a character. #}
{% macro snowflake__without_nul(text) -%}
  {%- set nul = ozmeta_runtime.text_literal('\\u0000') -%}
  {%- set pattern = ozmeta_runtime.text_literal('((^|[^\\\\])(\\\\\\\\)*)\\\\u0000') -%}
  {%- set by = ozmeta_runtime.text_literal('\\1\ufffd') -%}
  case
    when contains({{ text }}, {{ nul }})
    then regexp_replace(regexp_replace({{ text }}, {{ pattern }}, {{ by }}), {{ pattern }}, {{ by }})
    else {{ text }}
  end
{%- endmacro %}

{% macro snowflake__json_at(parsed, paths, index) -%}
  {%- set value = [parsed] -%}
  {%- for key in paths[index] -%}
    {%- do value.append("get(" ~ value[-1] ~ ", " ~ ozmeta_runtime.text_literal(key) ~ ")") -%}
  {%- endfor -%}
  to_json({{ value[-1] }})
{%- endmacro %}

{% macro snowflake__json_scalar(raw) -%}
  case substr({{ raw }}, 1, 1)
    when '"' then cast(try_parse_json({{ raw }}) as varchar)
    when '[' then null
    when '{' then null
    else nullif({{ raw }}, 'null')
  end
{%- endmacro %}

{# Lambdas, because Snowflake may refuse a correlated subquery over flatten(). #}
{% macro snowflake__json_member(value, array, cast_member) -%}
  {%- set member = ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar('to_json(m)'), cast_member) -%}
  {%- set members = "cast(try_parse_json(" ~ array ~ ") as array)" -%}
  case
    when array_size({{ members }}) = 0 then false
    when array_size(filter({{ members }}, m -> {{ member }} = {{ value }})) > 0 then true
    when {{ value }} is null or array_size(filter({{ members }}, m -> {{ member }} is null)) > 0 then null
    when {{ members }} is not null then false
  end
{%- endmacro %}

{% macro snowflake__json_first(array) -%}
  {{ ozmeta_runtime.json_scalar("to_json(get(try_parse_json(" ~ array ~ "), 0))") }}
{%- endmacro %}

{% macro snowflake__json_text(text) -%}
  coalesce(to_json(to_variant({{ text }})), 'null')
{%- endmacro %}

{# ---- columns #}

{% macro snowflake__column_text(column, dtype) -%}
  {%- set type = dtype | upper -%}
  {%- if type.split('(')[0] in ['VARIANT', 'OBJECT', 'ARRAY', 'MAP'] -%}
    to_json(cast({{ column }} as variant))
  {%- elif type[:9] == 'TIMESTAMP' or type[:8] == 'DATETIME' -%}
    {%- set is_utc = type[:13] == 'TIMESTAMP_NTZ' or type[:8] == 'DATETIME' -%}
    {%- set utc = column if is_utc else "convert_timezone('UTC', " ~ column ~ ")" -%}
    rtrim(rtrim(to_char({{ utc }}, 'YYYY-MM-DD HH24:MI:SS.FF9'), '0'), '.')
  {%- else -%}
    cast({{ column }} as varchar)
  {%- endif -%}
{%- endmacro %}

{# concat_ws returns null if one of the texts is null. #}
{% macro snowflake__text_array(texts) -%}
  {{ ozmeta_runtime.redshift__text_array(texts) }}
{%- endmacro %}

{# ---- keys #}

{% macro snowflake__hex48(number) -%}
  lpad(ltrim(to_char({{ number }}, 'xxxxxxxxxxxx')), 12, '0')
{%- endmacro %}

{# ---- update_from #}

{% macro snowflake__update_from(table, columns, rows, on, differs) -%}
  {{ ozmeta_runtime.bigquery__update_from(table, columns, rows, on, differs) }}
{%- endmacro %}

{# ---- storage #}

{#
A merge writes the changed rows together with neighbours from older batches. After a delete and an insert, each batch
has micro-partitions of its own. The adapter runs both in one transaction.
#}
{% macro snowflake__storage(model) -%}
  {%- set append = model in ozmeta_runtime.append_only() -%}
  {%- set bucket = ['_Bucket'] if model in ozmeta_runtime.bucketed_models() else [] -%}
  {%- set columns = {
      'journal': ['_Batch'],
      'run': ['_Batch'],
      'backlog': ['_Batch'],
      'history': ['_SyncDate'],
  }.get(model, bucket + ['_Batch', '_ObjectKey']) -%}
  {%- do return({
      'incremental_strategy': 'append' if append else 'delete+insert',
      'cluster_by': columns,
  }) -%}
{%- endmacro %}

{% macro snowflake__prunes_by_bucket() -%}
  {%- do return(true) -%}
{%- endmacro %}

{# ---- row_policies #}

{% macro snowflake__has_row_policies() -%}
  {%- do return(true) -%}
{%- endmacro %}

{% macro snowflake__row_policy_keys(kind) -%}
  {%- if kind == 'view' -%}{%- do return({}) -%}{%- endif -%}
  {%- do return({'row_access_policy': ozmeta_runtime.snowflake__row_policy_on(kind)}) -%}
{%- endmacro %}

{# A policy of the schema of the profile, and the column that it is on. #}
{% macro snowflake__row_policy_on(kind) -%}
  {%- do return(target.database ~ '.' ~ target.schema ~ '.ozmeta_' ~ kind
      ~ ' on (' ~ ('_TenantID' if kind == 'tenant' else '_Key') ~ ')') -%}
{%- endmacro %}

{% macro snowflake__session_is(name) -%}
  ({{ name }} = current_user() or is_role_in_session({{ name }}))
{%- endmacro %}

{# A policy that a table has cannot be replaced, but its body can. It sees the roles of the session, also in a view. #}
{% macro snowflake__shared_row_policies(policies) -%}
  {%- set statements = [] -%}
  {%- for kind in ['tenant', 'reader', 'nobody'] -%}
    {%- set policy = target.database ~ '.' ~ target.schema ~ '.ozmeta_' ~ kind -%}
    {%- set condition = ozmeta_runtime.row_condition(kind, policies, 'tenant') -%}
    {%- do statements.append("create row access policy if not exists " ~ policy
        ~ " as (tenant varchar) returns boolean -> " ~ condition) -%}
    {%- do statements.append("alter row access policy " ~ policy ~ " set body -> " ~ condition) -%}
  {%- endfor -%}
  {%- do return(statements) -%}
{%- endmacro %}

{% macro snowflake__row_policy_statements(relation, kind, policies) -%}
  {%- if kind == 'view' -%}{%- do return([]) -%}{%- endif -%}
  {%- do return(["alter table " ~ relation ~ " add row access policy "
      ~ ozmeta_runtime.snowflake__row_policy_on(kind)]) -%}
{%- endmacro %}

{% macro snowflake__row_policy_query(relation, kind, policies) -%}
  {%- if kind == 'view' -%}{%- do return(none) -%}{%- endif -%}
  {%- do return("select count(*) from table(" ~ relation.database ~ ".information_schema.policy_references("
      ~ "ref_entity_name => " ~ ozmeta_runtime.text_literal(relation | string) ~ ", ref_entity_domain => 'table'))"
      ~ " where policy_name = 'OZMETA_" ~ kind | upper ~ "'") -%}
{%- endmacro %}
