{#
The live cycles with ST_ElapsedMinutes and ST_RemainingMinutes: the running time so far, and what is left of the target
(spec 5.16). sla_cycle keeps the running time at the last event of a cycle, and the open time until then. A cycle whose
clock runs adds the open time since. The clock of a view is the as_of of the run that built it. The CTE is `elapsed`.

Arguments
  cycles            relation: the binding's sla_cycle
  calendars, pieces see sla_elapsed
#}
{% macro elapsed_ctes(cycles, calendars, pieces) %}
{%- set text, minute = ozmeta_runtime.type_text(), 60000000 %}
{%- set now = ozmeta_runtime.to_micros(ozmeta_runtime.as_of()) %}
{% if calendars -%}
-- the open time of each calendar until now
calendars as (
    {%- set rows = [] %}
    {%- for calendar in calendars %}{%- do rows.append([calendar.key, calendar.code]) %}{%- endfor %}
    {{ ozmeta_runtime.literal_rows([['calendar', text], ['code', text]], rows) }}
),

moments as (
    select calendar, code, {{ now }} as now_micros
    from calendars
),
{{ ozmeta_runtime.open_micros('opened', 'moments', ['code'], calendars, ozmeta_runtime.unlimited_relation(pieces),
    'calendar', {'now_open': 'now_micros'}) }}
{% endif -%}
clocks as (
    select
        cycles.*,
        case
            when ST_StopUTC is not null or {{ ozmeta_runtime.is_true('ST_IsPaused') }} then ST_RanMicros
            else ST_RanMicros + {{ "case when ST_Calendar is null then " ~ now ~ " else now_open end"
                if calendars else now }} - ST_OpenMicros
        end as now_ran
    from {{ ozmeta_runtime.unlimited_relation(cycles) }} as cycles
    {%- if calendars %}
    left join opened on opened.code = cycles.ST_Calendar
    {%- endif %}
    where _DeleteDate is null
),

elapsed as (
    select
        clocks.*,
        {{ ozmeta_runtime.floor_div('now_ran', minute) }} as ST_ElapsedMinutes,
        {{ ozmeta_runtime.floor_div('(ST_TargetMinutes * ' ~ minute ~ ' - now_ran)', minute) }}
            as ST_RemainingMinutes
    from clocks
)
{% endmacro %}
