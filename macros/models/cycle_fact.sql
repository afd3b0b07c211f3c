{#
Model <binding>_cycle_fact: each live cycle with what a report groups and sums by (spec 7.4). A view: what changes with
the clock alone comes from sla_elapsed.

Days, weeks and months are instants: midnight UTC on their first day.

Arguments
  cycles         relation: the binding's sla_elapsed
  report_fields  [{name, ref, column}]: see sla_cycle
#}
{% macro cycle_fact(cycles, report_fields=[]) %}
{%- do ozmeta_runtime.check_arguments('cycle_fact', kwargs, {'cycles': cycles, 'report_fields': report_fields}) -%}
{%- set day, bigint = 86400000000, dbt.type_bigint() %}
{%- set instants = {'Start': 'ST_StartUTC', 'Stop': 'ST_StopUTC', 'Breach': 'ST_BreachedUTC'} %}
with cycles as (
    select
        elapsed.*,
        {%- for name, column in instants.items() %}
        {{ ozmeta_runtime.to_micros(column) }} as {{ name | lower }}_micros{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ozmeta_runtime.unlimited_relation(cycles) }} as elapsed
),

days as (
    select
        cycles.*,
        {%- for name in instants %}
        {%- set at = name | lower %}
        {{ ozmeta_runtime.floor_div(at ~ '_micros', day) }} as {{ at }}_day{{ "," if not loop.last }}
        {%- endfor %}
    from cycles
),

-- 1970-01-01 was a Thursday
weeks as (
    select
        days.*,
        {%- for name in instants | map('lower') %}
        {{ ozmeta_runtime.floor_div('(' ~ name ~ '_day + 3)', 7) }} * 7 - 3 as {{ name }}_monday,
        {{ name }}_day + 1 - cast({{ ozmeta_runtime.substring(
            ozmeta_runtime.micros_to_iso('(' ~ name ~ '_day * ' ~ day ~ ')') | trim, 9, 2) }} as {{ bigint }})
            as {{ name }}_first{{ "," if not loop.last }}
        {%- endfor %}
    from days
)

select
    _Key, _ObjectKey, SC_ID, ST_ID, _TenantID, WI_ID, SL_Code, ST_ObjectType, ST_ObjectID, ST_CycleNo, ST_IsLatest,
    ST_StartUTC, ST_DueUTC, ST_StopUTC, ST_BreachedUTC, ST_Status, ST_Outcome, ST_EscalationLevel, ST_PolicyVersion,
    ST_Calendar, {{ ozmeta_runtime.boolean_column('ST_StopUTC is null') }} as CF_IsOpen, ST_IsPaused,
    ST_TargetMinutes, ST_ElapsedMinutes, ST_RemainingMinutes, ST_PausedSeconds,
    cast(floor(ST_ElapsedMinutes * 100.0 / nullif(ST_TargetMinutes, 0)) as {{ bigint }}) as CF_TargetPercent,
    case when ST_ElapsedMinutes > ST_TargetMinutes then ST_ElapsedMinutes - ST_TargetMinutes
        else cast(0 as {{ bigint }}) end as CF_LateMinutes
    {%- for name in instants %}
    {%- set at = name | lower %},
    {{ ozmeta_runtime.from_micros('(' ~ at ~ '_day * ' ~ day ~ ')') }} as CF_{{ name }}Day,
    {{ ozmeta_runtime.from_micros('(' ~ at ~ '_monday * ' ~ day ~ ')') }} as CF_{{ name }}Week,
    {{ ozmeta_runtime.from_micros('(' ~ at ~ '_first * ' ~ day ~ ')') }} as CF_{{ name }}Month,
    {{ at }}_day - {{ at }}_monday + 1 as CF_{{ name }}Weekday,
    {{ ozmeta_runtime.floor_div('(' ~ at ~ '_micros - ' ~ at ~ '_day * ' ~ day ~ ')', 3600000000) }}
        as CF_{{ name }}Hour
    {%- endfor %}
    {%- for column in ozmeta_runtime.reported_columns(report_fields) %},
    {{ column }}
    {%- endfor %}
from weeks
{% endmacro %}
