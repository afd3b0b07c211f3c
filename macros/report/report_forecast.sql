{#
What the forecast is made from: for the last run and for each of the eight weeks before it, what was known of each
cycle that had started by then. The rows as they are known today stand for what was known then.

position  'open', 'stopped', 'cancelled', or 'late' if the target had run
step      the running time as a share of the target, in steps of 2 %, from 0 to 49. Between the start of a cycle and
          its end, its clock is taken to run evenly.
due_in    whole days until the due instant of an open cycle; 7 for a week or more, null if it is not known
breached_later  1 if the open cycle was missed later, as far as is known today
history   1 if the cycle is part of the history: it started in the time of the report before the instant

scope: see report_scope. The first field that the binding reports on groups the cycles; of its values, the 12 most
frequent have rows of their own.
#}
{% macro report_forecast(scope) %}
{%- set day, text, bigint = 86400000000, ozmeta_runtime.type_text(), dbt.type_bigint() -%}
{%- set span = scope.as_of_micros - scope.since_micros if scope.since_micros is not none else none -%}
{%- set weeks = [] -%}
{%- for week in range(9) -%}{%- do weeks.append([week, scope.as_of_micros - week * 7 * day]) -%}{%- endfor -%}
{%- set field = scope.fields | map(attribute='column') | reject('equalto', '_TenantID') | first -%}
{%- set end_at = 'coalesce(breached_at, stopped, ' ~ scope.as_of_micros ~ ')' -%}
with instants as (
    {{ ozmeta_runtime.literal_rows([['weeks_ago', bigint], ['at_micros', bigint]], weeks) }}
),

cycles as (
    select
        SL_Code, {{ field or "cast(null as " ~ text ~ ")" }} as field_value,
        {{ ozmeta_runtime.to_micros('ST_StartUTC') }} as started,
        {{ ozmeta_runtime.to_micros('ST_StopUTC') }} as stopped,
        {{ ozmeta_runtime.to_micros('ST_BreachedUTC') }} as breached_at,
        {{ ozmeta_runtime.to_micros('coalesce(ST_BreachedUTC, ST_DueUTC)') }} as due_at,
        case when ST_Outcome = 'Cancelled' then 1 else 0 end as is_cancelled,
        {{ ozmeta_runtime.to_double('ST_ElapsedMinutes') }} / ST_TargetMinutes as share
    from {{ scope.models.sla_elapsed }}
    where ST_TargetMinutes > 0
        {%- if span is not none %}
        and (ST_StopUTC is null
            or ST_StartUTC >= {{ ozmeta_runtime.report_instant(scope.since_micros - 56 * day) }})
        {%- endif %} {{ scope.of_tenant }}
),

ranked_values as (
    select field_value, row_number() over (order by count(*) desc, field_value) as value_rank
    from cycles
    group by field_value
),

positions as (
    select
        weeks_ago, SL_Code, cycles.field_value, value_rank, at_micros, due_at, breached_at, share,
        case
            when breached_at <= at_micros then 'late'
            when stopped <= at_micros and is_cancelled = 1 then 'cancelled'
            when stopped <= at_micros then 'stopped'
            else 'open'
        end as position,
        {{ ozmeta_runtime.to_double('(at_micros - started)') }} as passed,
        {{ ozmeta_runtime.to_double('(' ~ end_at ~ ' - started)') }} as length,
        {% if span is not none %}case when started >= at_micros - {{ span }} then 1 else 0 end{% else %}1{% endif %}
            as history
    from cycles
    inner join instants on cycles.started < instants.at_micros
    left join ranked_values
        on ranked_values.field_value = cycles.field_value
        or (ranked_values.field_value is null and cycles.field_value is null)
),

placed as (
    select
        positions.*,
        case
            when position in ('stopped', 'cancelled') then share
            when breached_at is not null then passed / length
            when length > 0 then share * passed / length
            else 0
        end as share_then
    from positions
    where position = 'open' or history = 1
),

stepped as (
    select
        weeks_ago, SL_Code, value_rank, field_value, position, history,
        case
            when position = 'late' then 49
            when share_then >= 0.98 then 49
            else cast(floor(share_then * 50) as {{ bigint }})
        end as step,
        case
            when position <> 'open' or due_at <= at_micros then null
            when due_at - at_micros >= {{ 7 * day }} then 7
            else {{ ozmeta_runtime.floor_div('(due_at - at_micros)', day) }}
        end as due_in,
        case when position = 'open' and breached_at is not null then 1 else 0 end as breached_later
    from placed
)

select
    weeks_ago, SL_Code as sla,
    case when value_rank <= 12 then field_value end as field_value,
    case when value_rank > 12 then 1 else 0 end as is_rest,
    position, history, step, due_in, breached_later, count(*) as cycles
from stepped
group by
    weeks_ago, SL_Code, case when value_rank <= 12 then field_value end, case when value_rank > 12 then 1 else 0 end,
    position, history, step, due_in, breached_later
order by weeks_ago, sla, field_value, is_rest, position, history, step, due_in, breached_later
{% endmacro %}
