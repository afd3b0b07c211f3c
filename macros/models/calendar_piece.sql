{#
Model ozmeta_calendar_piece: all time of each calendar in pieces, open or closed, cut at UTC midnight. One row per
(calendar, piece). `open_micros` looks up by it how much time was open until an instant.

A run adds the calendars whose definition it does not have, as calendar_window does.

Arguments
  calendars  [{key, code, from, until}]: see calendar_window
  windows    relation: calendar_window
Errors       see check_limited_rebuild
#}
{% macro calendar_piece(calendars, windows) %}
{%- do ozmeta_runtime.check_arguments('calendar_piece', kwargs, {'calendars': calendars, 'windows': windows}) -%}
{% if execute %}
{%- do ozmeta_runtime.check_scratch(this) -%}
{%- set incremental = ozmeta_runtime.is_incremental_run() -%}
{%- set limited = ozmeta_runtime.run_is_limited([windows]) -%}
{%- if limited and not incremental -%}{%- do ozmeta_runtime.check_limited_rebuild(this) -%}{%- endif -%}
{%- set added = [] if limited else ozmeta_runtime.calendars_to_add(calendars, 'CP_Calendar') -%}
{%- if not added and incremental -%}
{%- do return(ozmeta_runtime.select_nothing()) -%}
{%- endif -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set c = ozmeta_runtime.calendar_constants() -%}
{%- set limits = ozmeta_runtime.calendar_limits(added) -%}
with {{ ozmeta_runtime.number_ctes(9999) }}
calendars as (
    {{- ozmeta_runtime.literal_rows(
        [['calendar', text], ['code', text], ['first_micros', bigint], ['last_micros', bigint]], limits
    ) }}
),

open_parts as (
    select
        CW_Calendar as calendar, first_micros, last_micros, CW_Open as open_at, CW_From as starts,
        CW_From + CW_OpenEnd - CW_Open as ends, CW_Next as next_starts, CW_OpenEnd as open_end,
        lag(CW_From + CW_OpenEnd - CW_Open) over (partition by CW_Calendar order by CW_Open) as ends_before
    from {{ windows }}
    inner join calendars on calendars.calendar = CW_Calendar
),

-- the first row of a calendar, whose open time is negative, is the time before the first window
spans as (
    select
        calendar, open_at, 1 as is_open, case when open_at > 0 and starts = ends_before then 1 else 0 end as was_open,
        next_starts, starts, ends
    from open_parts
    where open_at >= 0
    union all
    select
        calendar, open_end as open_at, 0 as is_open, case when open_at < 0 then 0 else 1 end as was_open, next_starts,
        case when open_at < 0 then first_micros else ends end as starts,
        coalesce(next_starts, last_micros) as ends
    from open_parts
    where ends < next_starts or next_starts is null or open_at < 0
),

day_ranges as (
    select
        calendar, open_at, is_open, was_open, next_starts, starts, ends,
        {{ ozmeta_runtime.floor_div('starts', c.day) }} as first_day,
        {{ ozmeta_runtime.floor_div('(ends - 1)', c.day) }} - {{ ozmeta_runtime.floor_div('starts', c.day) }}
        as more_days
    from spans
),
{{ ozmeta_runtime.spread_ctes('spans_by_day', 'day_ranges', 'first_day', 'more_days', 'day_no') }}
pieces as (
    select
        calendar, day_no, is_open, was_open, next_starts, open_at, starts,
        greatest(starts, day_no * {{ c.day }}) as piece_starts,
        least(ends, (day_no + 1) * {{ c.day }}) as piece_ends
    from spans_by_day
)

select
    {{ ozmeta_runtime.row_key(['pieces.calendar', "cast(piece_starts as " ~ text ~ ")"]) }} as _Key,
    pieces.calendar as CP_Calendar,
    calendars.code as CP_Code,
    cast(day_no as {{ bigint }}) as CP_Day,
    cast(piece_starts as {{ bigint }}) as CP_From,
    cast(piece_ends as {{ bigint }}) as CP_To,
    cast(open_at + is_open * (piece_starts - starts) as {{ bigint }}) as CP_Open,
    cast(is_open as {{ bigint }}) as CP_IsOpen,
    cast(case when piece_starts > starts then is_open else was_open end as {{ bigint }}) as CP_WasOpen,
    cast(case when is_open = 1 then piece_starts else next_starts end as {{ bigint }}) as CP_Next
from pieces
inner join calendars on calendars.calendar = pieces.calendar
{% endif %}
{% endmacro %}
