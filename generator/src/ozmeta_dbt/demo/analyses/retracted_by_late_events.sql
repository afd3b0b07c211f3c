-- Escalations that late events retracted
-- Which escalations turned out to be wrong once a late event arrived? They are soft deleted, so you can find them.
with every_row as (
    select * from case_escalation_queue
    union all by name
    select * from invoice_escalation_queue
    union all by name
    select * from ticket_escalation_queue
)

select
    _TenantID as tenant,
    EQ_ObjectID as object,
    SL_Code as sla,
    coalesce(EQ_AssignedToRole, EQ_AssignedToPrincipal) as who,
    strftime(EQ_CreatedUTC, '%m-%d %H:%M') as raised_for,
    strftime(_DeleteDate, '%m-%d %H:%M') as retracted
from every_row
where _DeleteDate is not null and EQ_Notes = 'Retracted'
order by _DeleteDate desc, EQ_CreatedUTC desc, EQ_ID
