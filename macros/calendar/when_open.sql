{#
CTEs that add two columns, in microseconds since 1970: the instant at which an open time has run since an instant, and
the first instant at or after which the clock advances again. The first is the earliest instant that will do, so an open
time that is used up at closing has run at closing; the second is then the next opening. Both are null if the calendar
ends before.

Arguments
  name        string: the name of the last CTE, and the beginning of the names of the others
  source      string: the CTE with the rows
  windows     relation: calendar_window
  calendar    string: the column with the calendar's key, null if all time is open
  since       string: the column with the instant since when, in microseconds since 1970
  since_open  string: the column with the open time until then, see open_micros
  run         string: the column with the open time to run, in microseconds; null if there is nothing to look up
  column      string: the name of the new column with the instant. <column>_next is the new column with the next
              opening; <column>_open and <column>_bucket are helpers
#}
{% macro when_open(name, source, windows, calendar, since, since_open, run, column) %}
{%- set quantum = ozmeta_runtime.calendar_constants().quantum %}
{{ name }}_opened as (
    select given.*, given.{{ since_open }} + given.{{ run }} as {{ column }}_open
    from {{ source }} as given
),

{{ name }}_keyed as (
    select
        opened.*,
        {{ ozmeta_runtime.floor_div("(" ~ column ~ "_open - 1)", quantum) }} as {{ column }}_bucket
    from {{ name }}_opened as opened
),

{{ name }} as (
    select
        keyed.*,
        case
            when keyed.{{ run }} <= 0 then keyed.{{ since }}
            when keyed.{{ calendar }} is null then keyed.{{ since }} + keyed.{{ run }}
            else windows.CW_From + keyed.{{ column }}_open - windows.CW_Open
        end as {{ column }},
        case
            when keyed.{{ calendar }} is null then keyed.{{ since }} + keyed.{{ run }}
            when keyed.{{ column }}_open < windows.CW_OpenEnd
            then windows.CW_From + keyed.{{ column }}_open - windows.CW_Open
            else windows.CW_Next
        end as {{ column }}_next
    from {{ name }}_keyed as keyed
    left join {{ windows }} as windows
        on windows.CW_Calendar = keyed.{{ calendar }}
        and windows.CW_Bucket = keyed.{{ column }}_bucket
        and windows.CW_Open < keyed.{{ column }}_open
        and windows.CW_OpenEnd >= keyed.{{ column }}_open
),
{% endmacro %}
