"""What every table and column a user sees is called and means: the descriptions and tests of the generated properties files (SPEC 7)."""

from __future__ import annotations

KEY = {"_Key": "Hash of the row's natural key; what a later run merges on.", "_ObjectKey": "Hash of the object's tenant and id."}
WRITTEN = {
    "_DefinitionHash": "Hash of the definitions this row was computed by; where it differs from today's, the next run computes it again.",
    "_Batch": "Number of the run that wrote this row.",
    "_UpdateDate": "as_of of the run that wrote this row, UTC.",
}
AUDIT = {"_DeleteDate": "as_of of the run that found the row undone by a late event, UTC; null for a live row. Filter on null, or use the rollup view, which does."} | WRITTEN

TIMELINE = {
    "EJ_ID": "The event's id.",
    "_TenantID": "The event's tenant.",
    "EJ_ObjectType": "The object type, by the binding's own name.",
    "EJ_ObjectID": "The object's id.",
    "EJ_EventType": "The event's type.",
    "EJ_EventTimeUTC": "When it happened, by its writer's clock, UTC.",
    "EJ_Actor": "Who did it.",
    "EJ_SourceSystem": "The system or offline station that wrote it; with the object, a stream of events in that writer's own order.",
    "EJ_Sequence": "The event's place in its stream, where the writer counts.",
    "EJ_CorrelationID": "What it belongs to, by its writer.",
    "TL_EffectiveUTC": "When it counts, UTC: the latest time of its stream up to it, so that time never goes back along the order. Null while pending.",
    "TL_Position": "Its place in the object's order, from 1. Null while pending: its time lies after as_of.",
    "TL_IsApplied": "Whether it was applied as a transition.",
    "TL_IsRejected": "Whether first_writer_wins refused it: it moved nothing, and no rule saw it.",
    "TL_TransitionCode": "Code of the applied transition.",
    "TL_FromState": "State before the applied transition.",
    "TL_ToState": "State after the applied transition.",
    "TL_State": "State of the object after this event, applied or not.",
    "TL_RowVersion": "Number of applied transitions up to and including this event.",
    "TL_Anomaly": "What was wrong with it, null where nothing was: UnknownTransition, UnknownState, AmbiguousTransition, UndeclaredTransition, IllegalTransition, VersionConflict or ClockSkew.",
    "_SyncDate": "When it reached the journal, UTC.",
}
TIMELINE_MORE = {
    "TL_Journal": "The journal it was read from.",
    "TL_IsUnsynced": "Whether its journal row had no _SyncDate; its own time then stands in.",
    "TL_ContentHash": "Hash of its journal row but for _SyncDate: another row of the same id with another hash is a conflicting duplicate.",
    "PL_Code": "transition.code of the payload.",
    "PL_FromState": "transition.fromState of the payload.",
    "PL_ToState": "transition.toState of the payload.",
    "PL_RowVersion": "transition.rowVersion of the payload: the version its writer saw.",
    "PL_EscalationSignalType": "escalation.signalType of the payload.",
    "PL_EscalationSlaCode": "escalation.slaCode of the payload.",
    "PL_EscalationLevel": "escalation.level of the payload.",
    "TL_Intake": "What was read of the journal row: how it was keyed, and which payload fields rules used.",
}
INSTANCE = {
    "WI_ID": "Id of the instance, UUIDv7.",
    "_TenantID": "The tenant; empty where it is no part of the instance key.",
    "WI_ObjectType": "The object type.",
    "WI_ObjectID": "The object's id.",
    "WF_ID": "Id of its workflow in MetaDB.",
    "WS_CurrentCode": "The state it is in.",
    "WI_CurrentSinceUTC": "Since when, UTC.",
    "WI_LastTransitionCode": "Code of the last applied transition.",
    "WI_LastTransitionUTC": "When that was, UTC.",
    "WI_LastActor": "Who made it; the first event's actor where there was none.",
    "WI_RowVersion": "Number of applied transitions.",
    "WI_IsTerminal": "Whether the state is a terminal one.",
    "WI_FirstEventUTC": "When its first event counted, UTC.",
}
TIMER = {
    "ST_ID": "Id of the timer, UUIDv7.",
    "_TenantID": "The tenant; empty where it is no part of the instance key.",
    "WI_ID": "Id of the instance the timer runs for.",
    "SL_Code": "Code of the SLA.",
    "ST_StartUTC": "When the cycle started, UTC.",
    "ST_DueUTC": "When it is, or was, due, UTC; pauses move it.",
    "ST_StopUTC": "When it stopped, UTC; null while it runs.",
    "ST_Status": "Running, Warned, Breached or Stopped. A timer that stopped late has ST_BreachedUTC all the same.",
    "ST_WarnedUTC": "When the warning fell due, UTC; null if the cycle ended before.",
    "ST_BreachedUTC": "When the target passed, UTC; null if it was met.",
    "ST_EscalationLevel": "The highest escalation level raised, 0 for none.",
    "ST_ObjectType": "The object type.",
    "ST_ObjectID": "The object's id.",
    "ST_CycleNo": "Which cycle of this SLA it is, from 1.",
}
NEXT = {"ST_NextUTC": "The next threshold still to come, UTC: until then no run needs to look at this row."}
QUEUE = {
    "EQ_ID": "Id of the queue entry, UUIDv7.",
    "_TenantID": "The tenant; empty where it is no part of the instance key.",
    "EQ_ObjectType": "The object type.",
    "EQ_ObjectID": "The object's id.",
    "EQ_SignalCode": "The signal that raised it.",
    "EQ_Severity": "Info, Warning or Critical.",
    "EQ_AssignedToRole": "The role that should act.",
    "EQ_AssignedToPrincipal": "The person or account that should act.",
    "EQ_Status": "Open, Ack (acknowledged) or Closed.",
    "EQ_CreatedUTC": "When it was raised: the scheduled instant, UTC.",
    "EQ_ClosedUTC": "When it was closed, UTC.",
    "EQ_Notes": "The rule's notes; Retracted where a late event undid what it was raised for.",
    "ST_ID": "Id of the SLA timer; null for an escalation that a transition raised.",
    "SL_Code": "Code of the SLA; null for an escalation that a transition raised.",
    "ST_CycleNo": "The cycle when the row was written; null for an escalation that a transition raised.",
    "EQ_Level": "The escalation level.",
}
QUARANTINE = {
    "QR_Reason": "Why the row stays out: MissingEventID, MissingObjectID, MissingEventType, MissingEventTime, MissingTenant, MalformedPayload or ConflictingDuplicate.",
    "QR_Rows": "How many journal rows are exactly like this one.",
    "_TenantID": "The tenant as delivered.",
    "QR_ObjectType": "The object type.",
    "QR_ObjectID": "The object's id as delivered.",
    "QR_EventID": "The event's id as delivered.",
    "QR_EventType": "The event's type as delivered.",
    "QR_EventTime": "The event's time as delivered, as text.",
    "QR_SourceSystem": "The source system as delivered.",
    "QR_Sequence": "The sequence as delivered, as text.",
    "QR_Actor": "The actor as delivered.",
    "QR_Payload": "The payload as delivered, as text.",
    "QR_Journal": "The journal it was read from.",
    "_SyncDate": "When it reached the journal, UTC.",
}
RUN = {
    "RUN_Batch": "Number of the run.",
    "RUN_Journal": "The journal.",
    "RUN_AsOfUTC": "The run's as_of, UTC.",
    "RUN_WatermarkUTC": "Up to where the journal was read, UTC; the next run goes on from here, less the lookback.",
    "RUN_EventsFolded": "Events of that journal that the run folded, again or for the first time.",
    "RUN_ObjectsFolded": "Objects they belong to.",
}

