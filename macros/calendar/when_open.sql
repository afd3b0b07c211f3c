{#
CTEs that add two columns for each open time, in microseconds since 1970: the earliest instant by which a calendar has
had it, and the first instant at or after it at which the clock advances. So an open time that is used up at closing has
run at closing, and the second is the next opening. Both are null if the calendar ends before.

All open times are looked up in one join: the CTE <name>_asked has a row for each.

Arguments
  name      string: the name of the last CTE, and the beginning of the names of the others
  source    string: the CTE with the rows
  keys      [string]: the columns that identify a row of `source`. They are never null
  windows   relation: calendar_window
  calendar  string: the column with the calendar's key, null if all time is open
  since     string: the column with the instant since when time counts, in microseconds since 1970: no result is before
            it
  opens     {new column: column with an open time, counted as open_micros does}; a null open time gives null.
            <new column>_next is the new column with the instant at which the clock advances
#}
{% macro when_open(name, source, keys, windows, calendar, since, opens) %}
{%- set quantum = ozmeta_runtime.calendar_constants().quantum %}
{{ name }}_asked as (
    {%- for open in opens.values() %}
    {{ "union all" if not loop.first }}
    select {{ keys | join(', ') }}, {{ calendar }} as asked_calendar, {{ loop.index }} as asked_no, {{ open }} as asked,
        {{ ozmeta_runtime.floor_div("(" ~ open ~ " - 1)", quantum) }} as asked_bucket
    from {{ source }}
    where {{ calendar }} is not null and {{ open }} is not null
    {%- endfor %}
),

{{ name }}_found as (
    select
        {{ keys | join(', ') }}
        {%- for column in opens %}
        {%- set is_this = "case when asked_no = " ~ loop.index ~ " then " %},
        max({{ is_this }} CW_From + asked - CW_Open end) as {{ column }},
        max({{ is_this }} case when asked < CW_OpenEnd then CW_From + asked - CW_Open else CW_Next end end)
            as {{ column }}_next
        {%- endfor %}
    from {{ name }}_asked
    inner join {{ windows }}
        on CW_Calendar = asked_calendar and CW_Bucket = asked_bucket and CW_Open < asked and CW_OpenEnd >= asked
    group by {{ keys | join(', ') }}
),

{{ ozmeta_runtime.barrier_cte(name) }} (
    select
        given.*
        {%- for column, open in opens.items() %},
        case
            when given.{{ calendar }} is null then given.{{ open }}
            when given.{{ open }} = 0 then given.{{ since }}
            when found.{{ column }} < given.{{ since }} then given.{{ since }}
            else found.{{ column }}
        end as {{ column }},
        case when given.{{ calendar }} is null then given.{{ open }} else found.{{ column }}_next end
            as {{ column }}_next
        {%- endfor %}
    from {{ source }} as given
    left join {{ name }}_found as found
        on {% for key in keys %}{{ "and " if not loop.first }}found.{{ key }} = given.{{ key }} {% endfor %}
),
{% endmacro %}
