{# GoogleSQL, where it differs from what is written elsewhere. #}
{# A cast of JSON to text takes JSON strings only, one of a STRUCT or an ARRAY is refused, one of an instant adds its zone. to_json_string writes SQL null as 'null'. #}
{% macro bigquery__column_text(column, dtype) %}
  {%- if dtype | upper == 'JSON' or dtype[:7] | upper == 'STRUCT<' or dtype[:6] | upper == 'ARRAY<' -%}case when {{ column }} is not null then to_json_string({{ column }}) end
  {#- a cast of bytes that are not UTF-8 is an error -#}
  {%- elif dtype | upper == 'BYTES' -%}coalesce(safe_cast({{ column }} as string), to_hex({{ column }}))
  {%- elif dtype | upper == 'TIMESTAMP' -%}{{ ozmeta_runtime.timestamp_text(column) }}
  {%- elif dtype | upper == 'DATETIME' -%}{{ ozmeta_runtime.timestamp_text("timestamp(" ~ column ~ ")") }}
  {%- else -%}cast({{ column }} as string){%- endif -%}
{% endmacro %}

{% macro bigquery__payload_text(column, dtype) %}
  {%- if dtype[:7] | upper == 'STRUCT<' -%}{{ ozmeta_runtime.nested_json(column, dtype) }}
  {%- else -%}{{ ozmeta_runtime.column_text(column, dtype) }}{%- endif -%}
{% endmacro %}

{% macro bigquery__struct_field(value, name) %}{{ value }}.{{ ozmeta_runtime.quote_name(name) }}{% endmacro %}

{% macro bigquery__text_array(texts) %}array_to_string([{{ texts | join(', ') }}], ','){% endmacro %}

{% macro bigquery__value_json(value) %}to_json_string({{ value }}){% endmacro %}

{# ---- words #}
{% macro bigquery__union_distinct() %}union distinct{% endmacro %}

{# A select without a from has no where. #}
{% macro bigquery__no_rows() %}from unnest([1]) where 1 = 0{% endmacro %}

{# "GoogleSQL only materializes the results of recursive CTEs … a non-recursive CTE … is executed once for each reference." #}
{% macro bigquery__materialize_cte(cte, keyword) %}union all select * from {{ cte }} where false{% endmacro %}

{% macro bigquery__with_materialized_ctes() %}with recursive{% endmacro %}

{% macro bigquery__exact_number(value, digits, scale) %}cast({{ value }} as numeric){% endmacro %}

{% macro bigquery__wide_decimal(number) %}cast({{ number }} as float64){% endmacro %}

{% macro bigquery__iso_nanos(text) %}cast(rpad(regexp_extract({{ text }}, '[.][0-9]{6}([0-9]{1,3})'), 3, '0') as int64){% endmacro %}

{% macro bigquery__is_iso(text) %}regexp_contains({{ text }}, '^({{ ozmeta_runtime.iso_pattern() }})$'){% endmacro %}

{# The cast wants seconds, at most six digits of a fraction, and a colon in an offset. A text without a zone is UTC. #}
{% macro bigquery__zoned_timestamp(text) %}
  {%- set whole = "regexp_replace(" ~ text ~ ", " ~ ozmeta_runtime.text_literal('^([0-9-]+[T ][0-9]+:[0-9]+)([Z+-]|$)') ~ ", " ~ ozmeta_runtime.text_literal('\\1:00\\2') ~ ")" -%}
  {%- set short = "regexp_replace(" ~ whole ~ ", " ~ ozmeta_runtime.text_literal('([.][0-9]{6})[0-9]+') ~ ", " ~ ozmeta_runtime.text_literal('\\1') ~ ")" -%}
  {%- set colon = "regexp_replace(" ~ short ~ ", " ~ ozmeta_runtime.text_literal('(:[0-9.]+[+-][0-9]{2})([0-9]{2})$') ~ ", " ~ ozmeta_runtime.text_literal('\\1:\\2') ~ ")" -%}
  safe_cast({{ colon }} as timestamp)
{%- endmacro %}

{# ---- JSON: parsed once; numbers that no double holds are rounded rather than refused #}
{% macro bigquery__is_json_object(text) %}coalesce(json_type(safe.parse_json({{ text }}, wide_number_mode => 'round')) = 'object', false){% endmacro %}

{% macro bigquery__json_parsed(text, paths) %}safe.parse_json({{ ozmeta_runtime.bigquery__without_nul(text) }}, wide_number_mode => 'round'){% endmacro %}

{# U+FFFD is read for U+0000, which not every engine's texts can hold. Twice, since neighbours share the character between them. #}
{% macro bigquery__without_nul(text) %}
  {%- set pattern, by = ozmeta_runtime.text_literal('((?:^|[^\\\\])(?:\\\\\\\\)*)\\\\u0000'), ozmeta_runtime.text_literal('\\1\\\\ufffd') -%}
  case when strpos({{ text }}, {{ ozmeta_runtime.text_literal('\\u0000') }}) > 0 then regexp_replace(regexp_replace({{ text }}, {{ pattern }}, {{ by }}), {{ pattern }}, {{ by }}) else {{ text }} end
{%- endmacro %}

{# A key in brackets is any text; a JSON null is no SQL null, though both would be written 'null'. #}
{% macro bigquery__json_at(parsed, paths, index) %}
  {%- set value -%}{{ parsed }}{% for key in paths[index] %}[{{ ozmeta_runtime.text_literal(key) }}]{% endfor %}{%- endset -%}
  case when {{ value }} is not null then to_json_string({{ value }}) end
{%- endmacro %}

{% macro bigquery__json_scalar(raw) %}json_value({{ raw }}, '$'){% endmacro %}

{% macro bigquery__json_member(value, array, cast_member) %}
  {%- set member = ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar('raw_member'), cast_member) -%}
  (select case when count(*) = 0 then false
               when countif({{ member }} = {{ value }}) > 0 then true
               when {{ value }} is null or countif({{ member }} is null) > 0 then null
               else false end
   from unnest(json_query_array({{ array }})) as raw_member)
{%- endmacro %}

{% macro bigquery__json_text(text) %}coalesce(to_json_string({{ text }}), 'null'){% endmacro %}

{% macro bigquery__sha256(text) %}to_hex(sha256({{ text }})){% endmacro %}

{# concat is null where a part is, and takes texts only. #}
{% macro bigquery__concat_text(expressions) %}
  {%- set parts = [] -%}
  {%- for e in expressions -%}{%- do parts.append(e if e[:1] == "'" and e[-1:] == "'" else "coalesce(cast(" ~ e ~ " as string), '')") -%}{%- endfor -%}
  concat({{ parts | join(', ') }})
{%- endmacro %}

{# to_hex is for bytes. #}
{% macro bigquery__hex48(number) %}format('%012x', {{ number }}){% endmacro %}

{# ---- texts: a backslash escapes, and a line feed ends a literal #}
{% macro bigquery__quote_text(text) %}'{{ text | replace('\\', '\\\\') | replace("'", "\\'") | replace('\n', '\\n') | replace('\r', '\\r') }}'{% endmacro %}

{# ---- casts #}
{% macro bigquery__to_number(text) %}(case when regexp_contains({{ text }}, '^-?[0-9]{1,300}([.][0-9]+)?$') then safe_cast({{ text }} as float64) end){% endmacro %}

{% macro bigquery__number_to_text(number) %}(case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then cast(cast({{ number }} as int64) as string) else cast({{ number }} as string) end){% endmacro %}

{# What overflows is an error, but for these functions. #}
{% macro bigquery__arithmetic(left, sign, right) %}
  {{- ozmeta_runtime.finite({'+': 'safe_add', '-': 'safe_subtract', '*': 'safe_multiply', '/': 'safe_divide'}[sign] ~ "(" ~ left ~ ", " ~ right ~ ")") -}}
{% endmacro %}

{% macro bigquery__finite(number) %}(case when not is_inf({{ number }}) and not is_nan({{ number }}) then {{ number }} end){% endmacro %}

{% macro bigquery__to_version(text) %}(case when regexp_contains({{ text }}, '^-?[0-9]+$') then coalesce(safe_cast({{ text }} as int64), -1) end){% endmacro %}

{% macro bigquery__to_integer(column, dtype) %}
  {%- if dtype | upper in ['INT64', 'INTEGER'] -%}{{ column }}
  {%- else -%}case when regexp_contains(cast({{ column }} as string), '^-?[0-9]+([.]0+)?$') then safe_cast(regexp_extract(cast({{ column }} as string), '^-?[0-9]+') as int64) end{%- endif -%}
{% endmacro %}

{% macro bigquery__floor_div(number, divisor) %}div((({{ number }}) - mod(mod({{ number }}, {{ divisor }}) + {{ divisor }}, {{ divisor }})), {{ divisor }}){% endmacro %}

{# Blocks are passed over by a literal: `_Batch > 17`, and of cycles the next threshold. A merge reads the whole table for its keys, whatever the layout, unless it is told that
   none can be there: on false, BigQuery only inserts. Before a full refresh dbt drops a table whose layout is another than it says, and what outlives full refreshes would be gone:
   so such a table has none. #}
{% macro bigquery__storage(model) %}
  {%- set clusters = {'workflow_instance': ['WS_CurrentCode'], 'approval_instance': ['AI_Status'],
      'runtime_signal': none, 'journal': none, 'escalation_queue': none, 'run': none}.get(model, ['_Batch', '_ObjectKey']) -%}
  {%- set layout = {'incremental_strategy': 'merge'} -%}
  {%- if clusters -%}{%- do layout.update({'cluster_by': clusters}) -%}{%- endif -%}
  {%- if model == 'sla_cycle' -%}{%- do layout.update({'partition_by': {'field': 'ST_NextUTC', 'data_type': 'timestamp', 'granularity': 'month'}}) -%}{%- endif -%}
  {%- if model in ozmeta_runtime.append_only() -%}{%- do layout.update({'incremental_predicates': ['false']}) -%}{%- endif -%}
  {%- do return(layout) -%}
{% endmacro %}

{% macro bigquery__regex_matches(text, pattern) %}regexp_contains({{ text }}, {{ pattern }}){% endmacro %}

{# ---- time: TIMESTAMP is an instant, shown in UTC #}
{% macro bigquery__to_micros(instant) %}unix_micros({{ instant }}){% endmacro %}

{% macro bigquery__from_micros(micros) %}timestamp_micros({{ micros }}){% endmacro %}

{% macro bigquery__to_utc(column, dtype) %}
  {%- if dtype | upper == 'TIMESTAMP' -%}{{ column }}
  {%- elif dtype | upper in ['DATETIME', 'DATE'] -%}timestamp({{ column }})
  {%- elif ozmeta_runtime.number_kind(dtype) -%}timestamp_micros({{ ozmeta_runtime.epoch_micros(column, ozmeta_runtime.number_kind(dtype)) }})
  {%- else -%}timestamp_micros({{ ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype)) }}){%- endif -%}
{% endmacro %}

{% macro bigquery__iso_to_micros(text) %}case when {{ ozmeta_runtime.is_iso(text) }} then unix_micros({{ ozmeta_runtime.bigquery__zoned_timestamp(text) }}) end{% endmacro %}

{# The years 1 to 9999 are all there are: beyond them, null. #}
{% macro bigquery__micros_to_iso(micros) %}
  (case when {{ micros }} between -62135596800000000 and 253402300799999999 then format_timestamp('%Y-%m-%dT%H:%M:%E6SZ', timestamp_micros({{ micros }})) end)
{%- endmacro %}

{% macro bigquery__timestamp_text(instant) %}regexp_replace(regexp_replace(format_timestamp('%Y-%m-%d %H:%M:%E6S', {{ instant }}), '0+$', ''), '[.]$', ''){% endmacro %}

{# BigQuery's and Databricks' update takes no join, Snowflake's no alias; their merge does both. #}
{% macro bigquery__update_from(table, columns, rows, on, differs) %}
merge into {{ table }} as held
using ({{ rows }}) as fresh on {{ on }}
when matched and {{ differs }} then update set {% for c in columns %}{{ c }} = fresh.{{ c }}{{ ", " if not loop.last }}{% endfor %}
{% endmacro %}
