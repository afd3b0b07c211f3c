-- Time in state
-- Where does the time go: how many hours does an object stay in each state before it moves on?
with events as (
    select *, min(TL_EffectiveUTC) over (partition by EJ_ObjectType, _TenantID, EJ_ObjectID) as began
    from timeline
),

moves as (
    select
        EJ_ObjectType,
        TL_FromState,
        -- since the move before, or since the object's first event
        lag(TL_EffectiveUTC, 1, began) over (
            partition by EJ_ObjectType, _TenantID, EJ_ObjectID order by TL_Position
        ) as since,
        datediff('second', since, TL_EffectiveUTC) / 3600 as hours
    from events
    where TL_IsApplied and TL_FromState <> TL_ToState
)

select
    EJ_ObjectType as entity,
    TL_FromState as state,
    count(*) as stays,
    printf('%.1f', median(hours)) as median_hours,
    printf('%.1f', quantile_cont(hours, 0.9)) as p90_hours
from moves
group by all
order by entity, median(hours) desc
