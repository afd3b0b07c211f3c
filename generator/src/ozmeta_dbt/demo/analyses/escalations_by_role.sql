-- Open escalations
-- Whose desk are they on, how many has nobody acknowledged yet, and since when does the oldest wait?
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
