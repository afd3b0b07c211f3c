{# ---- text #}

{% macro postgres__binary_order(text) -%}
  ({{ text }}) collate "C"
{%- endmacro %}

{% macro postgres__min_text(text) -%}
  (min(({{ text }}) collate "C") collate "default")
{%- endmacro %}

{% macro postgres__ends_with(text, part) -%}
  (right({{ text }}, length({{ part }})) = {{ part }})
{%- endmacro %}

{# Postgres' regular expressions, compared by bytes. #}
{% macro postgres__regex_matches(text, pattern) -%}
  (({{ text }}) collate "C" ~ {{ pattern }})
{%- endmacro %}

{% macro postgres__regex_dialect() -%}
  {%- do return('postgres') -%}
{%- endmacro %}

{# ---- windows #}

{#
Postgres has no `ignore nulls`. All values so far are collected in an array, which is slow for an object of very many
events.
#}
{% macro postgres__last_value_ignoring_nulls(expression, over) -%}
  {%- set values -%}
    (array_agg({{ expression }}) filter (where {{ expression }} is not null) over ({{ over }}))
  {%- endset -%}
  ({{ values }}[cardinality{{ values }}])
{%- endmacro %}

{# ---- numbers #}

{#
A text of very many decimals may fail as too close to zero, so decimals after the 300th are dropped. A repetition in a
regular expression is at most 255. The inner cast keeps Postgres from casting a literal before it evaluates the `case`.
#}
{% macro postgres__to_number(text) -%}
  {%- set short -%}
    substr(cast({{ text }} as {{ ozmeta_runtime.type_text() }}), 1, strpos({{ text }} || '.', '.') + 300)
  {%- endset -%}
  (case
    when {{ text }} ~ '^-?[0-9]{1,255}[0-9]{0,45}([.][0-9]+)?$' then cast({{ short }} as double precision)
  end)
{%- endmacro %}

{# The shortest text of a double, as in DuckDB. Postgres writes an exponent from 1e15 on, DuckDB from 1e16 on. #}
{% macro postgres__number_to_text(number) -%}
  {%- set text_type = ozmeta_runtime.type_text() -%}
  {%- set text = "cast(" ~ number ~ " as " ~ text_type ~ ")" -%}
  (case
    when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15
    then cast(cast({{ number }} as bigint) as {{ text_type }})
    when {{ text }} like '%e+15' then cast(cast({{ text }} as numeric) as {{ text_type }})
    else {{ text }}
  end)
{%- endmacro %}

{% macro postgres__arithmetic(left, sign, right) -%}
  {{ ozmeta_runtime.arithmetic_without_overflow(left, sign, right, 'ln') }}
{%- endmacro %}

{# `arithmetic` already excludes infinity and NaN. #}
{% macro postgres__finite(number) -%}
  {{ number }}
{%- endmacro %}

{# A cast out of range is an error, so the text is compared as a decimal first. #}
{% macro postgres__to_version(text) -%}
  {%- set decimal = "cast(" ~ text ~ " as numeric(38, 0))" -%}
  (case
    when {{ text }} ~ '^-?0*[0-9]{1,19}$' then case
      when {{ decimal }} between -9223372036854775808 and 9223372036854775807 then cast({{ text }} as bigint)
      else -1
    end
    when {{ text }} ~ '^-?[0-9]+$' then -1
  end)
{%- endmacro %}

{% macro postgres__to_integer(column, dtype) -%}
  {%- set text = "cast(" ~ column ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  {%- set decimal = "cast(" ~ text ~ " as numeric(38, 0))" -%}
  {%- if dtype | lower in ['bigint', 'integer', 'smallint'] -%}
    cast({{ column }} as bigint)
  {%- else -%}
    case when {{ text }} ~ '^-?0*[0-9]{1,19}([.]0+)?$' then case
      when {{ decimal }} between -9223372036854775808 and 9223372036854775807
      then cast(split_part({{ text }}, '.', 1) as bigint)
    end end
  {%- endif -%}
{%- endmacro %}

{% macro postgres__floor_div(number, divisor) -%}
  ((({{ number }}) - ((({{ number }}) % {{ divisor }}) + {{ divisor }}) % {{ divisor }}) / {{ divisor }})
{%- endmacro %}

{# ---- time #}

{# Multiplying an interval uses a double. Seconds and microseconds are therefore added separately, which is exact. #}
{% macro postgres__from_micros(micros) -%}
  {%- set integer = "cast(" ~ micros ~ " as bigint)" -%}
  (
    timestamp '1970-01-01 00:00:00' + ({{ integer }} / 1000000) * interval '1 second'
    + ({{ integer }} % 1000000) * interval '1 microsecond'
  )
{%- endmacro %}

{% macro postgres__micros_to_iso(micros) -%}
  to_char({{ ozmeta_runtime.from_micros(micros) }}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
{%- endmacro %}

{% macro postgres__to_utc(column, dtype) -%}
  {%- set type = dtype | lower -%}
  {%- set number = ozmeta_runtime.number_kind(dtype) -%}
  {%- if number -%}
    {{ ozmeta_runtime.from_micros(ozmeta_runtime.epoch_micros(column, number)) }}
  {%- elif type in ['timestamp', 'timestamp without time zone', 'date'] -%}
    case when isfinite({{ column }}) then cast({{ column }} as timestamp) end
  {%- elif 'time zone' in type or 'timestamptz' in type -%}
    case when isfinite({{ column }}) then {{ column }} at time zone 'UTC' end
  {%- else -%}
    {{ ozmeta_runtime.from_micros(ozmeta_runtime.iso_to_micros(ozmeta_runtime.column_text(column, dtype))) }}
  {%- endif -%}
{%- endmacro %}

{# `-infinity` is not a timestamp and needs its own condition. `infinity` satisfies the comparison. #}
{% macro postgres__at_or_since(column, dtype, timestamp) -%}
  {%- set type = dtype | lower -%}
  {%- if type in ['timestamp', 'timestamp without time zone'] -%}
    ({{ column }} >= {{ timestamp }} or {{ column }} is null or {{ column }} = '-infinity')
  {%- elif 'time zone' in type or 'timestamptz' in type -%}
    (
      {{ column }} >= ({{ timestamp }}) at time zone 'UTC'
      or {{ column }} is null
      or {{ column }} = '-infinity'
    )
  {%- else -%}
    {{ ozmeta_runtime.default__at_or_since(column, dtype, timestamp) }}
  {%- endif -%}
{%- endmacro %}

{# ---- iso_8601 #}

{% macro postgres__is_iso(text) -%}
  {{ text }} ~ '^({{ ozmeta_runtime.iso_pattern() }})$'
{%- endmacro %}

{# Arithmetic on the parts of the text. A failing cast is an error here; the pattern excludes texts that would fail. #}
{% macro postgres__iso_to_micros(text) -%}
  {%- set text = "cast(" ~ text ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  {%- set fraction = ozmeta_runtime.postgres__first_digits("substr(" ~ text ~ ", 21)") -%}
  {%- set offset = "split_part(translate(substr(" ~ text ~ ", 12), '-', '+'), '+', 2)" -%}
  case when {{ ozmeta_runtime.is_iso(text) }} then
    (cast(substr({{ text }}, 1, 10) as date) - date '1970-01-01') * cast(86400000000 as bigint)
    + case
      when length({{ text }}) > 10 then
        cast(substr({{ text }}, 12, 2) as bigint) * 3600000000
        + cast(substr({{ text }}, 15, 2) as bigint) * 60000000
        + case
          when substr({{ text }}, 17, 1) = ':' then cast(substr({{ text }}, 18, 2) as bigint) * 1000000
          else 0
        end
        + case
          when substr({{ text }}, 20, 1) = '.' then cast(rpad({{ fraction }}, 6, '0') as bigint)
          else 0
        end
        - case
          when substr({{ text }}, 12) ~ '[+-]' then
            (case when substr({{ text }}, 12) ~ '-' then -1 else 1 end) * (
              cast(substr({{ offset }}, 1, 2) as bigint) * 3600000000
              + cast('0' || substr(replace({{ offset }}, ':', ''), 3, 2) as bigint) * 60000000
            )
          else 0
        end
      else 0
    end
  end
{%- endmacro %}

{#
The first six digits of a text, or fewer if a time zone follows.
text: SQL text, the digits of a fraction and the rest of an ISO 8601 text
#}
{% macro postgres__first_digits(text) -%}
  substr(split_part(translate({{ text }}, 'Z+-', '|||'), '|', 1), 1, 6)
{%- endmacro %}

{% macro postgres__iso_nanos(text) -%}
  cast(rpad(substring({{ text }} from '[.][0-9]{6}([0-9]{1,3})'), 3, '0') as bigint)
{%- endmacro %}

{# ---- json #}

{#
Before Postgres 16, a cast is the only check and fails on other texts; `is json` in Postgres 16 accepts half a
surrogate pair, which cannot be read. So the text is reduced: each string, number and word to a token, then the
innermost objects and arrays to a token, until one token is left. Six passes are written out; text that is nested
deeper is reduced by a recursive query, in at most 1000 passes.
#}
{% macro postgres__is_json_object(text) -%}
  {%- set code_unit -%} [0-9abcefABCEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2} {%- endset -%}
  {%- set surrogates -%} [dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2} {%- endset -%}
  {%- set escape -%} \\(?:["\\/bfnrt]|u(?:{{ code_unit }}|{{ surrogates }})) {%- endset -%}
  {%- set string -%} "(?:[^"\\\x01-\x1f]|{{ escape }})*" {%- endset -%}
  {%- set scalar -%} -?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null {%- endset -%}
  {%- set object -%} \{ ?(?:"" ?: ?(?:0|"") ?(?:, ?"" ?: ?(?:0|"") ?)*)?\} {%- endset -%}
  {%- set array -%} \[ ?(?:(?:0|"") ?(?:, ?(?:0|"") ?)*)?\] {%- endset -%}
  {%- set inner = object ~ '|' ~ array -%}
  {%- set no_strings -%} regexp_replace({{ text }}, '{{ string }}', '""', 'g') {%- endset -%}
  {%- set no_scalars -%} regexp_replace({{ no_strings }}, '{{ scalar }}', '0', 'g') {%- endset -%}
  {%- set tokens -%} regexp_replace({{ no_scalars }}, '[ \t\n\r]+', ' ', 'g') {%- endset -%}
  {%- set passes = [tokens] -%}
  {%- for i in range(6) -%}
    {%- do passes.append("regexp_replace(" ~ passes[-1] ~ ", '" ~ inner ~ "', '0', 'g')") -%}
  {%- endfor -%}
  (case
    when {{ text }} !~ '^[ \t\n\r]*\{' then false
    when btrim({{ passes[-1] }}) = '0' then true
    else (
      with recursive reduced as (
        select {{ tokens }} as rest, 0 as round
        union all
        select regexp_replace(rest, '{{ inner }}', '0', 'g'), round + 1
        from reduced
        where round < 1000 and rest ~ '{{ inner }}'
      )
      select btrim(rest) = '0' from reduced order by round desc limit 1
    )
  end)
{%- endmacro %}

{#
An array with the value of each first key of the paths. The type is json: jsonb stores only the value of a number, and
fails on some numbers. `->` returns null if the value is not an object.
#}
{% macro postgres__json_parsed(text, paths) -%}
  {%- set parts = [] -%}
  {%- set json = "cast(" ~ ozmeta_runtime.postgres__without_nul(text) ~ " as json)" -%}
  {%- for root in ozmeta_runtime.json_roots(paths) -%}
    {%- do parts.append(json ~ " -> " ~ ozmeta_runtime.text_literal(root)) -%}
  {%- endfor -%}
  array[{{ parts | join(', ') }}]
{%- endmacro %}

{# U+FFFD in place of U+0000, which no text can contain. The backslash of `\u0000` may itself be escaped. #}
{% macro postgres__without_nul(text) -%}
  case
    when strpos({{ text }}, '\u0000') > 0
    then regexp_replace({{ text }}, '(?<!\\)((\\\\)*)\\u0000', '\1\\ufffd', 'g')
    else {{ text }}
  end
{%- endmacro %}

{# The members of an array are written one by one, so that their numbers have the common form. #}
{% macro postgres__json_at(parsed, paths, index) -%}
  {%- set path = paths[index] -%}
  {%- set root = ozmeta_runtime.json_roots(paths).index(path[0]) + 1 -%}
  {%- set value -%}
    ({{ parsed }}[{{ root }}]{% for key in path[1:] %} -> {{ ozmeta_runtime.text_literal(key) }}{% endfor %})
  {%- endset -%}
  {%- set member = ozmeta_runtime.postgres__json_serialized('member') -%}
  case json_typeof({{ value }})
    when 'array' then (
      select '[' || coalesce(string_agg({{ member }}, ',' order by place), '') || ']'
      from json_array_elements({{ value }}) with ordinality as members(member, place)
    )
    else {{ ozmeta_runtime.postgres__json_serialized(value) }}
  end
{%- endmacro %}

{#
A json value as raw JSON text, in the form that DuckDB writes.
value: SQL of type json
#}
{% macro postgres__json_serialized(value) -%}
  {%- set raw = "cast(" ~ value ~ " as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  case json_typeof({{ value }})
    when 'string' then {{ ozmeta_runtime.json_text("(" ~ value ~ " #>> '{}')") }}
    when 'number' then {{ ozmeta_runtime.postgres__json_number(raw) }}
    when 'object' then regexp_replace({{ raw }}, '("([^"\\]|\\.)*")|[ \t\n\r]+', '\1', 'g')
    when 'array' then regexp_replace({{ raw }}, '("([^"\\]|\\.)*")|[ \t\n\r]+', '\1', 'g')
    else {{ raw }}
  end
{%- endmacro %}

{#
A JSON number as text. An integer keeps its digits. Any other number gets the shortest text of the same double, without
an exponent from 1e-6 to 1e21.
raw: SQL text of the number
#}
{% macro postgres__json_number(raw) -%}
  {%- set shortest = "cast(cast(" ~ raw ~ " as double precision) as text)" -%}
  {%- set decimal = "cast(cast(" ~ shortest ~ " as numeric) as text)" -%}
  {%- set size = "abs(cast(" ~ raw ~ " as numeric))" -%}
  case
    when {{ raw }} !~ '[.eE]' then case {{ raw }} when '-0' then '0' else {{ raw }} end
    when {{ raw }} ~ '[eE][+-]?[0-9]{4}' then {{ raw }}
    when {{ size }} < 2.5e-324 then case when {{ raw }} like '-%' then '-0.0' else '0.0' end
    when {{ size }} > 1.7976931348623157e308 then {{ raw }}
    when {{ size }} >= 1e21 or {{ size }} < 1e-6 then regexp_replace({{ shortest }}, 'e[+]?(-?)0*', 'e\1')
    when {{ decimal }} like '%.%' then {{ decimal }}
    else {{ decimal }} || '.0'
  end
{%- endmacro %}

{% macro postgres__json_scalar(raw) -%}
  case substr({{ raw }}, 1, 1)
    when '"' then cast({{ raw }} as json) #>> '{}'
    when '[' then null
    when '{' then null
    else nullif({{ raw }}, 'null')
  end
{%- endmacro %}

{% macro postgres__json_member(value, array, cast_member) -%}
  {%- set given = "cast(given as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  (
    select
      case
        when count(*) = 0 then false
        when bool_or(member = {{ value }}) then true
        when {{ value }} is null or count(member) < count(*) then null
        else false
      end
    from (
      select {{ ozmeta_runtime.cast_text(ozmeta_runtime.json_scalar(given), cast_member) }} as member
      from json_array_elements(cast({{ array }} as json)) as each_one(given)
    ) as members
  )
{%- endmacro %}

{% macro postgres__json_first(array) -%}
  {%- set first = "cast(cast(" ~ array ~ " as json) -> 0 as " ~ ozmeta_runtime.type_text() ~ ")" -%}
  {{ ozmeta_runtime.json_scalar(first) }}
{%- endmacro %}

{# to_json writes the escapes of control characters in lower case, DuckDB in upper case. #}
{% macro postgres__json_text(text) -%}
  {%- set text_type = ozmeta_runtime.type_text() -%}
  {%- set plain = "cast(to_json(cast(" ~ text ~ " as " ~ text_type ~ ")) as " ~ text_type ~ ")" -%}
  {%- set upper = [plain] -%}
  {%- for code in ['0b', '0e', '0f', '1a', '1b', '1c', '1d', '1e', '1f'] -%}
    {%- set next -%}
      regexp_replace({{ upper[-1] }}, '(?<!\\)((?:\\\\)*)\\u00{{ code }}', '\1\\u00{{ code | upper }}', 'g')
    {%- endset -%}
    {%- do upper.append(next) -%}
  {%- endfor -%}
  case
    when {{ text }} ~ '[\x0b\x0e\x0f\x1a-\x1f]' then {{ upper[-1] }}
    else coalesce({{ plain }}, 'null')
  end
{%- endmacro %}

{# ---- columns #}

{# The catalog calls every user-defined type (composite, hstore, citext, enum) USER-DEFINED. #}
{% macro postgres__column_text(column, dtype) -%}
  {%- if dtype | lower == 'user-defined' -%}
    (to_jsonb({{ column }}) #>> '{}')
  {%- elif dtype | lower in ['json', 'jsonb'] -%}
    ({{ column }} #>> '{}')
  {%- else -%}
    cast({{ column }} as text)
  {%- endif -%}
{%- endmacro %}

{# Null fields are left out of a composite type only. #}
{% macro postgres__payload_text(column, dtype) -%}
  {%- if dtype | lower == 'user-defined' -%}
    case
      when (select typtype from pg_catalog.pg_type where oid = cast(pg_typeof({{ column }}) as oid)) = 'c'
      then cast(json_strip_nulls(to_json({{ column }})) as text)
      else to_jsonb({{ column }}) #>> '{}'
    end
  {%- elif dtype | lower in ['json', 'jsonb'] -%}
    cast({{ column }} as text)
  {%- else -%}
    {{ ozmeta_runtime.column_text(column, dtype) }}
  {%- endif -%}
{%- endmacro %}

{# ---- keys #}

{% macro postgres__sha256(text) -%}
  encode(sha256(convert_to({{ text }}, 'UTF8')), 'hex')
{%- endmacro %}

{# ---- storage #}

{#
Indexes on the columns that runs filter and join by. Keys may be as long as the ids in a journal: a hash index stores
them, a b-tree does not. The adapter deletes and inserts in one transaction.
#}
{% macro postgres__storage(model) -%}
  {%- set hashed = {
      'timeline': ['_ObjectKey', 'EJ_ID'],
      'workflow_instance': ['_ObjectKey'],
      'approval_event': ['_ObjectKey'],
      'approval_step': ['_ObjectKey'],
      'approval_instance': ['_ObjectKey'],
      'sla_cycle': ['_ObjectKey'],
      'escalation_queue': ['_ObjectKey', '_CycleKey'],
      'runtime_signal': ['_ObjectKey'],
      'history': ['EJ_ID', 'EJ_ObjectID'],
  }.get(model, []) -%}
  {%- set ordered = [['_SyncDate']] if model == 'history' else [['_Batch'], ['_UpdateDate']] + {
      'timeline': [['TL_Position', 'EJ_EventTimeUTC']],
      'sla_cycle': [['ST_NextUTC']],
      'backlog': [['BL_Day']],
  }.get(model, []) -%}
  {%- set indexes = [] -%}
  {#- The timeline's rows are found by their object. -#}
  {%- for column in ([] if model in ['timeline', 'history'] else ['_Key']) + hashed -%}
    {%- do indexes.append({'columns': [column], 'type': 'hash'}) -%}
  {%- endfor -%}
  {%- for columns in ordered -%}
    {%- do indexes.append({'columns': columns}) -%}
  {%- endfor -%}
  {%- do return({'incremental_strategy': 'delete+insert', 'indexes': indexes}) -%}
{%- endmacro %}

{# B-trees, which serve comparisons and several columns. An entry may have at most 2,700 bytes. #}
{% macro postgres__with_indexes(layout, indexes) -%}
  {%- set known = layout.get('indexes', []) | map(attribute='columns') | list -%}
  {%- set all_indexes = layout.get('indexes', []) | list -%}
  {%- for index in indexes if index.columns not in known or index.get('unique') -%}
    {%- do all_indexes.append(index) -%}
  {%- endfor -%}
  {%- do return(dict(layout, indexes=all_indexes)) -%}
{%- endmacro %}

{# dbt begins a transaction with a model's first query and commits it when the model is written. #}
{% macro postgres__lock_table(relation, is_known) -%}
  {%- set name = ozmeta_runtime.text_literal(relation.render()) -%}
  {%- do run_query("select pg_advisory_xact_lock(hashtextextended(" ~ name ~ ", 0))") -%}
  {%- do return(is_known or run_query("select to_regclass(" ~ name ~ ") is not null").rows[0][0]) -%}
{%- endmacro %}

{# ---- row_policies #}

{% macro postgres__has_row_policies() -%}
  {%- do return(true) -%}
{%- endmacro %}

{# The owner of a table sees all rows. #}
{% macro postgres__reads_all_rows(policies) -%}
  {%- do return(none) -%}
{%- endmacro %}

{# A role in the mapping that does not exist matches no user. #}
{% macro postgres__session_is(name) -%}
  exists (
    select 1 from pg_catalog.pg_roles as roles
    where roles.rolname = {{ name }} and pg_catalog.pg_has_role(roles.oid, 'usage')
  )
{%- endmacro %}

{# The policy's comment holds a hash of its text. A view needs Postgres 15: before, it has its owner's rights. #}
{% macro postgres__row_policy_statements(relation, kind, policies) -%}
  {%- if kind == 'view' -%}
    {%- do return(["alter view " ~ relation ~ " set (security_invoker = true)"]) -%}
  {%- endif -%}
  {%- set condition = ozmeta_runtime.postgres__row_condition(relation, kind, policies) -%}
  {%- do return([
      "alter table " ~ relation ~ " enable row level security",
      "drop policy if exists ozmeta_rows on " ~ relation,
      "create policy ozmeta_rows on " ~ relation ~ " for select using (" ~ condition ~ ")",
      "comment on policy ozmeta_rows on " ~ relation ~ " is '" ~ local_md5(condition) ~ "'"]) -%}
{%- endmacro %}

{% macro postgres__row_policy_query(relation, kind, policies) -%}
  {%- if kind == 'view' -%}{%- do return(none) -%}{%- endif -%}
  {%- set condition = ozmeta_runtime.postgres__row_condition(relation, kind, policies) -%}
  {%- do return(
      "select count(*) from pg_catalog.pg_policy as policies inner join pg_catalog.pg_class as tables"
      ~ " on tables.oid = policies.polrelid where tables.oid = cast("
      ~ ozmeta_runtime.text_literal(relation.include(database=false) | string) ~ " as regclass)"
      ~ " and tables.relrowsecurity and policies.polname = 'ozmeta_rows'"
      ~ " and pg_catalog.obj_description(policies.oid, 'pg_policy') = '" ~ local_md5(condition) ~ "'") -%}
{%- endmacro %}

{% macro postgres__row_condition(relation, kind, policies) -%}
  {%- set tenant = relation.include(database=false, schema=false) ~ "._TenantID" -%}
  {%- do return(ozmeta_runtime.row_condition(kind, policies, tenant)) -%}
{%- endmacro %}
