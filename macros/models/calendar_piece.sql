{#
Model ozmeta_calendar_piece: all time of each calendar in pieces, open or closed, cut at UTC midnight. One row per
(calendar, piece). `open_micros` looks up by it how much time was open until an instant.

A run adds the calendars whose definition it does not have, as calendar_window does.

Arguments
  calendars  [{key, code, from, until}]: see calendar_window
  windows    relation: calendar_window
#}
{% macro calendar_piece(calendars, windows) %}
{%- do ozmeta_runtime.check_arguments('calendar_piece', kwargs, {'calendars': calendars, 'windows': windows}) -%}
{% if execute %}
{%- set limited = ozmeta_runtime.run_is_limited([windows]) -%}
{%- set added = [] if limited else ozmeta_runtime.calendars_to_add(calendars, 'CP_Calendar') -%}
{%- if not added and is_incremental() -%}
{%- do return("select * from " ~ this ~ " where 1 = 0") -%}
{%- endif -%}
{%- set text, bigint = ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set c = ozmeta_runtime.calendar_constants() -%}
{%- set so_far = 'partition by calendar order by starts rows between unbounded preceding and current row' -%}
{%- set keys = added | map(attribute='key') | list -%}
{%- set limits = ozmeta_runtime.calendar_limits(added) -%}
{%- set most_days = [1] -%}
{%- for row in limits -%}{%- do most_days.append((row[3] - row[2]) // c.day) -%}{%- endfor -%}
with {{ ozmeta_runtime.number_ctes(most_days | max) }}
calendars as (
    {{- ozmeta_runtime.literal_rows(
        [['calendar', text], ['code', text], ['first_micros', bigint], ['last_micros', bigint]], limits
    ) }}
),

turns as (
    select calendar, starts, sum(turn) as turn, max(open_at) as open_at
    from (
        select CW_Calendar as calendar, CW_From as starts, 1 as turn, CW_Open as open_at
        from {{ windows }}
        where CW_Open >= 0 and CW_Calendar in ({{ ozmeta_runtime.text_literals(keys) }})
        union all
        select
            CW_Calendar as calendar, CW_From + CW_OpenEnd - CW_Open as starts, -1 as turn, CW_OpenEnd as open_at
        from {{ windows }}
        where CW_Open >= 0 and CW_Calendar in ({{ ozmeta_runtime.text_literals(keys) }})
        union all
        select calendar, first_micros + n * {{ c.day }} as starts, 0 as turn, cast(null as {{ bigint }}) as open_at
        from calendars
        inner join numbers on first_micros + n * {{ c.day }} <= last_micros
    ) as openings_and_days
    group by calendar, starts
),

pieces as (
    select
        calendar, starts,
        lead(starts) over (partition by calendar order by starts) as ends,
        sum(turn) over ({{ so_far }}) as is_open,
        coalesce(max(open_at) over ({{ so_far }}), 0) as last_open,
        coalesce(max(case when open_at is not null then starts end) over ({{ so_far }}), starts) as last_turn
    from turns
)

select
    {{ ozmeta_runtime.row_key(['pieces.calendar', "cast(starts as " ~ text ~ ")"]) }} as _Key,
    pieces.calendar as CP_Calendar,
    calendars.code as CP_Code,
    {{ ozmeta_runtime.floor_div('starts', c.day) }} as CP_Day,
    cast(starts as {{ bigint }}) as CP_From,
    cast(ends as {{ bigint }}) as CP_To,
    cast(last_open + is_open * (starts - last_turn) as {{ bigint }}) as CP_Open,
    cast(is_open as {{ bigint }}) as CP_IsOpen
from pieces
inner join calendars on calendars.calendar = pieces.calendar
where ends is not null
{% endif %}
{% endmacro %}
