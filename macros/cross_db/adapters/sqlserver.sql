{#
SQL Server 2022, and Fabric Warehouse through fabric.sql. No test runs on either: a parser checks the rendered SQL.
The database's collation must be Latin1_General_100_BIN2_UTF8, which is Fabric's default. Texts are then UTF-8, and
are compared and ordered by their bytes.
#}

{# ---- types #}

{% macro sqlserver__type_text() -%}
  {%- do return('varchar(max)') -%}
{%- endmacro %}

{# ---- literals #}

{#
Within a literal, T-SQL leaves out a backslash and the line feed after it, and dbt puts some statements into a literal.
So such a text is the sum of two literals, which end and begin between the two characters.
#}
{% macro sqlserver__quote_text(text) -%}
  {%- set whole = "'" ~ text | replace("'", "''") ~ "'" -%}
  {%- set parts = whole | replace('\\\r\n', "\\' + '\r\n") | replace('\\\n', "\\' + '\n") -%}
  {{ parts if parts == whole else "(" ~ parts ~ ")" }}
{%- endmacro %}

{# ---- booleans: T-SQL has no boolean type. A bit is not a condition, and a condition is not a value. #}

{% macro sqlserver__boolean_column(condition) -%}
  cast(case when {{ condition }} then 1 else 0 end as bit)
{%- endmacro %}

{% macro sqlserver__is_true(column) -%}
  ({{ column }} = 1)
{%- endmacro %}

{% macro sqlserver__boolean_expression(condition) -%}
  (case when {{ condition }} then 1 when not ({{ condition }}) then 0 end)
{%- endmacro %}

{% macro sqlserver__boolean_literal(value) -%}
  cast({{ 1 if value else 0 }} as bit)
{%- endmacro %}

{% macro sqlserver__boolean_case(condition, yes, no) -%}
  (({{ condition }}) and ({{ yes }}) or not ({{ condition }}) and ({{ no }}))
{%- endmacro %}

{# ---- text #}

{% macro sqlserver__starts_with(text, part) -%}
  (left({{ text }}, {{ ozmeta_runtime.text_length(part) }}) = {{ part }})
{%- endmacro %}

{% macro sqlserver__ends_with(text, part) -%}
  (right({{ text }}, {{ ozmeta_runtime.text_length(part) }}) = {{ part }})
{%- endmacro %}

{# charindex does not find the empty text. #}
{% macro sqlserver__contains_text(text, part) -%}
  (charindex({{ part }}, {{ text }}) > 0 or ({{ part }} = '' and {{ text }} is not null))
{%- endmacro %}

{% macro sqlserver__regex_matches(text, pattern) -%}
  {%- do exceptions.raise_compiler_error(
      "The regex " ~ pattern ~ " of a rule cannot run on " ~ target.type ~ ": T-SQL has no regular expressions. "
      ~ "Use startsWith, endsWith, contains or in."
  ) -%}
{%- endmacro %}

{% macro sqlserver__concat_operator() -%}
  +
{%- endmacro %}

{# `len` does not count trailing blanks. #}
{% macro sqlserver__text_length(text) -%}
  (len({{ text }} + '|') - 1)
{%- endmacro %}

{% macro sqlserver__substring(text, first, length) -%}
  substring({{ text }}, {{ first }}, {{ length }})
{%- endmacro %}

{# Without the cast, the result has at most 8,000 bytes. #}
{% macro sqlserver__joined_texts(text, sort_key) -%}
  string_agg(cast({{ text }} as varchar(max)), ',') within group (order by {{ sort_key }})
{%- endmacro %}

{# ---- windows #}

{% macro sqlserver__nulls_first(expression) -%}
  case when {{ expression }} is null then 0 else 1 end, {{ expression }}
{%- endmacro %}

{% macro sqlserver__last_value_ignoring_nulls(expression, over) -%}
  last_value({{ expression }}) ignore nulls over ({{ over }})
{%- endmacro %}

{# ---- numbers: `like` has character classes but no repetition, so several conditions describe one form #}

{% macro sqlserver__to_number(text) -%}
  (case
    when ({{ text }} like '[0-9]%' or {{ text }} like '-[0-9]%')
      and {{ text }} like '%[0-9]'
      and {{ text }} not like '%[^0-9.-]%'
      and {{ text }} not like '_%-%'
      and {{ text }} not like '%.%.%'
    then try_cast({{ text }} as float)
  end)
{%- endmacro %}

{# Style 3 writes 17 digits. They identify the number, but are not always the shortest text. #}
{% macro sqlserver__number_to_text(number) -%}
  (case
    when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15
    then cast(cast({{ number }} as bigint) as varchar(30))
    else convert(varchar(30), {{ number }}, 3)
  end)
{%- endmacro %}

{% macro sqlserver__arithmetic(left, sign, right) -%}
  {{ ozmeta_runtime.arithmetic_without_overflow(left, sign, right, 'log') }}
{%- endmacro %}

{# T-SQL has neither infinity nor NaN. #}
{% macro sqlserver__finite(number) -%}
  {{ number }}
{%- endmacro %}

{% macro sqlserver__to_version(text) -%}
  (case
    when ({{ text }} like '[0-9]%' or {{ text }} like '-[0-9]%')
      and {{ text }} not like '%[^0-9-]%'
      and {{ text }} not like '_%-%'
    then coalesce(try_cast({{ text }} as bigint), -1)
  end)
{%- endmacro %}

{% macro sqlserver__to_integer(column, dtype) -%}
  {%- set is_float = dtype | lower in ['float', 'real'] -%}
  {%- set text = ozmeta_runtime.number_to_text(column) if is_float else "cast(" ~ column ~ " as varchar(max))" -%}
  {%- if dtype | lower in ['bigint', 'int', 'smallint', 'tinyint'] -%}
    cast({{ column }} as bigint)
  {%- else -%}
    case
      when ({{ text }} like '[0-9]%' or {{ text }} like '-[0-9]%')
        and {{ text }} not like '%[^0-9.-]%'
        and {{ text }} not like '_%-%'
      then try_cast((case
        when {{ text }} like '%.' or {{ text }} like '%.%[^0]%' then null
        when {{ text }} like '%.%' then left({{ text }}, charindex('.', {{ text }}) - 1)
        else {{ text }}
      end) as bigint)
    end
  {%- endif -%}
{%- endmacro %}

{# An integer literal of more than 32 bits is a decimal, whose quotient has decimals. So the divisor is cast. #}
{% macro sqlserver__floor_div(number, divisor) -%}
  {%- set divisor = "cast(" ~ divisor ~ " as bigint)" -%}
  ((({{ number }}) - ((({{ number }}) % {{ divisor }}) + {{ divisor }}) % {{ divisor }}) / {{ divisor }})
{%- endmacro %}

{# T-SQL has only the operator. #}
{% macro sqlserver__modulo(number, divisor) -%}
  ({{ number }} % {{ divisor }})
{%- endmacro %}

{# ---- time: datetime2(6) in UTC #}

{% macro sqlserver__timestamp_literal(text) -%}
  cast('{{ text }}' as datetime2(6))
{%- endmacro %}

{% macro sqlserver__timestamp_text(timestamp) -%}
  {%- set text = "convert(varchar(26), cast(" ~ timestamp ~ " as datetime2(6)), 121)" -%}
  (case
    when {{ text }} like '%.000000' then left({{ text }}, 19)
    else left({{ text }}, 20) + replace(rtrim(replace(substring({{ text }}, 21, 6), '0', ' ')), ' ', '0')
  end)
{%- endmacro %}

{% macro sqlserver__to_micros(timestamp) -%}
  datediff_big(microsecond, cast('1970-01-01' as datetime2(6)), {{ timestamp }})
{%- endmacro %}

{# dateadd takes 32-bit numbers, so it adds days, seconds and microseconds. Outside the years 1 to 9999: null. #}
{% macro sqlserver__from_micros(micros) -%}
  {%- set integer, day = "cast(" ~ micros ~ " as bigint)", "cast(86400000000 as bigint)" -%}
  dateadd(
    microsecond,
    cast({{ integer }} % 1000000 as int),
    dateadd(
      second,
      cast(({{ integer }} / 1000000) % 86400 as int),
      dateadd(
        day,
        cast(case
          when {{ integer }} between -62135596800000000 and 253402300799999999 then {{ integer }} / {{ day }}
        end as int),
        cast('1970-01-01' as datetime2(6))
      )
    )
  )
{%- endmacro %}

{% macro sqlserver__micros_to_iso(micros) -%}
  (replace(convert(varchar(26), {{ ozmeta_runtime.from_micros(micros) }}, 121), ' ', 'T') + 'Z')
{%- endmacro %}

{# A cast to fewer digits rounds, possibly up to the next second. So the nanoseconds are subtracted first. #}
{% macro sqlserver__to_utc(column, dtype) -%}
  {%- set type = dtype | lower -%}
  {%- set number = ozmeta_runtime.number_kind(dtype) -%}
  {%- set has_nanos = ozmeta_runtime.timestamp_kind(dtype) == 'nanos' -%}
  {%- set cut = "dateadd(nanosecond, -(datepart(nanosecond, " ~ column ~ ") % 1000), " ~ column ~ ")" -%}
  {%- set micros = cut if has_nanos else column -%}
  {%- if 'datetimeoffset' in type -%}
    cast(switchoffset({{ micros }}, '+00:00') as datetime2(6))
  {%- elif 'date' in type -%}
    cast({{ micros }} as datetime2(6))
  {%- elif number -%}
    {{ ozmeta_runtime.from_micros(ozmeta_runtime.epoch_micros(column, number)) }}
  {%- else -%}
    {{ ozmeta_runtime.from_micros(ozmeta_runtime.iso_to_micros("cast(" ~ column ~ " as varchar(max))")) }}
  {%- endif -%}
{%- endmacro %}

{# The default scale is 7. #}
{% macro sqlserver__timestamp_kind(dtype) -%}
  {%- set type = dtype | lower -%}
  {%- set scale = modules.re.search('[(]([0-7])[)]', type) -%}
  {%- if type[:9] == 'datetime2' or type[:14] == 'datetimeoffset' -%}
    {%- do return('utc' if scale and scale.group(1) | int <= 6 else 'nanos') -%}
  {%- endif -%}
  {%- do return('utc' if 'date' in type else 'text') -%}
{%- endmacro %}

{% macro sqlserver__nanos_of(timestamp) -%}
  cast(datepart(nanosecond, {{ timestamp }}) % 1000 as bigint)
{%- endmacro %}

{# dbt's date spine puts a CTE into a subquery, which T-SQL refuses. #}
{% macro sqlserver__all_days(first, last) -%}
  {%- set digits = "(values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))" -%}
  {%- set number = "ones.n + 10 * tens.n + 100 * hundreds.n + 1000 * thousands.n + 10000 * myriads.n" -%}
  select date_day
  from (
    select dateadd(day, {{ number }}, cast('{{ first }}' as date)) as date_day
    from {{ digits }} as ones(n)
    cross join {{ digits }} as tens(n)
    cross join {{ digits }} as hundreds(n)
    cross join {{ digits }} as thousands(n)
    cross join (values (0), (1), (2), (3)) as myriads(n)
  ) as days
  where date_day < cast('{{ last }}' as date)
{%- endmacro %}

{% macro sqlserver__current_instant() -%}
  cast(sysutcdatetime() as datetime2(6))
{%- endmacro %}

{% macro sqlserver__is_instant_type(dtype) -%}
  {%- do return('datetimeoffset' in dtype) -%}
{%- endmacro %}

{# T-SQL knows time zones by the names that Windows has for them. #}
{% macro sqlserver__local_to_utc(timestamp, zone) -%}
  cast((({{ timestamp }}) at time zone {{ ozmeta_runtime.text_literal(zone) }}) at time zone 'UTC' as datetime2(6))
{%- endmacro %}

{# ---- iso_8601 #}

{# T-SQL has no regular expressions, so a text is an ISO 8601 timestamp if `iso_to_micros` can read it. #}
{% macro sqlserver__is_iso(text) -%}
  ({{ ozmeta_runtime.sqlserver__iso_to_micros(text) }} is not null)
{%- endmacro %}

{#
`like` checks the form, and the cast checks the calendar, hours and minutes. The cast accepts at most seven digits of a
fraction, so further digits are dropped. It accepts offsets of at most 14 hours, so the offset is subtracted separately.
#}
{% macro sqlserver__iso_to_micros(text) -%}
  {%- set day, time = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]", "substring(" ~ text ~ ", 12, 8000)" -%}
  {%- set zone_start = "patindex('%[Z+-]%', " ~ time ~ " + 'Z')" -%}
  {%- set clock = "left(" ~ time ~ ", " ~ zone_start ~ " - 1)" -%}
  {%- set zone = "substring(" ~ time ~ ", " ~ zone_start ~ ", 8000)" -%}
  {%- set digits = "replace(" ~ zone ~ ", ':', '')" -%}
  {%- set epoch = "cast('1970-01-01' as datetime2(6))" -%}
  case
    when {{ text }} like '{{ day }}' then datediff_big(microsecond, {{ epoch }}, try_cast({{ text }} as datetime2(7)))
    when {{ text }} like '{{ day }}[T ]%'
      and (
        {{ clock }} like '[0-2][0-9]:[0-5][0-9]'
        or {{ clock }} like '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]'
        or (
          {{ clock }} like '[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9]%'
          and substring({{ clock }}, 10, 8000) not like '%[^0-9]%'
        )
      )
      and (
        {{ zone }} in ('', 'Z')
        or {{ zone }} like '[+-][01][0-9]'
        or {{ zone }} like '[+-]2[0-3]'
        or {{ zone }} like '[+-][01][0-9][0-5][0-9]'
        or {{ zone }} like '[+-]2[0-3][0-5][0-9]'
        or {{ zone }} like '[+-][01][0-9]:[0-5][0-9]'
        or {{ zone }} like '[+-]2[0-3]:[0-5][0-9]'
      )
    then
      datediff_big(
        microsecond, {{ epoch }}, try_cast(left({{ text }}, 10) + ' ' + left({{ clock }}, 15) as datetime2(6))
      )
      - case
        when {{ zone }} like '[+-]%' then
          case when {{ zone }} like '-%' then -1 else 1 end
          * (
            cast(substring({{ digits }}, 2, 2) as bigint) * 60
            + cast('0' + substring({{ digits }}, 4, 2) as bigint)
          ) * 60000000
        else 0
      end
  end
{%- endmacro %}

{% macro sqlserver__iso_nanos(text) -%}
  {%- set rest = "substring(" ~ text ~ ", 27, 3)" -%}
  case
    when substring({{ text }}, 20, 7) like '.[0-9][0-9][0-9][0-9][0-9][0-9]'
    then cast(left(left({{ rest }}, patindex('%[^0-9]%', {{ rest }} + 'Z') - 1) + '000', 3) as bigint)
  end
{%- endmacro %}

{# ---- epoch #}

{% macro sqlserver__to_double(number) -%}
  cast({{ number }} as float)
{%- endmacro %}

{#
---- json: openjson() returns one row per member, with the columns [key], [value] and [type]:
0 null, 1 string, 2 number, 3 boolean, 4 array, 5 object.
#}

{% macro sqlserver__is_json_object(text) -%}
  (isjson({{ text }}, object) = 1)
{%- endmacro %}

{% macro sqlserver__json_parsed(text, paths) -%}
  case when isjson({{ text }}, object) = 1 then {{ text }} end
{%- endmacro %}

{% macro sqlserver__json_at(parsed, paths, index) -%}
  {%- set steps = [] -%}
  {%- for key in paths[index][:-1] -%}
    {%- do steps.append('."' ~ key | replace('\\', '\\\\') | replace('"', '\\"') ~ '"') -%}
  {%- endfor -%}
  (
    select max({{ ozmeta_runtime.sqlserver__json_raw() }})
    from openjson({{ parsed }}, {{ ozmeta_runtime.text_literal('$' ~ steps | join) }})
    where [key] = {{ ozmeta_runtime.text_literal(paths[index][-1]) }}
  )
{%- endmacro %}

{# A row of openjson() as raw JSON text. #}
{% macro sqlserver__json_raw() -%}
  case [type]
    when 0 then 'null'
    when 1 then '"' + {{ ozmeta_runtime.sqlserver__json_escaped('cast([value] as varchar(max))') }} + '"'
    else cast([value] as varchar(max))
  end
{%- endmacro %}

{% macro sqlserver__json_scalar(raw) -%}
  (
    select max(cast([value] as varchar(max)))
    from openjson(concat('[', {{ raw }}, ']'))
    where [type] in (1, 2, 3)
  )
{%- endmacro %}

{% macro sqlserver__json_member(value, array, cast_member) -%}
  {%- set scalar = "(case when [type] in (1, 2, 3) then cast([value] as varchar(max)) end)" -%}
  {%- set member = ozmeta_runtime.cast_text(scalar, cast_member) -%}
  ((
    select
      case
        when count(*) = 0 then 0
        when max(hit) = 1 then 1
        when count(hit) < count(*) then null
        else 0
      end
    from (
      select case when {{ member }} = {{ value }} then 1 when {{ member }} <> {{ value }} then 0 end as hit
      from openjson({{ array }})
    ) as members
  ) = 1)
{%- endmacro %}

{% macro sqlserver__json_first(array) -%}
  {%- set scalar = "case when [type] in (1, 2, 3) then cast([value] as varchar(max)) end" -%}
  (select max({{ scalar }}) from openjson({{ array }}) where [key] = '0')
{%- endmacro %}

{% macro sqlserver__json_text(text) -%}
  coalesce('"' + {{ ozmeta_runtime.sqlserver__json_escaped(text) }} + '"', 'null')
{%- endmacro %}

{#
The characters of a JSON string, without its quotes. string_escape returns nvarchar, which Fabric cannot store, and
escapes slashes.
text: SQL text
#}
{% macro sqlserver__json_escaped(text) -%}
  replace(cast(string_escape({{ text }}, 'json') as varchar(max)), '\/', '/')
{%- endmacro %}

{# ---- columns #}

{# A cast of a float has six digits. A UUID is in lower case, and a bit is true or false, as on other engines. #}
{% macro sqlserver__column_text(column, dtype) -%}
  {%- set type = dtype | lower -%}
  {%- if ozmeta_runtime.timestamp_kind(dtype) == 'nanos' -%}
    {%- set utc = "switchoffset(" ~ column ~ ", '+00:00')" if 'offset' in dtype else column -%}
    convert(varchar(27), cast({{ utc }} as datetime2(7)), 121)
  {%- elif type in ['datetime', 'smalldatetime'] or 'datetime2' in type or 'datetimeoffset' in type -%}
    {{ ozmeta_runtime.timestamp_text(ozmeta_runtime.to_utc(column, dtype)) }}
  {%- elif type == 'uniqueidentifier' -%}
    cast(lower(cast({{ column }} as varchar(36))) as varchar(max))
  {%- elif type in ['float', 'real'] -%}
    cast({{ ozmeta_runtime.number_to_text(column) }} as varchar(max))
  {%- elif type == 'bit' -%}
    cast(case {{ column }} when 1 then 'true' when 0 then 'false' end as varchar(max))
  {%- else -%}
    cast({{ column }} as varchar(max))
  {%- endif -%}
{%- endmacro %}

{# ---- keys #}

{% macro sqlserver__sha256(text) -%}
  lower(convert(varchar(64), hashbytes('SHA2_256', cast({{ text }} as varchar(max))), 2))
{%- endmacro %}

{% macro sqlserver__md5_hex(text) -%}
  lower(convert(varchar(32), hashbytes('MD5', cast({{ text }} as varchar(max))), 2))
{%- endmacro %}

{% macro sqlserver__hex48(number) -%}
  lower(convert(varchar(12), cast(cast({{ number }} as bigint) as binary(6)), 2))
{%- endmacro %}

{# ---- ctes #}

{% macro sqlserver__can_recurse() -%}
  {%- do return(false) -%}
{%- endmacro %}

{% macro sqlserver__can_nest_ctes() -%}
  {%- do return(false) -%}
{%- endmacro %}

{% macro sqlserver__with_recursive() -%}
  with
{%- endmacro %}

{# T-SQL runs a CTE once for each use. This comment shows `model_query` which CTEs to write into tables. #}
{% macro sqlserver__materialize_cte(cte, keyword) -%}
  /* staged: {{ cte }} */
{%- endmacro %}

{#
Writes each CTE that ends with the comment of `materialize_cte` into a table, in order. In the text that is left, the
CTE only reads its table. Literals, quoted names and other comments are skipped, because metadata may be in them.
#}
{% macro sqlserver__model_query(query) -%}
  {%- if not ozmeta_runtime.may_stage_ctes() -%}{%- do return(query) -%}{%- endif -%}
  {%- set tokens = "'[^']*'|\"[^\"]*\"|\\[[^]]*[]]|--[^\n]*|/[*].*?[*]/|[()]" -%}
  {%- set at = namespace(text='', copied=0, depth=0, opening=0, number=0) -%}
  {%- for token in modules.re.finditer(tokens, query, modules.re.DOTALL) -%}
    {%- set staged = modules.re.fullmatch('/[*] staged: ([a-z_]+) [*]/', token.group()) -%}
    {%- if token.group() == '(' -%}
      {%- if at.depth == 0 -%}{%- set at.opening = token.start() -%}{%- endif -%}
      {%- set at.depth = at.depth + 1 -%}
    {%- elif token.group() == ')' -%}
      {%- set at.depth = at.depth - 1 -%}
    {%- elif staged -%}
      {%- set at.number = at.number + 1 -%}
      {%- if at.number == 1 -%}{%- do ozmeta_runtime.drop_staged_ctes([this]) -%}{%- endif -%}
      {%- set table = ozmeta_runtime.staged_cte(this, at.number) -%}
      {%- set ctes = at.text ~ query[at.copied:token.start()] ~ ')' -%}
      {%- call statement('staged_cte', auto_begin=false) -%}
        {{ ozmeta_runtime.create_staged_cte(table, ctes, staged.group(1)) }}
      {%- endcall -%}
      {%- set at.text = at.text ~ query[at.copied:at.opening] ~ '(select * from ' ~ table -%}
      {%- set at.copied = token.end() -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(at.text ~ query[at.copied:]) -%}
{%- endmacro %}

{# A query of `model_query` has at most 9 such tables. #}
{% macro sqlserver__drop_staged_ctes(relations) -%}
  {%- if ozmeta_runtime.may_stage_ctes() -%}
    {%- call statement('drop_staged_ctes', auto_begin=false) -%}
      {%- for relation in relations -%}{%- for number in range(1, 10) %}
      drop table if exists {{ ozmeta_runtime.staged_cte(relation, number) }};
      {%- endfor -%}{%- endfor %}
    {%- endcall -%}
  {%- endif -%}
{%- endmacro %}

{# SQL Server has no `create table as`. #}
{% macro sqlserver__create_staged_cte(table, ctes, cte) -%}
  {{ ctes }} select * into {{ table }} from {{ cte }}
{%- endmacro %}

{# ---- update_from #}

{# T-SQL updates the alias, and defines it in `from`. #}
{% macro sqlserver__update_from(table, columns, rows, on, differs) -%}
  update held
  set {{ ozmeta_runtime.update_assignments(columns) }}
  from {{ table }} as held
  inner join ({{ rows }}) as fresh on {{ on }}
  where {{ differs }}
{%- endmacro %}

{# ---- storage #}

{# The tables that `model_query` made for a history are dropped after it. Those of a binding go with its last model. #}
{% macro sqlserver__storage(model) -%}
  {%- set layout = ozmeta_runtime.default__storage(model) -%}
  {%- if model == 'history' -%}
    {%- set layout = dict(layout, post_hook='{% do ozmeta_runtime.drop_staged_ctes([this]) %}') -%}
  {%- endif -%}
  {%- do return(layout) -%}
{%- endmacro %}