TIME_IN_STATE = KEY | {
    "_TenantID": "The tenant; empty where it is no part of the instance key.",
    "TS_ObjectType": "The object type.",
    "TS_ObjectID": "The object's id.",
    "WS_Code": "The state.",
    "TS_EnteredUTC": "Since when it was in it, UTC.",
    "TS_LeftUTC": "Until when, UTC; null where it is in it still.",
    "TS_Seconds": "How long, in seconds; where it is in it still, up to the last completed run's as_of.",
    "TS_IsCurrent": "Whether it is in it still.",
    "TS_IsTerminal": "Whether the state is a terminal one.",
    "TS_ObjectAgeSeconds": "How long ago the object's first event counted, in seconds, as of the last completed run.",
}

SUMMARIES = {
    "timeline": "Every admitted event of {}, once, in the order it counts, with what it did: the audit trail.",
    "quarantine": "Journal rows of {} that were refused, as text, with the reason.",
    "workflow_instance": "Where each {} stands: its state, since when, by whom.",
    "sla_cycle": "Every cycle of every SLA timer of {}.",
    "sla_timer": "Each SLA timer of {}, its latest cycle: running, warned, breached or stopped.",
    "escalation_queue": "Who should act on which {}, since when, and whether they did.",
    "inline": "Every row of the own table of {}, and beside it where it stands and what its timers say: a view, as of the last run.",
    "time_in_state": "Every stay of each {} in a state: since when, until when, how long.",
    "run": "The completed runs of {}: as_of, and up to where each journal was read.",
}
CANONICAL = {
    "timeline": TIMELINE, "quarantine": QUARANTINE, "workflow_instance": INSTANCE, "sla_cycle": {"SC_ID": "Id of the cycle, UUIDv7."} | TIMER,
    "sla_timer": TIMER, "escalation_queue": QUEUE,
}  # fmt: skip
