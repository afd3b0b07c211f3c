-- Events of the offline van station-7
-- Which late events arrived once the van was online again, and where did each fit in by its event time?
select
    _TenantID as tenant,
    EJ_ObjectID as ticket,
    strftime(EJ_EventTimeUTC, '%m-%d %H:%M') as happened,
    strftime(_SyncDate, '%m-%d %H:%M') as arrived,
    TL_TransitionCode as moved,
    TL_ToState as state,
    TL_Anomaly as anomaly
from ticket_timeline
where EJ_SourceSystem = 'station-7'
  and _SyncDate = (select max(_SyncDate) from ticket_timeline where EJ_SourceSystem = 'station-7')
order by EJ_EventTimeUTC, EJ_ID
