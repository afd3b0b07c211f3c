{#
CTEs that add columns: the open time from the start of a calendar to an instant, in microseconds. The open time between
two instants is the difference of two such numbers. Without a calendar all time is open, and the number is the instant
itself.

All instants are looked up in one join: the CTE <name>_moments has a row for each. An instant is clamped and its day
computed before that join, so that it is an equality with a range.

Arguments
  name       string: the name of the last CTE, and the beginning of the names of the others
  source     string: the CTE with the rows
  keys       [string]: the columns that identify a row of `source`. They are never null
  calendars  [{key, code, from, until}]: the calendars that occur in the rows
  pieces     relation: calendar_piece
  calendar   string: the column with the calendar's key, null if all time is open
  instants   {new column: column with an instant, in microseconds since 1970}; a null instant gives null
  details    [new column]: those of them for which two more columns are added: <column>_next, the first instant at or
             after this one at which the calendar is open, null if there is none; <column>_before, 1 if it is open right
             before the instant, otherwise 0
#}
{% macro open_micros(name, source, keys, calendars, pieces, calendar, instants, details=[]) %}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() %}
{%- set day = ozmeta_runtime.calendar_constants().day %}
{{ name }}_limits as (
    {{- ozmeta_runtime.literal_rows([['calendar_key', text], ['calendar_code', text], ['first_micros', bigint],
        ['last_micros', bigint]], ozmeta_runtime.calendar_limits(calendars)) }}
),

{{ name }}_moments as (
    {%- for instant in instants.values() %}
    {{ "union all" if not loop.first }}
    select {{ keys | join(', ') }}, {{ calendar }} as moment_calendar, {{ loop.index }} as moment_no,
        {{ instant }} as moment
    from {{ source }}
    where {{ calendar }} is not null and {{ instant }} is not null
    {%- endfor %}
),

{{ name }}_clamped as (
    select
        moments.*,
        case
            when moment < first_micros then first_micros
            when moment >= last_micros then last_micros - 1
            else moment
        end as clamped
    from {{ name }}_moments as moments
    inner join {{ name }}_limits on calendar_key = moment_calendar
),

{{ name }}_keyed as (
    select *, {{ ozmeta_runtime.floor_div('clamped', day) }} as clamped_day
    from {{ name }}_clamped
),

{{ name }}_found as (
    select
        {{ keys | join(', ') }}
        {%- for column in instants %}
        {%- set is_this = "case when moment_no = " ~ loop.index ~ " then " %},
        max({{ is_this }} CP_Open + CP_IsOpen * (clamped - CP_From) end) as {{ column }}
        {%- if column in details %},
        max({{ is_this }} case when CP_IsOpen = 1 then moment else CP_Next end end) as {{ column }}_next,
        max({{ is_this }} case when CP_From < clamped then CP_IsOpen else CP_WasOpen end end) as {{ column }}_before
        {%- endif %}
        {%- endfor %}
    from {{ name }}_keyed
    inner join {{ pieces }}
        on CP_Calendar = moment_calendar and CP_Day = clamped_day and CP_From <= clamped and CP_To > clamped
    group by {{ keys | join(', ') }}
),

{{ ozmeta_runtime.barrier_cte(name) }} (
    select
        given.*
        {%- for column, instant in instants.items() %},
        case when given.{{ calendar }} is null then given.{{ instant }} else found.{{ column }} end as {{ column }}
        {%- if column in details %},
        case when given.{{ calendar }} is null then given.{{ instant }} else found.{{ column }}_next end
            as {{ column }}_next,
        case when given.{{ calendar }} is null then 1 else found.{{ column }}_before end as {{ column }}_before
        {%- endif %}
        {%- endfor %}
    from {{ source }} as given
    left join {{ name }}_found as found
        on {% for key in keys %}{{ "and " if not loop.first }}found.{{ key }} = given.{{ key }} {% endfor %}
),
{% endmacro %}
