-- SLA compliance
-- How many cycles of each SLA were in time, and how many are still open?
select
    ST_ObjectType as entity,
    SL_Code as sla,
    count(*) filter (ST_Outcome = 'Met') as in_time,
    count(*) filter (ST_Outcome = 'Missed') as late,
    printf('%.1f %%', 100.0 * in_time / nullif(in_time + late, 0)) as kept,
    count(*) filter (ST_Outcome is null and ST_Status <> 'Stopped') as running,
    count(*) filter (ST_Outcome is null and ST_Status = 'Stopped') as waiting,
    count(*) filter (ST_Status = 'Breached') as late_and_open
from sla_cycle
group by all
order by entity, sla
