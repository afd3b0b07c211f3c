{#
Model ozmeta_calendar_window: the open time of each calendar in UTC, cut at every 8 hours of open time. One row per
(calendar, part of an open window). `when_open` looks up by it the instant at which an open time has run.

A run adds the calendars whose definition it does not have. The rows of older definitions stay until a full refresh, and
no model reads them.

Arguments
  calendars  [{key, code, from, until, hours, exceptions, holidays, first_offset, offsets}]: `key` is a hash of the
             rest. from, until: the first and the last local date, 'YYYY-MM-DD'. hours: {'mon': '08:00-12:00,
             13:00-18:00'}. exceptions: {'2026-12-24': '08:00-12:00'}, or 'closed'. holidays: {'2026': '01-01, 12-25'}.
             first_offset: the UTC offset at the beginning, '+01:00'. offsets: its changes, in UTC,
             {'2026': '03-29 01:00 +02:00, 10-25 01:00 +01:00'}
#}
{% macro calendar_window(calendars) %}
{%- do ozmeta_runtime.check_arguments('calendar_window', kwargs, {'calendars': calendars}) -%}
{% if execute %}
{%- set added = ozmeta_runtime.calendars_to_add(calendars, 'CW_Calendar') -%}
{%- if not added -%}
{%- do return("select * from " ~ this ~ " where 1 = 0") -%}
{%- endif -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set c = ozmeta_runtime.calendar_constants() -%}
{%- set so_far = 'partition by calendar order by open_at rows between unbounded preceding and current row' -%}
with {{ ozmeta_runtime.calendar_ctes(added) }}
open_times as (
    select calendar, max(open_before + to_micros - from_micros) as total
    from calendar_windows
    group by calendar
),

cuts as (
    select calendar, max(from_micros) as from_micros, max(to_micros) as to_micros, open_at
    from (
        select calendar, from_micros, to_micros, open_before as open_at from calendar_windows
        union all
        select
            calendar, cast(null as {{ bigint }}) as from_micros, cast(null as {{ bigint }}) as to_micros,
            n * {{ c.quantum }} as open_at
        from open_times
        inner join numbers on n * {{ c.quantum }} < total
    ) as starts_and_cuts
    group by calendar, open_at
),

cut_windows as (
    select
        calendar, open_at,
        max(from_micros) over ({{ so_far }}) as from_micros,
        max(to_micros) over ({{ so_far }}) as to_micros,
        max(case when from_micros is not null then open_at end) over ({{ so_far }}) as open_before
    from cuts
),

parts as (
    select
        calendar, from_micros, to_micros, open_at,
        from_micros + open_at - open_before as starts,
        open_before + to_micros - from_micros as window_open_end
    from cut_windows
),

parts_in_order as (
    select
        calendar, from_micros, to_micros, open_at, starts,
        coalesce(lead(open_at) over (partition by calendar order by open_at), window_open_end) as open_end,
        lead(starts) over (partition by calendar order by open_at) as next_starts
    from parts
    union all
    select
        calendar, min(from_micros) as from_micros, min(from_micros) as to_micros, -1 as open_at,
        min(from_micros) - 1 as starts, 0 as open_end, min(from_micros) as next_starts
    from calendar_windows
    group by calendar
)

select
    {{ ozmeta_runtime.row_key(['parts_in_order.calendar', "cast(open_at as " ~ text ~ ")"]) }} as _Key,
    parts_in_order.calendar as CW_Calendar,
    calendars.code as CW_Code,
    {{ ozmeta_runtime.from_micros('from_micros') }} as CW_FromUTC,
    {{ ozmeta_runtime.from_micros('to_micros') }} as CW_ToUTC,
    {{ ozmeta_runtime.floor_div('open_at', c.quantum) }} as CW_Bucket,
    cast(open_at as {{ bigint }}) as CW_Open,
    cast(open_end as {{ bigint }}) as CW_OpenEnd,
    cast(starts as {{ bigint }}) as CW_From,
    cast(next_starts as {{ bigint }}) as CW_Next
from parts_in_order
inner join calendars on calendars.calendar = parts_in_order.calendar
{% endif %}
{% endmacro %}
