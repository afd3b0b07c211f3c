-- Quarantined rows
-- Which journal rows were refused, and why?
select
    QR_Reason as reason,
    QR_ObjectType as entity,
    sum(QR_Rows)::bigint as rows,
    strftime(max(_SyncDate), '%m-%d %H:%M') as latest,
    left(max_by(QR_Payload, _SyncDate), 24) as its_payload
from quarantine
group by all
order by sum(QR_Rows) desc, reason, entity
