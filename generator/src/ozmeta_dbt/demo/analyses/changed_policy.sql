-- A policy that changed
-- The first response is due in 2 hours instead of 4 since February. Which cases were judged by which version?
select
    SL_Code as sla,
    ST_PolicyVersion as version,
    ST_TargetMinutes // 60 as target_hours,
    strftime(min(ST_StartUTC), '%m-%d %H:%M') as first_start,
    strftime(max(ST_StartUTC), '%m-%d %H:%M') as last_start,
    count(*) filter (ST_Outcome = 'Met') as in_time,
    count(*) filter (ST_Outcome = 'Missed') as late,
    printf('%.1f %%', 100.0 * late / nullif(in_time + late, 0)) as breach_rate
from case_sla_elapsed
where ST_PolicyVersion is not null
group by all
order by sla, first_start
