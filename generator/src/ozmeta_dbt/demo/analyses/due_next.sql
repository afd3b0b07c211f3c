-- Due next
-- Which cases are due next, and how much of their target has run? The clock runs only while the desk is open.
with now as (select max(RUN_AsOfUTC) as as_of from case_run)

select
    c._TenantID as tenant,
    c.ST_ObjectID as object,
    c.SL_Code as sla,
    c.ST_Calendar as calendar,
    w.OF_Priority as priority,
    printf('%d h', datediff('hour', c.ST_StartUTC, as_of)) as age,
    printf('%d:%02d', c.ST_ElapsedMinutes // 60, c.ST_ElapsedMinutes % 60) as ran,
    printf('%d:%02d', c.ST_RemainingMinutes // 60, c.ST_RemainingMinutes % 60) as remaining,
    strftime(c.ST_DueUTC, '%m-%d %H:%M') as due_utc
from case_sla_elapsed as c
cross join now
inner join case_workflow_instance as w on w.WI_ID = c.WI_ID
where c.ST_Status in ('Running', 'Warned') and not c.ST_IsPaused and c.SL_Code in ('FirstResponse', 'Resolve')
order by c.ST_DueUTC, c.SC_ID
