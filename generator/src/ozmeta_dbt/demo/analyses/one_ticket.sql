-- History of one ticket
-- What happened to it, in order? The office and an offline van changed it, and the van's stale change was rejected.
with chosen as (
    select _TenantID, EJ_ObjectID
    from ticket_timeline
    where TL_Anomaly = 'VersionConflict' and EJ_SourceSystem = 'station-7'
    order by _SyncDate desc, EJ_ObjectID
    limit 1
)

select
    strftime(TL_EffectiveUTC, '%m-%d %H:%M') as happened,
    strftime(_SyncDate, '%m-%d %H:%M') as arrived,
    EJ_SourceSystem as source,
    coalesce(PL_Code, split_part(EJ_EventType, '.', 2)) as event,
    PL_RowVersion as saw,
    TL_Anomaly as refused_as,
    TL_State as state,
    TL_RowVersion as version
from ticket_timeline
join chosen using (_TenantID, EJ_ObjectID)
order by TL_Position
