"""What every table and column a user sees is called and means: the descriptions and tests of the
generated properties files (SPEC 7).
"""

from __future__ import annotations

KEY = {
    "_Key": (
        "The row's natural key as one text, its parts joined by | and then the length of each; what"
        " a later run merges on."
    ),
    "_ObjectKey": (
        "The object's id and tenant as one text, as in 4711|acme|4.4; without the tenant where it"
        " is no part of the key."
    ),
}
WRITTEN = {
    "_DefinitionHash": (
        "Hash of the definitions this row was computed by; where it differs from today's, the next"
        " run computes it again."
    ),
    "_Batch": "Number of the run that wrote this row.",
    "_UpdateDate": "as_of of the run that wrote this row, UTC.",
}
AUDIT = {
    "_DeleteDate": (
        "as_of of the run that found the row undone by a late event, UTC; null for a live row."
        " Filter on null, or use the rollup view, which does."
    )
} | WRITTEN

TIMELINE = {
    "EJ_ID": "The event's id.",
    "_TenantID": "The event's tenant.",
    "EJ_ObjectType": "The object type, by the binding's own name.",
    "EJ_ObjectID": "The object's id.",
    "EJ_EventType": "The event's type.",
    "EJ_EventTimeUTC": "When it happened, by its writer's clock, UTC.",
    "EJ_Actor": "Who did it.",
    "EJ_SourceSystem": (
        "The system or offline station that wrote it; with the object, a stream of events in that"
        " writer's own order."
    ),
    "EJ_Sequence": "The event's place in its stream, where the writer counts.",
    "EJ_CorrelationID": "What it belongs to, by its writer.",
    "TL_EventNanos": (
        "What EJ_EventTimeUTC has beyond the microsecond, in nanoseconds, 0 to 999: it decides the"
        " order. 0 where the journal's type holds no more than microseconds."
    ),
    "TL_EffectiveUTC": (
        "When it counts, UTC: the latest time of its stream up to it, so that time never goes back"
        " along the order. Null while pending."
    ),
    "TL_Position": (
        "Its place in the object's order, from 1. Null while pending: its time lies after as_of."
    ),
    "TL_IsApplied": "Whether it was applied as a transition.",
    "TL_IsRejected": "Whether first_writer_wins refused it: it moved nothing, and no rule saw it.",
    "TL_TransitionCode": "Code of the applied transition.",
    "TL_FromState": "State before the applied transition.",
    "TL_ToState": "State after the applied transition.",
    "TL_State": "State of the object after this event, applied or not.",
    "TL_RowVersion": "Number of applied transitions up to and including this event.",
    "TL_Anomaly": (
        "What was wrong with it, null where nothing was: UnknownTransition, UnknownState,"
        " AmbiguousTransition, UndeclaredTransition, IllegalTransition, VersionConflict or"
        " ClockSkew."
    ),
    "_SyncDate": "When it reached the journal, UTC.",
}
TIMELINE_MORE = {
    "TL_Journal": "The journal it was read from.",
    "TL_IsUnsynced": "Whether its journal row had no _SyncDate; its own time then stands in.",
    "TL_Replaced": (
        "Whether it took the place of a row of the same id and other content that an earlier run"
        " had read; the quarantine of that run then looks for what gave way."
    ),
    "TL_ContentHash": (
        "Hash of what its journal row says beside its object, its id and _SyncDate: another row of"
        " the same object and id with another hash is a conflicting duplicate."
    ),
    "PL_Code": "transition.code of the payload.",
    "PL_FromState": "transition.fromState of the payload.",
    "PL_ToState": "transition.toState of the payload.",
    "PL_RowVersion": "transition.rowVersion of the payload: the version its writer saw.",
    "PL_EscalationSignalType": "escalation.signalType of the payload.",
    "PL_EscalationSlaCode": "escalation.slaCode of the payload.",
    "PL_EscalationLevel": "escalation.level of the payload.",
    "TL_Intake": (
        "What was read of the journal row: how it was keyed, which payload fields rules used, and"
        " by which names its columns were read."
    ),
}
MESSAGE = {
    "TL_MessageKey": (
        "The message it is, by the columns that journal.deduplicate_on names; null where one of"
        " them is empty, and its EJ_ID alone tells it apart."
    )
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
INLINE = {
    name: f"{INSTANCE[name]} Null where the journal has no event of it."
    for name in ("WS_CurrentCode", "WI_CurrentSinceUTC", "WI_RowVersion")
}
TIMER = {
    "ST_ID": "Id of the timer, UUIDv7.",
    "_TenantID": "The tenant; empty where it is no part of the instance key.",
    "WI_ID": "Id of the instance the timer runs for.",
    "SL_Code": "Code of the SLA.",
    "ST_StartUTC": "When the cycle started, UTC.",
    "ST_DueUTC": "When it is, or was, due, UTC; pauses move it.",
    "ST_StopUTC": "When it stopped, UTC; null while it runs.",
    "ST_Status": (
        "Running, Warned, Breached or Stopped. A timer that stopped late has ST_BreachedUTC all the"
        " same."
    ),
    "ST_Outcome": (
        "Missed once breached; Met once stopped in time; null while it is open. A timer under"
        " resume that stopped may go on, so it is undecided until its object is in a terminal"
        " state."
    ),
    "ST_WarnedUTC": "When the warning fell due, UTC; null if the cycle ended before.",
    "ST_BreachedUTC": "When the target passed, UTC; null if it was met.",
    "ST_EscalationLevel": "The highest escalation level raised, 0 for none.",
    "ST_ObjectType": "The object type.",
    "ST_ObjectID": "The object's id.",
    "ST_CycleNo": "Which cycle of this SLA it is, from 1.",
}
NEXT = {
    "ST_NextUTC": (
        "The next threshold still to come, UTC: until then no run needs to look at this row."
    )
}
CYCLE = {"SC_ID": "Id of the cycle, UUIDv7."} | TIMER
CYCLE_MORE = {
    "ST_IsLatest": "Whether it is its timer's latest cycle, the one that sla_timer shows.",
    "ST_StartEventID": "Id of the event that started the cycle.",
    "ST_StopEventID": "Id of the event that stopped it; null while it runs.",
    "ST_PausedSeconds": (
        "How long it stood still between its stops and resumptions, in seconds: ST_DueUTC"
        " lies later by the pauses before it."
    ),
    "ST_WarnAtUTC": "When it is, or was, to be warned, UTC.",
}
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
    "ST_CycleNo": (
        "The cycle when the row was written; null for an escalation that a transition raised."
    ),
    "EQ_Level": "The escalation level.",
}
QUEUE_MORE = {"_CycleKey": "_Key of the sla_cycle that raised it; null where a transition did."}
APPROVAL_EVENT = {
    "EJ_ID": "The event's id.",
    "_TenantID": "The tenant; empty where it is no part of the instance key.",
    "AE_ObjectType": "The object type.",
    "AE_ObjectID": "The object's id.",
    "EJ_EventType": "The event's type.",
    "TL_EffectiveUTC": "When it counts, UTC.",
    "TL_Position": "Its place in the object's order.",
    "AF_Code": "The flow that it names, or the binding's own if it names none.",
    "AE_Kind": "What it asks for: Request, Approve, Reject or Withdraw.",
    "AE_Voter": "Who votes: approval.onBehalfOf of the payload, else the event's actor.",
    "AE_StepNamed": "The step that the payload names, if any.",
    "AP_Round": "The round that it belongs to; null if it belongs to none.",
    "AS_Code": "The step whose turn it is, or begins with it; null if no round is open.",
    "AE_Effect": (
        "Requested opens a round; Resubmitted withdraws the open round and opens the next;"
        " Approved, Rejected and Withdrawn decide a step; Voted counts; OutOfTurn and Ignored do"
        " not. Null if no round is open."
    ),
    "AE_Reason": (
        "Why it counts nowhere, null if it counts: NoFlow, UnknownFlow, UnknownStep, NoOpenRound,"
        " OutOfTurn, RoundIsOpen, NoVoter, or RefusedByPolicy (first_writer_wins refused the"
        " event)."
    ),
    "AE_Approvals": (
        "How many voters approve the step after it; on a Resubmitted one, the step that it"
        " withdraws."
    ),
    "AE_Rejections": "How many voters reject that step.",
}
APPROVAL_EVENT_MORE = {
    "AE_Version": "Which version of the flow its round was opened under, from 1.",
    "AE_Stage": "Number of the step whose turn it is, from 1; 0 if no round is open.",
    "AE_StageBefore": "Number of the step whose turn it was before a request.",
    "AE_StageAfter": "Number of the step whose turn it is after it; 0 if the round ended.",
    "AE_FlowHash": (
        "On a request: hash of the steps, quorums and vetoes that its round is judged by."
    ),
    "EJ_Actor": "Who did it.",
}
APPROVAL_STEP = {
    "AI_ID": "Id of the approval instance it belongs to, UUIDv7.",
    "_TenantID": "The tenant; empty where it is no part of the instance key.",
    "AP_ObjectType": "The object type.",
    "AP_ObjectID": "The object's id.",
    "AF_Code": "Code of the approval flow.",
    "AP_Round": (
        "Which round of this flow it is, from 1: a request after the end of one opens the next."
    ),
    "AS_Order": "The step's place in its flow.",
    "AS_Code": "Code of the step.",
    "AP_Outcome": (
        "Waiting (its turn has not come), Pending, Approved, Rejected, Withdrawn (while it was its"
        " turn), or Skipped (the round ended before its turn came)."
    ),
    "AP_ActivatedUTC": (
        "When its turn came, UTC: the request, or the vote by which the step before passed."
    ),
    "AP_DecidedUTC": "When it was decided, or the request withdrawn, UTC.",
    "AP_Quorum": "How many approvals it takes.",
    "AP_Approvals": "How many voters approve, by the last vote of each.",
    "AP_Rejections": "How many voters reject, by the last vote of each.",
    "AP_OutOfTurn": (
        "How many votes on other steps of the flow came while it was this one's turn: none of them"
        " counted."
    ),
    "AP_Ignored": (
        "How many other events had no effect while it was its turn: votes of nobody, requests while"
        " the round was open."
    ),
    "AP_ActivatedEventID": "Id of the event by which its turn came.",
    "AP_DecidedEventID": "Id of the event that decided it.",
    "AP_LastActor": "Actor of the last event that counted: the request, a vote, the withdrawal.",
    "AP_StepNo": "Number of the step in its round, from 1.",
    "AP_Roles": "Codes of the roles that are asked, separated by commas.",
}
APPROVAL = {
    "AI_ID": "Id of the approval instance, UUIDv7.",
    "_TenantID": "The tenant; empty where it is no part of the instance key.",
    "AI_ObjectType": "The object type.",
    "AI_ObjectID": "The object's id.",
    "AF_Code": "Code of the approval flow.",
    "AI_CurrentStepOrder": (
        "Place in the flow of the step whose turn it is; of the last one that had its turn, once"
        " the round ended."
    ),
    "AI_Status": "Pending, Approved, Rejected or Withdrawn.",
    "AI_RequestedUTC": "When the round was requested, UTC.",
    "AI_CompletedUTC": "When it ended, UTC.",
    "AI_LastActor": "Actor of the last event that counted: the request, a vote, the withdrawal.",
    "AI_Round": "Which round of this flow it is, from 1.",
}
SIGNAL = {
    "RS_SignalCode": (
        "Code of the signal: SLA.Warned, SLA.Breached, Escalation.Raised, Approval.Requested, or"
        " what an EmitSignal names."
    ),
    "RS_Kind": "Raised, or Retracted: a late event undid what an earlier row says.",
    "RS_Number": (
        "1 as it is raised first, 2 as that is retracted, 3 as it is raised again, and so on."
    ),
    "RS_Severity": "Info, Warning or Critical.",
    "_TenantID": "The tenant; empty where it is no part of the instance key.",
    "RS_ObjectType": "The object type.",
    "RS_ObjectID": "The object's id.",
    "RS_ScheduledUTC": "When it fell due, or happened, UTC.",
    "RS_NoticedUTC": "as_of of the run that noticed it, UTC.",
    "RS_Subject": (
        "The binding's table that has the row it speaks of: sla_cycle, escalation_queue,"
        " approval_step or timeline."
    ),
    "RS_SubjectKey": "_Key of that row.",
    "RS_CausingEventID": (
        "Id of the event that caused it: the one that started the cycle, requested the approval or"
        " took the transition."
    ),
    "SL_Code": "Code of the SLA, if it speaks of one.",
    "RS_Level": "The escalation level, if it speaks of one.",
    "RS_Notes": "The rule's notes.",
}
SIGNAL_KEY = {"_SignalKey": "What the signal speaks of, as one text; its rows differ in RS_Number."}
MIRROR = {
    "EJ_ID": "The event's id.",
    "_TenantID": "The event's tenant.",
    "EJ_EventType": (
        "The event's type; of the runtime's own rows, the signal or the EmitEvent's type."
    ),
    "EJ_EventTimeUTC": "When it happened, UTC.",
    "EJ_Actor": "Who did it; ozmeta_runtime for the runtime's own rows.",
    "EJ_ObjectType": "The object type, by the binding's own name.",
    "EJ_ObjectID": "The object's id.",
    "EJ_CorrelationID": "What it belongs to, by its writer.",
    "EJ_CausationID": (
        "What caused it, by its writer; of the runtime's own rows, the id of the causing event."
    ),
    "EJ_SourceSystem": "The system that wrote it; ozmeta_runtime for the runtime's own rows.",
    "EJ_SourceKey": "Its key there; of the runtime's own rows, _Key of the row they speak of.",
    "EJ_Payload": "The payload as delivered, as text.",
    "EJ_PayloadHash": "As delivered; of the runtime's own rows, the SHA-256 of the payload.",
    "EJ_Sequence": "The event's place in its stream, where the writer counts.",
    "_SyncDate": (
        "When it reached the journal, UTC; of the runtime's own rows, as_of of the run that wrote"
        " them."
    ),
    "MJ_Journal": "The journal it was read from; ozmeta_runtime for the runtime's own rows.",
    "MJ_RowHash": "SHA-256 of all the row said when it was read.",
}
QUARANTINE = {
    "QR_Reason": (
        "Why the row stays out: MissingEventID, MissingObjectID, MissingEventType,"
        " MissingEventTime, MissingTenant, MalformedPayload or ConflictingDuplicate."
    ),
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
QUARANTINE_MORE = {
    "QR_ContentHash": (
        "Hash of what the row says beside its object, its id and _SyncDate: as"
        " TL_ContentHash of the timeline."
    )
}
RUN_KEY = {"_Key": "Hash of the run's number and the journal; what a later run merges on."}
RUN = {
    "RUN_Batch": "Number of the run.",
    "RUN_Journal": "The journal.",
    "RUN_AsOfUTC": "The run's as_of, UTC.",
    "RUN_WatermarkUTC": (
        "Up to where the journal was read, UTC; the next run goes on from here, less the lookback."
    ),
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
    "TS_Seconds": (
        "How long, in seconds; where it is in it still, up to the last completed run's as_of."
    ),
    "TS_IsCurrent": "Whether it is in it still.",
    "TS_IsTerminal": "Whether the state is a terminal one.",
    "TS_ObjectAgeSeconds": (
        "How long ago the object's first event counted, in seconds, as of the last completed run."
    ),
}

VOLUME = {
    "_Key": KEY["_Key"],
    "JV_Journal": "The journal.",
    "JV_Day": (
        "The day on which the rows reached it, midnight UTC; null for rows without _SyncDate."
    ),
    "EJ_ObjectType": "The object type as delivered, null if there is none.",
    "JV_Rows": (
        "How many rows of that type reached it that day; 0 if rows were counted there once and are"
        " gone."
    ),
    "_DefinitionHash": (
        "Hash of the journal's name and of what its columns are called; if it differs from today's,"
        " the next run counts again."
    ),
    "_UpdateDate": WRITTEN["_UpdateDate"],
}
UNCLAIMED = {
    "UO_Journal": "The journal.",
    "EJ_ObjectType": "The object type as delivered, null if there is none.",
    "UO_Rows": "How many rows it has.",
    "UO_FirstDay": (
        "The day on which the first of them reached the journal, UTC; null if none of them has a"
        " _SyncDate."
    ),
    "UO_LastDay": "The day on which the last of them did.",
    "UO_NearestBinding": (
        "The binding whose name or object types are most like it; null if none is."
    ),
}

SUMMARIES = {
    "timeline": (
        "Every admitted event of {}, once, in the order it counts, with what it did: the audit"
        " trail."
    ),
    "quarantine": "Journal rows of {} that were refused, as text, with the reason.",
    "workflow_instance": "Where each {} stands: its state, since when, by whom.",
    "sla_cycle": "Every cycle of every SLA timer of {}.",
    "sla_timer": "Each SLA timer of {}, its latest cycle: running, warned, breached or stopped.",
    "approval_event": "Every approval event of {}: what it did, or why it counts nowhere.",
    "approval_step": (
        "Every step of every round of approval of {}: its turn, its votes, its outcome."
    ),
    "approval_instance": "Where the approval of each {} stands, by flow: the latest round.",
    "escalation_queue": "Who should act on which {}, since when, and whether they did.",
    "runtime_signal": (
        "What was raised about {}, and what was taken back, as it was noticed: rows are only ever"
        " added, also by a full refresh."
    ),
    "journal": (
        "The journal of {} as it was read, and what the runtime itself says as further rows of it:"
        " rows are only ever added."
    ),
    "inline": (
        "Every row of the own table of {}, and beside it where it stands and what its timers say: a"
        " view, as of the last run."
    ),
    "time_in_state": "Every stay of each {} in a state: since when, until when, how long.",
    "run": "The completed runs of {}: as_of, and up to where each journal was read.",
    "journal_volume": (
        "How many rows each journal holds, by object type and day of arrival, whether a binding"
        " claims them or not."
    ),
    "unclaimed_object_type": (
        "Journal rows of an object type that no generated binding claims, a disabled one included,"
        " and the binding they may be meant for."
    ),
}
