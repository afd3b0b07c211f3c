-- SLAs kept
-- Of every SLA's finished cycles, how many were in time, and what is still running?
select
    ST_ObjectType as entity,
    SL_Code as sla,
    count(*) filter (ST_Status = 'Stopped' and ST_BreachedUTC is null) as in_time,
    count(*) filter (ST_Status = 'Stopped' and ST_BreachedUTC is not null) as late,
    printf('%.1f %%', 100.0 * count(*) filter (ST_Status = 'Stopped' and ST_BreachedUTC is null) / count(*) filter (ST_Status = 'Stopped')) as kept,
    count(*) filter (ST_Status in ('Running', 'Warned')) as running,
    count(*) filter (ST_Status = 'Breached') as running_late
from sla_cycle
group by all
order by entity, sla
