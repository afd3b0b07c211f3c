-- Pending approvals
-- Which approvals are pending, for whom, since when, and is the step still within its SLA?
with now as (select max(RUN_AsOfUTC) as as_of from invoice_run)

select
    s._TenantID as tenant,
    s.AP_ObjectID as invoice,
    s.AS_Code as step,
    s.AP_Roles as waits_for,
    s.AP_Approvals || ' of ' || s.AP_Quorum as approved,
    strftime(s.AP_ActivatedUTC, '%m-%d %H:%M') as since,
    printf(
        '%d d %02d h',
        datediff('hour', s.AP_ActivatedUTC, as_of) // 24,
        datediff('hour', s.AP_ActivatedUTC, as_of) % 24
    ) as waiting,
    lower(t.ST_Status) as sla
from approval_step as s
cross join now
left join sla_timer as t
    on t._TenantID = s._TenantID and t.ST_ObjectID = s.AP_ObjectID and t.ST_StartUTC = s.AP_ActivatedUTC
    and t.SL_Code = 'CheckInTime' and s.AS_Code = 'Check'
where s.AP_Outcome = 'Pending'
order by s.AP_ActivatedUTC, s._TenantID, s.AP_ObjectID
