{# T-SQL: SQL Server 2022 and Fabric Warehouse, where they differ from what is written elsewhere. Rendered and parsed only: neither has run it.
   dbt's two adapters know nothing of each other, so each macro is there for both. #}
{% macro sqlserver__boolean_column(condition) %}cast(case when {{ condition }} then 1 else 0 end as bit){% endmacro %}

{% macro sqlserver__is_true(column) %}({{ column }} = 1){% endmacro %}

{% macro sqlserver__boolean_expression(condition) %}(case when {{ condition }} then 1 when not ({{ condition }}) then 0 end){% endmacro %}

{# ---- booleans: there is no type of them; a bit is no condition, and a condition no value #}
{% macro sqlserver__boolean_literal(value) %}cast({{ 1 if value else 0 }} as bit){% endmacro %}

{% macro sqlserver__boolean_case(condition, yes, no) %}(({{ condition }}) and ({{ yes }}) or not ({{ condition }}) and ({{ no }})){% endmacro %}

{% macro sqlserver__column_text(column, dtype) %}
  {%- if ozmeta_runtime.timestamp_kind(dtype) == 'nanos' -%}
    convert(varchar(27), {{ "cast(switchoffset(" ~ column ~ ", '+00:00') as datetime2(7))" if 'offset' in dtype else "cast(" ~ column ~ " as datetime2(7))" }}, 121)
  {%- elif dtype | lower in ['datetime', 'smalldatetime'] or 'datetime2' in dtype | lower or 'datetimeoffset' in dtype | lower -%}{{ ozmeta_runtime.timestamp_text(ozmeta_runtime.to_utc(column, dtype)) }}
  {#- a UUID is in lower case on every other engine -#}
  {%- elif dtype | lower == 'uniqueidentifier' -%}cast(lower(cast({{ column }} as varchar(36))) as varchar(max))
  {#- six digits, if cast -#}
  {%- elif dtype | lower in ['float', 'real'] -%}cast({{ ozmeta_runtime.number_to_text(column) }} as varchar(max))
  {%- else -%}cast({{ column }} as varchar(max)){%- endif -%}
{%- endmacro %}

{% macro sqlserver__can_recurse() %}{% do return(false) %}{% endmacro %}

{# ---- words #}
{% macro sqlserver__with_recursive() %}with{% endmacro %}

{# A scale that is not said is 7. #}
{% macro sqlserver__timestamp_kind(dtype) %}
  {%- set type = dtype | lower -%}
  {%- set scale = modules.re.search('[(]([0-7])[)]', type) -%}
  {%- if type[:9] == 'datetime2' or type[:14] == 'datetimeoffset' -%}{%- do return('utc' if scale and scale.group(1) | int <= 6 else 'nanos') -%}{%- endif -%}
  {%- do return('utc' if 'date' in type else 'text') -%}
{% endmacro %}

{# T-SQL has no regular expressions, so a text is an ISO 8601 timestamp if it converts to one. #}
{% macro sqlserver__is_iso(text) %}({{ ozmeta_runtime.sqlserver__iso_to_micros(text) }} is not null){% endmacro %}

{% macro sqlserver__iso_nanos(text) %}
  case when substring({{ text }}, 20, 7) like '.[0-9][0-9][0-9][0-9][0-9][0-9]'
       then cast(left(left(substring({{ text }}, 27, 3), patindex('%[^0-9]%', substring({{ text }}, 27, 3) + 'Z') - 1) + '000', 3) as bigint) end
{%- endmacro %}

{% macro sqlserver__nanos_of(instant) %}cast(datepart(nanosecond, {{ instant }}) % 1000 as bigint){% endmacro %}

{# ---- JSON: openjson() gives a row a member: [key], [value] and [type], which is 0 null, 1 text, 2 number, 3 boolean, 4 array, 5 object #}
{% macro sqlserver__is_json_object(text) %}(isjson({{ text }}, object) = 1){% endmacro %}

{% macro sqlserver__json_parsed(text, paths) %}case when isjson({{ text }}, object) = 1 then {{ text }} end{% endmacro %}

{% macro sqlserver__json_at(parsed, paths, index) %}
  {%- set steps = [] -%}
  {%- for key in paths[index][:-1] -%}{%- do steps.append('."' ~ key | replace('\\', '\\\\') | replace('"', '\\"') ~ '"') -%}{%- endfor -%}
  (select max({{ ozmeta_runtime.tsql_json_raw() }}) from openjson({{ parsed }}, {{ ozmeta_runtime.text_literal('$' ~ steps | join) }}) where [key] = {{ ozmeta_runtime.text_literal(paths[index][-1]) }})
{%- endmacro %}

{% macro sqlserver__json_scalar(raw) %}(select max(cast([value] as varchar(max))) from openjson(concat('[', {{ raw }}, ']')) where [type] in (1, 2, 3)){% endmacro %}

{% macro sqlserver__json_member(value, array, cast_member) %}
  {%- set member = ozmeta_runtime.cast_text("(case when [type] in (1, 2, 3) then cast([value] as varchar(max)) end)", cast_member) -%}
  ((select case when count(*) = 0 then 0 when max(hit) = 1 then 1 when count(hit) < count(*) then null else 0 end
    from (select case when {{ member }} = {{ value }} then 1 when {{ member }} <> {{ value }} then 0 end as hit from openjson({{ array }})) as members) = 1)
{%- endmacro %}

{% macro sqlserver__json_text(text) %}coalesce('"' + {{ ozmeta_runtime.tsql_escaped(text) }} + '"', 'null'){% endmacro %}

{% macro sqlserver__sha256(text) %}lower(convert(varchar(64), hashbytes('SHA2_256', cast({{ text }} as varchar(max))), 2)){% endmacro %}

{% macro sqlserver__hex48(number) %}lower(convert(varchar(12), cast(cast({{ number }} as bigint) as binary(6)), 2)){% endmacro %}

{% macro sqlserver__md5_hex(text) %}lower(convert(varchar(32), hashbytes('MD5', cast({{ text }} as varchar(max))), 2)){% endmacro %}

{# ---- casts; `like` knows classes of characters, and that is all #}
{% macro sqlserver__to_number(text) %}
  (case when ({{ text }} like '[0-9]%' or {{ text }} like '-[0-9]%') and {{ text }} like '%[0-9]' and {{ text }} not like '%[^0-9.-]%' and {{ text }} not like '_%-%' and {{ text }} not like '%.%.%'
        then try_cast({{ text }} as float) end)
{%- endmacro %}

{# Style 3: 17 digits, which give the same number again, though not the fewest that do. #}
{% macro sqlserver__number_to_text(number) %}(case when {{ number }} = floor({{ number }}) and abs({{ number }}) < 9e15 then cast(cast({{ number }} as bigint) as varchar(30)) else convert(varchar(30), {{ number }}, 3) end){% endmacro %}

{# What overflows is an error, so its logarithm is asked first. #}
{% macro sqlserver__arithmetic(left, sign, right) %}
  {%- if sign in ['+', '-'] -%}(case when abs({{ left }}) < 8.9e307 and abs({{ right }}) < 8.9e307 then {{ left }} {{ sign }} {{ right }} end)
  {%- else -%}
  {%- set size = "(log(nullif(abs(" ~ left ~ "), 0)) " ~ {'*': '+', '/': '-'}[sign] ~ " log(nullif(abs(" ~ right ~ "), 0)))" -%}
  (case when {{ size }} > 709.7827 then null when {{ size }} < -740 then 0 else {{ left }} {{ sign }} {{ right }} end)
  {%- endif -%}
{%- endmacro %}

{% macro sqlserver__finite(number) %}{{ number }}{% endmacro %}

{% macro sqlserver__to_version(text) %}
  (case when ({{ text }} like '[0-9]%' or {{ text }} like '-[0-9]%') and {{ text }} not like '%[^0-9-]%' and {{ text }} not like '_%-%' then coalesce(try_cast({{ text }} as bigint), -1) end)
{%- endmacro %}

{% macro sqlserver__to_integer(column, dtype) %}
  {%- set text = ozmeta_runtime.number_to_text(column) if dtype | lower in ['float', 'real'] else "cast(" ~ column ~ " as varchar(max))" -%}
  {%- set whole = "(case when " ~ text ~ " like '%.' or " ~ text ~ " like '%.%[^0]%' then null when " ~ text ~ " like '%.%' then left(" ~ text ~ ", charindex('.', " ~ text ~ ") - 1) else " ~ text ~ " end)" -%}
  {%- if dtype | lower in ['bigint', 'int', 'smallint', 'tinyint'] -%}cast({{ column }} as bigint)
  {%- else -%}case when ({{ text }} like '[0-9]%' or {{ text }} like '-[0-9]%') and {{ text }} not like '%[^0-9.-]%' and {{ text }} not like '_%-%' then try_cast({{ whole }} as bigint) end{%- endif -%}
{%- endmacro %}

{% macro sqlserver__floor_div(number, divisor) %}
  {%- set divisor = "cast(" ~ divisor ~ " as bigint)" -%}
  ((({{ number }}) - ((({{ number }}) % {{ divisor }}) + {{ divisor }}) % {{ divisor }}) / {{ divisor }})
{%- endmacro %}

{# T-SQL has the sign only. #}
{% macro sqlserver__modulo(number, divisor) %}({{ number }} % {{ divisor }}){% endmacro %}

{% macro sqlserver__nulls_first(expression) %}case when {{ expression }} is null then 0 else 1 end, {{ expression }}{% endmacro %}

{% macro sqlserver__last_value_ignoring_nulls(expression, over) %}last_value({{ expression }}) ignore nulls over ({{ over }}){% endmacro %}

{% macro sqlserver__starts_with(text, part) %}(left({{ text }}, {{ ozmeta_runtime.text_length(part) }}) = {{ part }}){% endmacro %}

{% macro sqlserver__ends_with(text, part) %}(right({{ text }}, {{ ozmeta_runtime.text_length(part) }}) = {{ part }}){% endmacro %}

{% macro sqlserver__contains_text(text, part) %}(charindex({{ part }}, {{ text }}) > 0 or ({{ part }} = '' and {{ text }} is not null)){% endmacro %}

{% macro sqlserver__regex_matches(text, pattern) %}
  {%- do exceptions.raise_compiler_error("The regex " ~ pattern ~ " of a rule can't be said on " ~ target.type ~ ": T-SQL has no regular expressions. Say it with startsWith, endsWith, contains or in") -%}
{%- endmacro %}

{% macro sqlserver__concat_operator() %}+{% endmacro %}

{% macro sqlserver__text_length(text) %}(len({{ text }} + '|') - 1){% endmacro %}

{% macro sqlserver__substring(text, first, length) %}substring({{ text }}, {{ first }}, {{ length }}){% endmacro %}

{# ---- time: datetime2 is UTC. A whole number beyond 32 bits is a decimal in T-SQL, whose quotient has decimals: divisors are cast. dateadd takes 32 bits. #}
{% macro sqlserver__timestamp_literal(text) %}cast('{{ text }}' as datetime2(6)){% endmacro %}

{% macro sqlserver__to_micros(instant) %}datediff_big(microsecond, cast('1970-01-01' as datetime2(6)), {{ instant }}){% endmacro %}

{% macro sqlserver__from_micros(micros) %}
  {%- set whole, day = "cast(" ~ micros ~ " as bigint)", "cast(86400000000 as bigint)" -%}
  dateadd(microsecond, cast({{ whole }} % 1000000 as int), dateadd(second, cast(({{ whole }} / 1000000) % 86400 as int), dateadd(day,
    cast(case when {{ whole }} between -62135596800000000 and 253402300799999999 then {{ whole }} / {{ day }} end as int), cast('1970-01-01' as datetime2(6)))))
{%- endmacro %}

{% macro sqlserver__to_utc(column, dtype) %}
  {%- set type = dtype | lower -%}
  {#- a cast to fewer digits rounds, and may come to the next second -#}
  {%- set cut = "dateadd(nanosecond, -(datepart(nanosecond, " ~ column ~ ") % 1000), " ~ column ~ ")" if ozmeta_runtime.timestamp_kind(dtype) == 'nanos' else column -%}
  {%- if 'datetimeoffset' in type -%}cast(switchoffset({{ cut }}, '+00:00') as datetime2(6))
  {%- elif 'date' in type -%}cast({{ cut }} as datetime2(6))
  {%- elif ozmeta_runtime.number_kind(dtype) -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.epoch_micros(column, ozmeta_runtime.number_kind(dtype))) }}
  {%- else -%}{{ ozmeta_runtime.from_micros(ozmeta_runtime.iso_to_micros("cast(" ~ column ~ " as varchar(max))")) }}{%- endif -%}
{%- endmacro %}

{# `like` stands in for iso_pattern; the cast knows the calendar, hours and minutes. It knows seven digits of a fraction, so others are cut, and offsets up to 14 hours, so the
   offset is taken off apart. #}
{% macro sqlserver__iso_to_micros(text) %}
  {%- set day, time = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]", "substring(" ~ text ~ ", 12, 8000)" -%}
  {%- set clock = "left(" ~ time ~ ", patindex('%[Z+-]%', " ~ time ~ " + 'Z') - 1)" -%}
  {%- set zone = "substring(" ~ time ~ ", patindex('%[Z+-]%', " ~ time ~ " + 'Z'), 8000)" -%}
  {%- set digits = "replace(" ~ zone ~ ", ':', '')" -%}
  case when {{ text }} like '{{ day }}' then datediff_big(microsecond, cast('1970-01-01' as datetime2(6)), try_cast({{ text }} as datetime2(7)))
       when {{ text }} like '{{ day }}[T ]%'
        and ({{ clock }} like '[0-2][0-9]:[0-5][0-9]' or {{ clock }} like '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]'
          or ({{ clock }} like '[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9]%' and substring({{ clock }}, 10, 8000) not like '%[^0-9]%'))
        and ({{ zone }} in ('', 'Z') or {{ zone }} like '[+-][01][0-9]' or {{ zone }} like '[+-]2[0-3]' or {{ zone }} like '[+-][01][0-9][0-5][0-9]' or {{ zone }} like '[+-]2[0-3][0-5][0-9]'
          or {{ zone }} like '[+-][01][0-9]:[0-5][0-9]' or {{ zone }} like '[+-]2[0-3]:[0-5][0-9]')
       then datediff_big(microsecond, cast('1970-01-01' as datetime2(6)), try_cast(left({{ text }}, 10) + ' ' + left({{ clock }}, 15) as datetime2(6)))
         - case when {{ zone }} like '[+-]%' then case when {{ zone }} like '-%' then -1 else 1 end
             * (cast(substring({{ digits }}, 2, 2) as bigint) * 60 + cast('0' + substring({{ digits }}, 4, 2) as bigint)) * 60000000 else 0 end end
{%- endmacro %}

{% macro sqlserver__micros_to_iso(micros) %}(replace(convert(varchar(26), {{ ozmeta_runtime.from_micros(micros) }}, 121), ' ', 'T') + 'Z'){% endmacro %}

{% macro sqlserver__timestamp_text(instant) %}
  {%- set text = "convert(varchar(26), cast(" ~ instant ~ " as datetime2(6)), 121)" -%}
  (case when {{ text }} like '%.000000' then left({{ text }}, 19) else left({{ text }}, 20) + replace(rtrim(replace(substring({{ text }}, 21, 6), '0', ' ')), ' ', '0') end)
{%- endmacro %}

{# A member of openjson() as JSON text. #}
{% macro tsql_json_raw() %}case [type] when 0 then 'null' when 1 then '"' + {{ ozmeta_runtime.tsql_escaped('cast([value] as varchar(max))') }} + '"' else cast([value] as varchar(max)) end{% endmacro %}

{# string_escape() gives nvarchar, which Fabric has no columns of, and escapes slashes too. #}
{% macro tsql_escaped(text) %}replace(cast(string_escape({{ text }}, 'json') as varchar(max)), '\/', '/'){% endmacro %}

{# ---- dbt's own spine has a CTE in a subquery #}
{% macro sqlserver__time_spine(first, last) %}
{%- set digits = "(values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))" -%}
select date_day from (
    select dateadd(day, ones.n + 10 * tens.n + 100 * hundreds.n + 1000 * thousands.n + 10000 * myriads.n, cast('{{ first }}' as date)) as date_day
    from {{ digits }} as ones(n) cross join {{ digits }} as tens(n) cross join {{ digits }} as hundreds(n) cross join {{ digits }} as thousands(n)
    cross join (values (0), (1), (2), (3)) as myriads(n)
) as days
where date_day < cast('{{ last }}' as date)
{%- endmacro %}

{# ---- texts: of UTF-8, ordered and told apart by their bytes, where the database's collation is Latin1_General_100_BIN2_UTF8, as Fabric's is by default. len() forgets blanks at the end. #}
{% macro sqlserver__type_text() %}{% do return('varchar(max)') %}{% endmacro %}

{# T-SQL names the table by its alias, and says in `from` what that is. #}
{% macro sqlserver__update_from(table, columns, rows, on, differs) %}
update held
set {% for c in columns %}{{ c }} = fresh.{{ c }}{{ ", " if not loop.last }}{% endfor %}
from {{ table }} as held
inner join ({{ rows }}) as fresh on {{ on }}
where {{ differs }}
{% endmacro %}
