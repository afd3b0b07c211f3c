-- Paused
-- Which clocks are paused, why, since when, and how much time is left once they go on?
with now as (select max(RUN_AsOfUTC) as as_of from case_run)

select
    c._TenantID as tenant,
    c.ST_ObjectID as object,
    c.SL_Code as sla,
    w.OF_Team as team,
    w.WS_CurrentCode as because,
    strftime(w.WI_CurrentSinceUTC, '%m-%d %H:%M') as since,
    printf('%d h', datediff('hour', w.WI_CurrentSinceUTC, as_of)) as waiting,
    printf('%d:%02d', c.ST_ElapsedMinutes // 60, c.ST_ElapsedMinutes % 60) as ran,
    case
        when c.ST_RemainingMinutes < 0 then 'late'
        else printf('%d:%02d', c.ST_RemainingMinutes // 60, c.ST_RemainingMinutes % 60)
    end as remaining
from case_sla_elapsed as c
cross join now
inner join case_workflow_instance as w on w.WI_ID = c.WI_ID
where c.ST_IsPaused
order by w.WI_CurrentSinceUTC, c.SC_ID
