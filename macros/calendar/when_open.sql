{#
CTEs that add two columns, in microseconds since 1970: the earliest instant by which a calendar has had an open time,
and the first instant at or after it at which the clock advances. So an open time that is used up at closing has run at
closing, and the second is the next opening. Both are null if the calendar ends before.

Arguments
  name      string: the name of the last CTE, and the beginning of the name of the other
  source    string: the CTE with the rows
  windows   relation: calendar_window
  calendar  string: the column with the calendar's key, null if all time is open
  since     string: the column with the instant since when time counts, in microseconds since 1970: the result is not
            before it
  open      string: the column with the open time to look up, counted as open_micros does; null if there is nothing to
            look up
  column    string: the name of the new column with the instant. <column>_next is the new column with the instant at
            which the clock advances; <column>_bucket is a helper
#}
{% macro when_open(name, source, windows, calendar, since, open, column) %}
{%- set quantum = ozmeta_runtime.calendar_constants().quantum %}
{{ name }}_keyed as (
    select
        given.*,
        {{ ozmeta_runtime.floor_div("(" ~ open ~ " - 1)", quantum) }} as {{ column }}_bucket
    from {{ source }} as given
),

{{ ozmeta_runtime.barrier_cte(name) }} (
    select
        keyed.*,
        case
            when keyed.{{ calendar }} is null then keyed.{{ open }}
            when windows.CW_From + keyed.{{ open }} - windows.CW_Open < keyed.{{ since }} then keyed.{{ since }}
            else windows.CW_From + keyed.{{ open }} - windows.CW_Open
        end as {{ column }},
        case
            when keyed.{{ calendar }} is null then keyed.{{ open }}
            when keyed.{{ open }} < windows.CW_OpenEnd then windows.CW_From + keyed.{{ open }} - windows.CW_Open
            else windows.CW_Next
        end as {{ column }}_next
    from {{ name }}_keyed as keyed
    left join {{ windows }} as windows
        on windows.CW_Calendar = keyed.{{ calendar }}
        and windows.CW_Bucket = keyed.{{ column }}_bucket
        and windows.CW_Open < keyed.{{ open }}
        and windows.CW_OpenEnd >= keyed.{{ open }}
),
{% endmacro %}
