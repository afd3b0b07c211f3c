{#
CTEs that add a column: the open time from the start of a calendar to an instant, in microseconds. The open time between
two instants is the difference of two such numbers. Without a calendar all time is open, and the number is the instant
itself.

The instant is clamped and its day computed in a step before the join, so that the join is an equality with a range.

Arguments
  name       string: the name of the last CTE, and the beginning of the names of the others
  source     string: the CTE with the rows
  calendars  [{key, code, from, until}]: the calendars that occur in the rows
  pieces     relation: calendar_piece
  calendar   string: the column with the calendar's key, null if all time is open
  instant    string: the column with the instant, in microseconds since 1970
  column     string: the name of the new column. <column>_at and <column>_day are helpers
  details    boolean: whether to add two more columns: <column>_next, the first instant at or after this one at which
             the calendar is open, null if there is none; <column>_before, 1 if it is open right before the instant,
             otherwise 0
#}
{% macro open_micros(name, source, calendars, pieces, calendar, instant, column, details=false) %}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() %}
{%- set limits = ozmeta_runtime.calendar_limits(calendars) %}
{%- set day = ozmeta_runtime.calendar_constants().day %}
{{ name }}_limits as (
    {{- ozmeta_runtime.literal_rows(
        [['calendar_key', text], ['calendar_code', text], ['first_micros', bigint], ['last_micros', bigint]], limits
    ) }}
),

{{ name }}_clamped as (
    select
        given.*,
        case
            when given.{{ instant }} < limits.first_micros then limits.first_micros
            when given.{{ instant }} >= limits.last_micros then limits.last_micros - 1
            else given.{{ instant }}
        end as {{ column }}_at
    from {{ source }} as given
    left join {{ name }}_limits as limits on limits.calendar_key = given.{{ calendar }}
),

{{ name }}_keyed as (
    select
        clamped.*,
        {{ ozmeta_runtime.floor_div(column ~ '_at', day) }} as {{ column }}_day
    from {{ name }}_clamped as clamped
),

{{ ozmeta_runtime.barrier_cte(name) }} (
    select
        keyed.*,
        case
            when keyed.{{ calendar }} is null then keyed.{{ instant }}
            else pieces.CP_Open + pieces.CP_IsOpen * (keyed.{{ column }}_at - pieces.CP_From)
        end as {{ column }}
        {%- if details %},
        case
            when keyed.{{ calendar }} is null or pieces.CP_IsOpen = 1 then keyed.{{ instant }}
            else pieces.CP_Next
        end as {{ column }}_next,
        case
            when keyed.{{ calendar }} is null then 1
            when pieces.CP_From < keyed.{{ column }}_at then pieces.CP_IsOpen
            else pieces.CP_WasOpen
        end as {{ column }}_before
        {%- endif %}
    from {{ name }}_keyed as keyed
    left join {{ pieces }} as pieces
        on pieces.CP_Calendar = keyed.{{ calendar }}
        and pieces.CP_Day = keyed.{{ column }}_day
        and pieces.CP_From <= keyed.{{ column }}_at
        and pieces.CP_To > keyed.{{ column }}_at
),
{% endmacro %}
