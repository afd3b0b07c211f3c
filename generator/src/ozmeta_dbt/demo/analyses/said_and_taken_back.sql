-- Signals that were retracted
-- Which signals did each run raise, and which did a late event retract?
select
    strftime(RS_NoticedUTC, '%m-%d') as noticed_by,
    RS_SignalCode as signal,
    count(*) filter (where RS_Kind = 'Raised') as raised,
    count(*) filter (where RS_Kind = 'Retracted') as retracted
from runtime_signal
group by RS_NoticedUTC, RS_SignalCode
having count(*) filter (where RS_Kind = 'Retracted') > 0
order by RS_NoticedUTC, RS_SignalCode
