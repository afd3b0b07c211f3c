-- Resolution by team and priority
-- How many cases were resolved in time, and in how many hours: of the desk, and of the calendar on the wall?
select
    OF_Team as team,
    OF_Priority as priority,
    count(*) filter (ST_Outcome = 'Met') as in_time,
    count(*) filter (ST_Outcome = 'Missed') as late,
    printf('%.1f %%', 100.0 * late / nullif(in_time + late, 0)) as breach_rate,
    count(*) filter (ST_StopUTC is null) as open,
    count(*) filter (ST_IsPaused) as paused,
    printf('%.1f', median(ST_ElapsedMinutes) filter (ST_StopUTC is not null) / 60) as working_hours,
    printf('%.1f', median(datediff('minute', ST_StartUTC, ST_StopUTC)) / 60) as wall_hours
from case_sla_elapsed
where SL_Code = 'Resolve'
group by OF_Team, OF_Priority
order by team, list_position(['Critical', 'High', 'Normal', 'Low'], OF_Priority)
