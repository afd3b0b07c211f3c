{#
Generic test for <binding>_sla_cycle: the calendar of each cycle covers it (spec 5.10). A calendar has no open time
outside `valid`. So a cycle that starts before has too much time, and a cycle that would be due later has no due instant
and never breaches. Returns a row per such cycle, with the column `problem`. A paused cycle has no due instant either,
and is returned once its clock goes on.

Arguments
  calendars  [[code, instant]]: the first instant at which the calendar is valid, in UTC, such as
             ['BerlinDesk', '2014-12-31 23:00:00']
#}
{% test cycles_covered(model, calendars) %}
select SC_ID, _TenantID, ST_ObjectID, SL_Code, ST_CycleNo, ST_Calendar, ST_StartUTC, problem
from (
    select
        SC_ID, _TenantID, ST_ObjectID, SL_Code, ST_CycleNo, ST_Calendar, ST_StartUTC,
        case
            when ST_StartUTC < case ST_Calendar
                {%- for calendar in calendars %}
                when {{ ozmeta_runtime.text_literal(calendar[0]) }}
                    then {{ ozmeta_runtime.timestamp_literal(calendar[1]) }}
                {%- endfor %}
            end then 'it starts before the calendar is valid'
            when ST_DueUTC is null and not {{ ozmeta_runtime.is_true('ST_IsPaused') }}
                then 'the calendar is no longer valid when it is due'
        end as problem
    from {{ model }}
    where ST_Calendar is not null and _DeleteDate is null
) as cycles
where problem is not null
{% endtest %}
