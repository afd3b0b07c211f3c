-- Escalation ladder of late cases
-- Who was told at each level? The last level is not raised if somebody has acknowledged a lower one in time.
with stopped as (
    -- those of which an acknowledgement prevents the last level
    select * from case_sla_cycle
    where SL_Code = 'Resolve' and _DeleteDate is null and ST_BreachedUTC is not null and ST_Level3AtUTC is null
      and not ST_IsPaused
),

told as (
    select
        EQ_Level as level,
        EQ_SignalCode as signal,
        coalesce(EQ_AssignedToRole, EQ_AssignedToPrincipal) as who,
        count(*) as raised
    from case_escalation_queue
    where SL_Code = 'Resolve' and _DeleteDate is null
    group by all
)

select
    told.*,
    case when level = 3 then (select count(*) from stopped) end as stopped_by_acknowledgement
from told
order by level
