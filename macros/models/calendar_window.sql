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
{%- do ozmeta_runtime.check_scratch(this) -%}
{%- set added = ozmeta_runtime.calendars_to_add(calendars, 'CW_Calendar') -%}
{%- if not added -%}
{%- do return(ozmeta_runtime.select_nothing()) -%}
{%- endif -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set c = ozmeta_runtime.calendar_constants() -%}
with {{ ozmeta_runtime.calendar_ctes(added) }}
windows_by_open_time as (
    select
        calendar, from_micros, to_micros, next_from, open_after,
        open_after - (to_micros - from_micros) as open_before
    from calendar_windows
),

bucket_ranges as (
    select
        calendar, from_micros, to_micros, next_from, open_before, open_after,
        {{ ozmeta_runtime.floor_div('open_before', c.quantum) }} as first_bucket,
        {{ ozmeta_runtime.floor_div('(open_after - 1)', c.quantum) }}
        - {{ ozmeta_runtime.floor_div('open_before', c.quantum) }} as more_buckets
    from windows_by_open_time
),
{{ ozmeta_runtime.spread_ctes('window_buckets', 'bucket_ranges', 'first_bucket', 'more_buckets', 'bucket') }}
cut_windows as (
    select
        calendar, from_micros, to_micros, next_from, open_before, open_after, bucket,
        greatest(open_before, bucket * {{ c.quantum }}) as open_at,
        least(open_after, (bucket + 1) * {{ c.quantum }}) as open_end
    from window_buckets
),

parts as (
    select
        calendar, from_micros, to_micros, bucket, open_at, open_end,
        from_micros + open_at - open_before as starts,
        case when open_end < open_after then from_micros + open_end - open_before else next_from end as next_starts
    from cut_windows
    union all
    select
        calendar, min(from_micros) as from_micros, min(from_micros) as to_micros, -1 as bucket, -1 as open_at,
        0 as open_end, min(from_micros) - 1 as starts, min(from_micros) as next_starts
    from calendar_windows
    group by calendar
)

select
    {{ ozmeta_runtime.row_key(['parts.calendar', "cast(open_at as " ~ text ~ ")"]) }} as _Key,
    parts.calendar as CW_Calendar,
    calendars.code as CW_Code,
    {{ ozmeta_runtime.from_micros('from_micros') }} as CW_FromUTC,
    {{ ozmeta_runtime.from_micros('to_micros') }} as CW_ToUTC,
    cast(bucket as {{ bigint }}) as CW_Bucket,
    cast(open_at as {{ bigint }}) as CW_Open,
    cast(open_end as {{ bigint }}) as CW_OpenEnd,
    cast(starts as {{ bigint }}) as CW_From,
    cast(next_starts as {{ bigint }}) as CW_Next
from parts
inner join calendars on calendars.calendar = parts.calendar
{% endif %}
{% endmacro %}
