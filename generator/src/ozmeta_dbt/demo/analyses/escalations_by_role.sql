-- Open escalations
-- Who has them, how many are not acknowledged yet, and how old is the oldest?
select
    coalesce(EQ_AssignedToRole, EQ_AssignedToPrincipal, '(nobody named)') as who,
    EQ_ObjectType as entity,
    EQ_Severity as severity,
    count(*) filter (EQ_Status = 'Open') as open,
    count(*) filter (EQ_Status = 'Ack') as acknowledged,
    strftime(min(EQ_CreatedUTC), '%Y-%m-%d %H:%M') as oldest
from escalation_queue
where EQ_Status <> 'Closed'
group by all
order by open desc, who, entity, severity
