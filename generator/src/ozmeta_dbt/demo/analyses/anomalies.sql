-- Anomalies
-- Which events did not fit the workflow, and were they applied anyway?
select
    TL_Anomaly as anomaly,
    EJ_ObjectType as entity,
    count(*) as events,
    count(*) filter (TL_IsApplied) as moved,
    count(*) filter (TL_IsRejected) as refused,
    max_by(_TenantID || ' ' || EJ_ObjectID, _SyncDate) as latest_example
from timeline
where TL_Anomaly is not null
group by all
order by events desc, anomaly, entity
