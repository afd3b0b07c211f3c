{# ---- literals #}

{# A backslash escapes the next character, and a literal must not contain a line feed. #}
{% macro bigquery__quote_text(text) -%}
  {%- set escaped = text | replace('\\', '\\\\') | replace("'", "\\'") -%}
  '{{ escaped | replace('\n', '\\n') | replace('\r', '\\r') }}'
{%- endmacro %}

{# ---- text #}

{% macro bigquery__regex_matches(text, pattern) -%}
  regexp_contains({{ text }}, {{ pattern }})
{%- endmacro %}

{# `concat` accepts only texts, and returns null if one of them is null. #}
{% macro bigquery__concat_text(expressions) -%}
  {%- set parts = [] -%}
  {%- for expression in expressions -%}
    {%- set is_literal = expression[:1] == "'" and expression[-1:] == "'" -%}
    {%- do parts.append(expression if is_literal else "coalesce(cast(" ~ expression ~ " as string), '')") -%}
  {%- endfor -%}
  concat({{ parts | join(', ') }})
{%- endmacro %}

{# ---- numbers #}

{% macro bigquery__to_number(text) -%}
  (case
    when regexp_contains({{ text }}, '^-?[0-9]{1,300}([.][0-9]+)?$') then safe_cast({{ text }} as float64)
  end)
{%- endmacro %}

{% macro bigquery__number_to_text(number) -%}
  (case
    when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15
    then cast(cast({{ number }} as int64) as string)
    else cast({{ number }} as string)
  end)
{%- endmacro %}

{# An operator fails on overflow; these functions return null. #}
{% macro bigquery__arithmetic(left, sign, right) -%}
  {%- set function = {'+': 'safe_add', '-': 'safe_subtract', '*': 'safe_multiply', '/': 'safe_divide'}[sign] -%}
  {{ ozmeta_runtime.finite(function ~ "(" ~ left ~ ", " ~ right ~ ")") }}
{%- endmacro %}

{% macro bigquery__finite(number) -%}
  (case when not is_inf({{ number }}) and not is_nan({{ number }}) then {{ number }} end)
{%- endmacro %}

{% macro bigquery__to_version(text) -%}
  (case when regexp_contains({{ text }}, '^-?[0-9]+$') then coalesce(safe_cast({{ text }} as int64), -1) end)
{%- endmacro %}

{% macro bigquery__to_integer(column, dtype) -%}
  {%- if dtype | upper in ['INT64', 'INTEGER'] -%}
    {{ column }}
  {%- else -%}
    case
      when regexp_contains(cast({{ column }} as string), '^-?[0-9]+([.]0+)?$')
      then safe_cast(regexp_extract(cast({{ column }} as string), '^-?[0-9]+') as int64)
    end
  {%- endif -%}
{%- endmacro %}

{% macro bigquery__floor_div(number, divisor) -%}
  div(
    (({{ number }}) - mod(mod({{ number }}, {{ divisor }}) + {{ divisor }}, {{ divisor }})),
    {{ divisor }}
  )
{%- endmacro %}

{# ---- time: TIMESTAMP is stored and shown in UTC #}

{% macro bigquery__timestamp_text(timestamp) -%}
  regexp_replace(regexp_replace(format_timestamp('%Y-%m-%d %H:%M:%E6S', {{ timestamp }}), '0+$', ''), '[.]$', '')
{%- endmacro %}

{% macro bigquery__to_micros(timestamp) -%}
  unix_micros({{ timestamp }})
{%- endmacro %}

{% macro bigquery__from_micros(micros) -%}
  timestamp_micros({{ micros }})
{%- endmacro %}

{# A TIMESTAMP outside the years 1 to 9999 is an error, so the text is null there. #}
{% macro bigquery__micros_to_iso(micros) -%}
  (case
    when {{ micros }} between -62135596800000000 and 253402300799999999
    then format_timestamp('%Y-%m-%dT%H:%M:%E6SZ', timestamp_micros({{ micros }}))
  end)
{%- endmacro %}

{% macro bigquery__to_utc(column, dtype) -%}
  {%- set number = ozmeta_runtime.number_kind(dtype) -%}
  {%- if dtype | upper == 'TIMESTAMP' -%}
    {{ column }}
  {%- elif dtype | upper in ['DATETIME', 'DATE'] -%}
    timestamp({{ column }})
  {%- elif number -%}
    timestamp_micros({{ ozmeta_runtime.epoch_micros(column, number) }})
  {%- else -%}
    timestamp_micros({{ ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype)) }})
  {%- endif -%}
{%- endmacro %}

{% macro bigquery__is_instant_type(dtype) -%}
  {%- do return(dtype == 'timestamp') -%}
{%- endmacro %}

{% macro bigquery__local_to_utc(timestamp, zone) -%}
  timestamp(datetime({{ timestamp }}), {{ ozmeta_runtime.text_literal(zone) }})
{%- endmacro %}

{# ---- iso_8601 #}

{% macro bigquery__is_iso(text) -%}
  regexp_contains({{ text }}, '^({{ ozmeta_runtime.iso_pattern() }})$')
{%- endmacro %}

{% macro bigquery__iso_to_micros(text) -%}
  case
    when {{ ozmeta_runtime.is_iso(text) }}
    then unix_micros({{ ozmeta_runtime.bigquery__zoned_timestamp(text) }})
  end
{%- endmacro %}

{#
An ISO 8601 text as a TIMESTAMP. The cast requires seconds, at most six digits of a fraction and a colon in an offset.
It reads a text without a time zone as UTC.
#}
{% macro bigquery__zoned_timestamp(text) -%}
  {%- set no_seconds = ozmeta_runtime.text_literal('^([0-9-]+[T ][0-9]+:[0-9]+)([Z+-]|$)') -%}
  {%- set with_seconds = ozmeta_runtime.text_literal('\\1:00\\2') -%}
  {%- set full_clock = "regexp_replace(" ~ text ~ ", " ~ no_seconds ~ ", " ~ with_seconds ~ ")" -%}
  {%- set fraction = ozmeta_runtime.text_literal('([.][0-9]{6})[0-9]+') -%}
  {%- set six_digits = ozmeta_runtime.text_literal('\\1') -%}
  {%- set micros = "regexp_replace(" ~ full_clock ~ ", " ~ fraction ~ ", " ~ six_digits ~ ")" -%}
  {%- set no_colon = ozmeta_runtime.text_literal('(:[0-9.]+[+-][0-9]{2})([0-9]{2})$') -%}
  {%- set with_colon = ozmeta_runtime.text_literal('\\1:\\2') -%}
  safe_cast(regexp_replace({{ micros }}, {{ no_colon }}, {{ with_colon }}) as timestamp)
{%- endmacro %}

{% macro bigquery__iso_nanos(text) -%}
  cast(rpad(regexp_extract({{ text }}, '[.][0-9]{6}([0-9]{1,3})'), 3, '0') as int64)
{%- endmacro %}

{# ---- epoch #}

{% macro bigquery__exact_number(value, digits, scale) -%}
  cast({{ value }} as numeric)
{%- endmacro %}

{% macro bigquery__to_double(number) -%}
  cast({{ number }} as float64)
{%- endmacro %}

{# ---- json #}

{# By default, the parser refuses a number that a double cannot represent exactly; here it rounds the number. #}
{% macro bigquery__is_json_object(text) -%}
  coalesce(json_type(safe.parse_json({{ text }}, wide_number_mode => 'round')) = 'object', false)
{%- endmacro %}

{% macro bigquery__json_parsed(text, paths) -%}
  safe.parse_json({{ ozmeta_runtime.bigquery__without_nul(text) }}, wide_number_mode => 'round')
{%- endmacro %}

{# U+FFFD in place of U+0000. Two passes, because adjacent matches share a character. #}
{% macro bigquery__without_nul(text) -%}
  {%- set nul = ozmeta_runtime.text_literal('\\u0000') -%}
  {%- set pattern = ozmeta_runtime.text_literal('((?:^|[^\\\\])(?:\\\\\\\\)*)\\\\u0000') -%}
  {%- set by = ozmeta_runtime.text_literal('\\1\\\\ufffd') -%}
  case
    when strpos({{ text }}, {{ nul }}) > 0
    then regexp_replace(regexp_replace({{ text }}, {{ pattern }}, {{ by }}), {{ pattern }}, {{ by }})
    else {{ text }}
  end
{%- endmacro %}

{# A key in brackets may be any text. to_json_string writes a JSON null and a SQL null alike, hence the `case`. #}
{% macro bigquery__json_at(parsed, paths, index) -%}
  {%- set value -%}
    {{ parsed }}{% for key in paths[index] %}[{{ ozmeta_runtime.text_literal(key) }}]{% endfor %}
  {%- endset -%}
  case when {{ value }} is not null then to_json_string({{ value }}) end
{%- endmacro %}

{% macro bigquery__json_scalar(raw) -%}
  json_value({{ raw }}, '$')
{%- endmacro %}

{% macro bigquery__json_member(value, array, cast_member) -%}
  {%- set member = ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar('raw_member'), cast_member) -%}
  (
    select
      case
        when count(*) = 0 then false
        when countif({{ member }} = {{ value }}) > 0 then true
        when {{ value }} is null or countif({{ member }} is null) > 0 then null
        else false
      end
    from unnest(json_query_array({{ array }})) as raw_member
  )
{%- endmacro %}

{% macro bigquery__json_first(array) -%}
  {{ ozmeta_runtime.json_scalar("json_query(" ~ array ~ ", '$[0]')") }}
{%- endmacro %}

{% macro bigquery__json_text(text) -%}
  coalesce(to_json_string({{ text }}), 'null')
{%- endmacro %}

{# ---- columns #}

{#
A cast to STRING accepts only strings of JSON, refuses a STRUCT or an ARRAY, fails on bytes that are not UTF-8,
and appends the time zone to a TIMESTAMP. to_json_string writes a SQL null as 'null'.
#}
{% macro bigquery__column_text(column, dtype) -%}
  {%- set type = dtype | upper -%}
  {%- if type == 'JSON' or type[:7] == 'STRUCT<' or type[:6] == 'ARRAY<' -%}
    case when {{ column }} is not null then to_json_string({{ column }}) end
  {%- elif type == 'BYTES' -%}
    coalesce(safe_cast({{ column }} as string), to_hex({{ column }}))
  {%- elif type == 'TIMESTAMP' -%}
    {{ ozmeta_runtime.timestamp_text(column) }}
  {%- elif type == 'DATETIME' -%}
    {{ ozmeta_runtime.timestamp_text("timestamp(" ~ column ~ ")") }}
  {%- else -%}
    cast({{ column }} as string)
  {%- endif -%}
{%- endmacro %}

{% macro bigquery__payload_text(column, dtype) -%}
  {%- if dtype[:7] | upper == 'STRUCT<' -%}
    {{ ozmeta_runtime.nested_json(column, dtype) }}
  {%- else -%}
    {{ ozmeta_runtime.column_text(column, dtype) }}
  {%- endif -%}
{%- endmacro %}

{% macro bigquery__struct_field(value, name) -%}
  {{ value }}.{{ ozmeta_runtime.quote_name(name) }}
{%- endmacro %}

{% macro bigquery__text_array(texts) -%}
  array_to_string([{{ texts | join(', ') }}], ',')
{%- endmacro %}

{% macro bigquery__value_json(value) -%}
  to_json_string({{ value }})
{%- endmacro %}

{# ---- keys #}

{% macro bigquery__sha256(text) -%}
  to_hex(sha256({{ text }}))
{%- endmacro %}

{# to_hex accepts only bytes. #}
{% macro bigquery__hex48(number) -%}
  format('%012x', {{ number }})
{%- endmacro %}

{# ---- ctes #}

{% macro bigquery__union_distinct() -%}
  union distinct
{%- endmacro %}

{# A select without `from` cannot have a `where`. #}
{% macro bigquery__no_rows() -%}
  from unnest([1]) where 1 = 0
{%- endmacro %}

{# BigQuery materializes only recursive CTEs and runs any other CTE once per reference. This branch adds no rows. #}
{% macro bigquery__materialize_cte(cte, keyword) -%}
  union all select * from {{ cte }} where false
{%- endmacro %}

{% macro bigquery__with_materialized_ctes() -%}
  with recursive
{%- endmacro %}

{# ---- update_from #}

{#
`update ... from` has no joins on BigQuery and Databricks, and no alias for the table on Snowflake. `merge` has both.
#}
{% macro bigquery__update_from(table, columns, rows, on, differs) -%}
  merge into {{ table }} as held
  using ({{ rows }}) as fresh on {{ on }}
  when matched and {{ differs }} then update set {{ ozmeta_runtime.update_assignments(columns) }}
{%- endmacro %}

{# ---- storage #}

{#
BigQuery skips blocks if a filter compares the clustering or partitioning column with a literal, such as `_Batch > 17`.
A merge reads the keys of all rows, unless its condition is false; then BigQuery only inserts.
Before a full refresh, dbt drops a table whose layout differs from its configuration. Tables that outlive a full
refresh therefore have no layout.
#}
{% macro bigquery__storage(model) -%}
  {%- set clusters = {
      'workflow_instance': ['WS_CurrentCode'],
      'approval_instance': ['AI_Status'],
      'runtime_signal': none,
      'journal': none,
      'escalation_queue': none,
      'run': none,
      'backlog': none,
      'history': ['EJ_ObjectID'],
  }.get(model, ['_Batch', '_ObjectKey']) -%}
  {%- set layout = {'incremental_strategy': 'merge'} -%}
  {%- if clusters -%}
    {%- do layout.update({'cluster_by': clusters}) -%}
  {%- endif -%}
  {%- if clusters and model in ozmeta_runtime.bucketed_models() -%}
    {%- set buckets = {'start': 0, 'end': 10000, 'interval': 1} -%}
    {%- do layout.update({'partition_by': {'field': '_Bucket', 'data_type': 'int64', 'range': buckets}}) -%}
  {%- elif model == 'history' -%}
    {%- do layout.update({
        'partition_by': {'field': '_SyncDate', 'data_type': 'timestamp', 'granularity': 'day'}}) -%}
  {%- endif -%}
  {%- if model in ozmeta_runtime.append_only() -%}
    {%- do layout.update({'incremental_predicates': ['false']}) -%}
  {%- endif -%}
  {%- do return(layout) -%}
{%- endmacro %}

{% macro bigquery__prunes_by_bucket() -%}
  {%- do return(true) -%}
{%- endmacro %}

{% macro bigquery__bucket_condition(column, buckets) -%}
  {{ column }} in ({{ buckets | join(', ') }})
{%- endmacro %}

{# ---- row_policies #}

{% macro bigquery__has_row_policies() -%}
  {%- do return(true) -%}
{%- endmacro %}

{# No query tells whether the session's user is in a group. A merge without all rows is an error of its own. #}
{% macro bigquery__reads_all_rows(policies) -%}
  {%- set names = [] -%}
  {%- for principal in policies.unrestricted -%}
    {%- if principal.split(':')[0] not in ['user', 'serviceAccount'] -%}{%- do return(none) -%}{%- endif -%}
    {%- do names.append(principal.partition(':')[2]) -%}
  {%- endfor -%}
  {%- do return(ozmeta_runtime.session_is_one_of(names)) -%}
{%- endmacro %}

{% macro bigquery__session_is(name) -%}
  {{ name }} = session_user()
{%- endmacro %}

{#
A user sees the rows of each policy that is granted to the user. The first policy of a table hides all other rows, also
from the owner. The second one is granted to everyone, and its filter selects by the user.
#}
{% macro bigquery__row_policy_statements(relation, kind, policies) -%}
  {%- if kind == 'view' -%}{%- do return([]) -%}{%- endif -%}
  {%- set grantees = [] -%}
  {%- for principal in policies.unrestricted -%}
    {%- do grantees.append(ozmeta_runtime.text_literal(principal) | trim) -%}
  {%- endfor -%}
  {%- set readers = ozmeta_runtime.readers_relation(policies) -%}
  {%- set filters = {
      'tenant': "_TenantID in (select cast(readers.tenant_id as string) from " ~ readers
          ~ " as readers where readers.reader = session_user())",
      'reader': "session_user() in (select readers.reader from " ~ readers ~ " as readers)"} -%}
  {%- set statements = [
      "create or replace row access policy ozmeta_unrestricted on " ~ relation
      ~ " grant to (" ~ grantees | join(', ') ~ ") filter using (true)"] -%}
  {%- if kind in filters -%}
    {%- do statements.append(
        "create or replace row access policy ozmeta_rows on " ~ relation
        ~ " grant to ('allAuthenticatedUsers') filter using (" ~ filters[kind] ~ ")") -%}
  {%- endif -%}
  {%- do return(statements) -%}
{%- endmacro %}
