{#
The open windows of calendars in UTC, made without time-zone functions. Local times are microseconds since 1970-01-01
00:00 of the local clock. The CTEs are

  calendars        one row per calendar: see calendar_rows
  numbers          0, 1, 2 and so on, up to three times the days of the longest calendar
  weekly           the windows of the week
  closed_dates     the dates whose weekly windows do not count: holidays and exceptions
  special_windows  the windows of exceptions
  offset_periods   the periods of one UTC offset
  local_windows    the windows of every date, cut where the validity of the calendar begins and ends
  utc_windows      the same in UTC: the first instant at which the local clock shows `from` or later, and the last at
                   which it shows `to` or earlier. So `to` is the second of a time that the clock shows twice, also if
                   the repeated hour begins with it
  calendar_windows windows that meet or overlap as one: calendar, from_micros, to_micros, open_after (the open time
                   from the start of the calendar to the end of the window, in microseconds), next_from (when the next
                   window begins)

calendars: see calendar_window
#}
{% macro calendar_ctes(calendars) %}
{%- set bigint = dbt.type_bigint() %}
{%- set c = ozmeta_runtime.calendar_constants() %}
{%- set rows = ozmeta_runtime.calendar_rows(calendars) %}
{%- set bucket_days = 256 %}
{%- set most_days = [1] %}
{%- for row in rows %}{%- do most_days.append(row[3] - row[2] + 8) %}{%- endfor %}
{{ ozmeta_runtime.number_ctes([most_days | max, 9999] | max) }}
calendars as (
    {{- ozmeta_runtime.literal_rows(ozmeta_runtime.calendar_columns(), rows) }}
),

weekly as (
    select
        calendar,
        {{ ozmeta_runtime.item_part('week', 9, 1, 1) }} as weekday,
        {{ ozmeta_runtime.item_part('week', 9, 2, 4) }} as from_minute,
        {{ ozmeta_runtime.item_part('week', 9, 6, 4) }} as to_minute
    from calendars
    inner join numbers on n < week_items
),

closed_dates as (
    select calendar, {{ ozmeta_runtime.item_part('closed_dates', 5, 1, 5) }} as day_no
    from calendars
    inner join numbers on n < closed_dates_items
),

special_windows as (
    select
        calendar,
        {{ ozmeta_runtime.item_part('special_windows', 13, 1, 5) }} as day_no,
        {{ ozmeta_runtime.item_part('special_windows', 13, 6, 4) }} as from_minute,
        {{ ozmeta_runtime.item_part('special_windows', 13, 10, 4) }} as to_minute
    from calendars
    inner join numbers on n < special_windows_items
),

offset_changes as (
    select
        calendar, last_day,
        ({{ ozmeta_runtime.item_part('utc_offsets', 17, 1, 11) }} - 86400000) * 1000000 as starts,
        ({{ ozmeta_runtime.item_part('utc_offsets', 17, 12, 6) }} - 100000) * 1000000 as offset_micros
    from calendars
    inner join numbers on n < utc_offsets_items
),

offset_periods as (
    select
        calendar, starts, offset_micros,
        coalesce(
            lead(starts) over (partition by calendar order by starts), (last_day + 5) * {{ c.day }}
        ) as ends
    from offset_changes
),

-- a window of date d may need the offsets from a day before d to three days after it
period_buckets as (
    select
        calendar, starts, offset_micros, ends,
        {{ ozmeta_runtime.floor_div("(starts - 4 * " ~ c.day ~ ")", bucket_days * c.day) }} + n as bucket
    from offset_periods
    inner join numbers
        on n <= {{ most_days | max // bucket_days + 3 }}
        and n * {{ bucket_days * c.day }} <= ends - starts + {{ (bucket_days + 8) * c.day }}
),

local_dates as (
    select calendar, first_day, last_day, first_day - 1 + n as day_no
    from calendars
    inner join numbers on n <= last_day - first_day + 1
),

windows_by_date as (
    select
        local_dates.calendar, first_day, last_day, local_dates.day_no, from_minute, to_minute
    from local_dates
    inner join weekly
        on weekly.calendar = local_dates.calendar
        and weekly.weekday = {{ ozmeta_runtime.modulo("(local_dates.day_no + 3)", 7) }}
    left join closed_dates
        on closed_dates.calendar = local_dates.calendar and closed_dates.day_no = local_dates.day_no
    where closed_dates.calendar is null
    union all
    select special_windows.calendar, first_day, last_day, day_no, from_minute, to_minute
    from special_windows
    inner join calendars on calendars.calendar = special_windows.calendar
),

local_windows as (
    select
        calendar,
        {{ ozmeta_runtime.floor_div('day_no', bucket_days) }} as bucket,
        greatest(day_no * {{ c.day }} + from_minute * {{ c.minute }}, first_day * {{ c.day }}) as local_from,
        least(day_no * {{ c.day }} + to_minute * {{ c.minute }}, (last_day + 1) * {{ c.day }}) as local_to
    from windows_by_date
),

utc_windows as (
    select calendar, utc_from, utc_to
    from (
        select
            local_windows.calendar,
            min(case
                when local_from - offset_micros < ends then greatest(local_from - offset_micros, starts)
            end) as utc_from,
            max(case
                when local_to - offset_micros >= starts then least(local_to - offset_micros, ends)
            end) as utc_to
        from local_windows
        inner join period_buckets
            on period_buckets.calendar = local_windows.calendar
            and period_buckets.bucket = local_windows.bucket
        where local_from < local_to
        group by local_windows.calendar, local_from, local_to
    ) as converted
    where utc_from < utc_to
),

-- neither `from` nor `to` of a window is before that of an earlier one
windows_in_order as (
    select
        calendar, utc_from, utc_to,
        lag(utc_to) over (partition by calendar order by utc_from, utc_to) as open_until
    from utc_windows
),

windows_that_meet as (
    select
        calendar, utc_from, utc_to,
        sum(case when utc_from <= open_until then 0 else 1 end) over (
            partition by calendar order by utc_from, utc_to rows between unbounded preceding and current row
        ) as window_no
    from windows_in_order
),

united_windows as (
    select calendar, min(utc_from) as from_micros, max(utc_to) as to_micros
    from windows_that_meet
    group by calendar, window_no
),

calendar_windows as (
    select
        calendar, from_micros, to_micros,
        cast(sum(to_micros - from_micros) over (
            partition by calendar order by from_micros rows between unbounded preceding and current row
        ) as {{ bigint }}) as open_after,
        lead(from_micros) over (partition by calendar order by from_micros) as next_from
    from united_windows
),
{% endmacro %}

{#
A number from the n-th item of a text, as a bigint.
text: SQL text; width: characters per item; first: position in the item, from 1; length: number of digits
#}
{% macro item_part(text, width, first, length) -%}
  cast({{ ozmeta_runtime.substring(text, "cast(n * " ~ width ~ " + " ~ first ~ " as " ~ dbt.type_int() ~ ")", length) }}
  as {{ dbt.type_bigint() }})
{%- endmacro %}

{# The columns of `calendar_rows`, as literal_rows takes them. #}
{% macro calendar_columns() %}
  {%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
  {%- set columns = [['calendar', text], ['code', text], ['first_day', bigint], ['last_day', bigint]] -%}
  {%- for name in ['week', 'closed_dates', 'special_windows', 'utc_offsets'] -%}
    {%- do columns.extend([[name, text], [name ~ '_items', bigint]]) -%}
  {%- endfor -%}
  {%- do return(columns) -%}
{% endmacro %}
