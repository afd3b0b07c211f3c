-- Late now
-- Which objects are past their SLA, since when, and who should act? The most recent come first.
with now as (select max(RUN_AsOfUTC) as as_of from case_run),

asked as (
    -- the person or role of the latest escalation of a timer that is not closed
    select
        ST_ID,
        ST_CycleNo,
        max_by(coalesce(EQ_AssignedToRole, EQ_AssignedToPrincipal), EQ_CreatedUTC) as who,
        bool_or(EQ_Status = 'Ack') as acknowledged
    from escalation_queue
    where EQ_Status <> 'Closed'
    group by ST_ID, ST_CycleNo
)

select
    t._TenantID as tenant,
    t.ST_ObjectID as object,
    t.SL_Code as sla,
    strftime(t.ST_BreachedUTC, '%m-%d %H:%M') as late_since,
    printf(
        '%d d %02d h',
        datediff('hour', t.ST_BreachedUTC, as_of) // 24,
        datediff('hour', t.ST_BreachedUTC, as_of) % 24
    ) as late_by,
    coalesce(asked.who, '(nobody named)') as who_should_act,
    case when asked.acknowledged then 'yes' else 'no' end as ack
from sla_timer as t
cross join now
left join asked on asked.ST_ID = t.ST_ID and asked.ST_CycleNo = t.ST_CycleNo
where t.ST_Status = 'Breached'
order by t.ST_BreachedUTC desc, t.ST_ID
