{#
The spans and cycles of each SLA (spec 5.2). A span is the time from a start to the next stop or cancellation. A cycle
is one span or, with on_restart resume or continue, all of them up to a cancellation. The CTEs are

  kinds     marks and what each does: turn 'S' starts, 'P' stops, null leaves the timer as it was
  turns     each mark with the mark that decides before it, and the position of the next stop
  spans     from a start to the next stop
  numbered  spans with their numbers
  cycles    one row per span of a cycle: cycle_no, start_event, stop_event, span_start and span_stop in microseconds
            since 1970, is_latest, is_cancelled?; with service level options also span_no, next_position and next_start
            of the cycle's next span, and what the start of the cycle decides: start_version_no?, start_calendar?,
            start_asked1?, … With resume and continue, only the first span of a cycle has its start_event

slas: see sla_cycle
#}
{% macro cycle_ctes(slas) %}
{%- set has = ozmeta_runtime.service_level_features(slas) %}
{#- sla_no and not SL_Code: sorting by text takes twice as long. -#}
{%- set by_timer = 'partition by sla_no, _ObjectKey order by TL_Position' %}
{%- set before = ' rows between unbounded preceding and 1 preceding' %}
{%- set after = ' rows between 1 following and unbounded following' %}
{%- set from_here = ' rows between current row and unbounded following' %}
{%- set ends = "greatest(is_stop, is_cancel)" if has.cancels else "is_stop" %}
{%- set carried = ozmeta_runtime.carried_columns(slas) %}
-- An event that is both S and P leaves the timer as it was, and its turn is null.
{%- if has.gaps %} With resume and continue, it stops the timer.{% endif %}
{%- if has.restarts %} With onBoth restart, it starts the timer again.{% endif %}
kinds as (
    select
        marks.*, policies.on_restart,
        {%- if has.restarts %}
        case when is_start = 1 and is_stop = 1 and policies.on_both = 'restart' then 1 else 0 end as starts_again,
        {%- endif %}
        case when is_start > {{ ends }} then 'S' when {{ ends }} > is_start then 'P'
            {%- if has.changes %} when is_start = 0 then null{% endif %}
            {%- if has.gaps %} when policies.on_restart in ('resume', 'continue') then 'P'{% endif %}
            {%- if has.restarts %} when policies.on_both = 'restart' then 'S'{% endif %} end as turn
    from marks
    inner join policies on policies.sla_no = marks.sla_no
),

turns as (
    select
        *,
        {{ ozmeta_runtime.last_value_ignoring_nulls('turn', by_timer ~ before) }} as turn_before,
        min(case when {{ ends }} = 1 then TL_Position end) over ({{ by_timer ~ after }}) as stop_position
    from kinds
),

spans as (
    select
        turns._ObjectKey, turns.sla_no, turns.on_restart, turns.TL_Position, turns.EJ_ID, turns.stop_position,
        {%- if has.pauses %}
        turns.is_pause,
        {%- endif %}
        {%- for column in carried %}
        turns.{{ column }},
        {%- endfor %}
        {%- if has.cancels %}
        case when stops.is_stop = 0 then 1 else 0 end as is_cancelled,
        {%- endif %}
        stops.EJ_ID as stop_event,
        {{ ozmeta_runtime.to_micros('turns.TL_EffectiveUTC') }} as span_start,
        {{ ozmeta_runtime.to_micros('stops.TL_EffectiveUTC') }} as span_stop
    from turns
    left join marks as stops
        on stops.sla_no = turns.sla_no and stops._ObjectKey = turns._ObjectKey
        and stops.TL_Position = turns.stop_position
    where (turns.turn = 'S' and coalesce(turns.turn_before, 'P') = 'P')
       or (turns.turn is null and turns.turn_before = 'S'{{ " and turns.is_start = 1" if has.changes }})
       {%- if has.restarts %}
       or turns.starts_again = 1
       {%- endif %}
),

{% set is_gap = "on_restart in ('resume', 'continue')" %}
numbered as (
    select
        *,
        row_number() over ({{ by_timer }}) as span_no,
        lead(TL_Position) over ({{ by_timer }}) as next_span
        {%- if has.gaps %},
        lead(span_start) over ({{ by_timer }}) as next_span_start
        {%- endif %}
        {%- if has.gaps and has.cancels %},
        -- with resume and continue, only a cancellation ends a cycle: how many did so before, and will after
        coalesce(sum(is_cancelled) over ({{ by_timer ~ before }}), 0) as cycles_before,
        sum(is_cancelled) over ({{ by_timer ~ from_here }}) - last_value(is_cancelled) over ({{ by_timer ~ from_here }})
            as cycles_after,
        coalesce(lag(is_cancelled) over ({{ by_timer }}), 0) as follows_cancellation
        {%- endif %}
    from spans
),

{% if has.gaps -%}
numbered_cycles as (
    select
        *,
        case when {{ is_gap }} then 1{{ " + cycles_before" if has.cancels }} else span_no end as cycle_no,
        case when {{ is_gap }} and span_no > 1{{ " and follows_cancellation = 0" if has.cancels }} then 0 else 1 end
            as is_first_span,
        case when {{ is_gap }}{{ " and is_cancelled = 0" if has.cancels }} then next_span end as next_position,
        case when {{ is_gap }}{{ " and is_cancelled = 0" if has.cancels }} then next_span_start end as next_start
    from numbered
    where on_restart <> 'ignore' or span_no = 1
),

cycles as (
    select
        *,
        {%- for column in carried %}
        first_value({{ column }}) over (
            partition by sla_no, _ObjectKey, cycle_no order by TL_Position
            rows between unbounded preceding and current row
        ) as start_{{ column }},
        {%- endfor %}
        case when is_first_span = 1 then EJ_ID end as start_event,
        case when on_restart = 'ignore' then 1
             when {{ is_gap }} then {{ "case when cycles_after = 0 then 1 else 0 end" if has.cancels else "1" }}
             when next_span is null then 1 else 0 end as is_latest
    from numbered_cycles
),
{%- else -%}
cycles as (
    select
        *,
        {%- for column in carried %}
        {{ column }} as start_{{ column }},
        {%- endfor %}
        span_no as cycle_no, EJ_ID as start_event,
        case when on_restart = 'newCycle' and next_span is not null then 0 else 1 end as is_latest
    from numbered
    where on_restart <> 'ignore' or span_no = 1
),
{%- endif %}
{% endmacro %}

{# The columns of `marks` from which the start of a cycle decides what counts for it: see mark_columns. #}
{% macro carried_columns(slas) %}
  {%- set has = ozmeta_runtime.service_level_features(slas) -%}
  {%- set found = ['version_no'] if has.versions else [] -%}
  {%- for i in range(1, ozmeta_runtime.most_target_lists(slas) + 1) -%}
    {%- do found.append('asked' ~ i) -%}
  {%- endfor -%}
  {%- do return(found + (['calendar'] if has.calendars else [])) -%}
{% endmacro %}
