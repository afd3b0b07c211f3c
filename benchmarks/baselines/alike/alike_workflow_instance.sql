-- Where each ticket stands, and since when.
{{ config(materialized='table') }}

with instances as (
    select
        _TenantID, EJ_ObjectID,
        min(_SyncDate) as first_sync,
        md5('WI|' || _TenantID || '|Ticket|' || EJ_ObjectID) as seed,
        coalesce(max_by(TL_ToState, TL_Position) filter (where TL_IsApplied), 'New') as WS_CurrentCode,
        coalesce(
            max_by(TL_EffectiveUTC, TL_Position) filter (where TL_IsApplied and TL_FromState <> TL_ToState),
            min_by(TL_EffectiveUTC, TL_Position)
        ) as WI_CurrentSinceUTC,
        max_by(TL_TransitionCode, TL_Position) filter (where TL_IsApplied) as WI_LastTransitionCode,
        max_by(TL_EffectiveUTC, TL_Position) filter (where TL_IsApplied) as WI_LastTransitionUTC,
        coalesce(max_by(EJ_Actor, TL_Position) filter (where TL_IsApplied), min_by(EJ_Actor, TL_Position))
            as WI_LastActor,
        max(TL_RowVersion) as WI_RowVersion,
        min(TL_EffectiveUTC) as WI_FirstEventUTC
    from {{ ref('alike_timeline') }}
    group by all
)

select
    {{ uuid_of('first_sync', 'seed') }} as WI_ID,
    _TenantID, 'Ticket' as WI_ObjectType, EJ_ObjectID as WI_ObjectID, 'wTicket' as WF_ID, WS_CurrentCode,
    WI_CurrentSinceUTC, WI_LastTransitionCode, WI_LastTransitionUTC, WI_LastActor, WI_RowVersion,
    WS_CurrentCode = 'Closed' as WI_IsTerminal, WI_FirstEventUTC
from instances
