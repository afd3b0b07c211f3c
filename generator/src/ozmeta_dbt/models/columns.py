"""Every column that a user sees, and its meaning (SPEC 7).

DESCRIPTIONS is the only place for these texts. `docs/make_reference.py` writes them to the dbt
package as doc blocks, which the generated properties files refer to, and to docs/reference.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from ozmeta_dbt.config import CANONICAL_COLUMNS
from ozmeta_dbt.models.literals import yaml_text

PACKAGE = "ozmeta_runtime"

# ---------------------------------------------------------------- the columns of each table

KEY = ("_Key", "_ObjectKey")
WRITTEN = ("_DefinitionHash", "_Batch", "_UpdateDate")
AUDIT = ("_DeleteDate", *WRITTEN)

TIMELINE = (
    "EJ_ID",
    "_TenantID",
    "EJ_ObjectType",
    "EJ_ObjectID",
    "EJ_EventType",
    "EJ_EventTimeUTC",
    "EJ_Actor",
    "EJ_SourceSystem",
    "EJ_Sequence",
    "EJ_CorrelationID",
    "TL_EventNanos",
    "TL_EffectiveUTC",
    "TL_Position",
    "TL_IsApplied",
    "TL_IsRejected",
    "TL_TransitionCode",
    "TL_FromState",
    "TL_ToState",
    "TL_State",
    "TL_RowVersion",
    "TL_Anomaly",
    "_SyncDate",
)
TIMELINE_MORE = (
    "TL_Journal",
    "TL_IsUnsynced",
    "TL_Replaced",
    "TL_ContentHash",
    "PL_Code",
    "PL_FromState",
    "PL_ToState",
    "PL_RowVersion",
    "PL_EscalationSignalType",
    "PL_EscalationSlaCode",
    "PL_EscalationLevel",
    "TL_Intake",
)
QUARANTINE = (
    "QR_Reason",
    "QR_Rows",
    "_TenantID",
    "QR_ObjectType",
    "QR_ObjectID",
    "QR_EventID",
    "QR_EventType",
    "QR_EventTime",
    "QR_SourceSystem",
    "QR_Sequence",
    "QR_Actor",
    "QR_Payload",
    "QR_Journal",
    "_SyncDate",
)
WORKFLOW_INSTANCE = (
    "WI_ID",
    "_TenantID",
    "WI_ObjectType",
    "WI_ObjectID",
    "WF_ID",
    "WS_CurrentCode",
    "WI_CurrentSinceUTC",
    "WI_LastTransitionCode",
    "WI_LastTransitionUTC",
    "WI_LastActor",
    "WI_RowVersion",
    "WI_IsTerminal",
    "WI_FirstEventUTC",
)
APPROVAL_EVENT = (
    "EJ_ID",
    "_TenantID",
    "AE_ObjectType",
    "AE_ObjectID",
    "EJ_EventType",
    "TL_EffectiveUTC",
    "TL_Position",
    "AF_Code",
    "AE_Kind",
    "AE_Voter",
    "AE_StepNamed",
    "AP_Round",
    "AS_Code",
    "AE_Effect",
    "AE_Reason",
    "AE_Approvals",
    "AE_Rejections",
)
APPROVAL_EVENT_MORE = (
    "AE_Version",
    "AE_Stage",
    "AE_StageBefore",
    "AE_StageAfter",
    "AE_FlowHash",
    "EJ_Actor",
)
APPROVAL_STEP = (
    "AI_ID",
    "_TenantID",
    "AP_ObjectType",
    "AP_ObjectID",
    "AF_Code",
    "AP_Round",
    "AS_Order",
    "AS_Code",
    "AP_Outcome",
    "AP_ActivatedUTC",
    "AP_DecidedUTC",
    "AP_Quorum",
    "AP_Approvals",
    "AP_Rejections",
    "AP_OutOfTurn",
    "AP_Ignored",
    "AP_ActivatedEventID",
    "AP_DecidedEventID",
    "AP_LastActor",
    "AP_StepNo",
    "AP_Roles",
)
APPROVAL_INSTANCE = (
    "AI_ID",
    "_TenantID",
    "AI_ObjectType",
    "AI_ObjectID",
    "AF_Code",
    "AI_CurrentStepOrder",
    "AI_Status",
    "AI_RequestedUTC",
    "AI_CompletedUTC",
    "AI_LastActor",
    "AI_Round",
)
SLA_TIMER = (
    "ST_ID",
    "_TenantID",
    "WI_ID",
    "SL_Code",
    "ST_StartUTC",
    "ST_DueUTC",
    "ST_StopUTC",
    "ST_Status",
    "ST_Outcome",
    "ST_WarnedUTC",
    "ST_BreachedUTC",
    "ST_EscalationLevel",
    "ST_ObjectType",
    "ST_ObjectID",
    "ST_CycleNo",
    "ST_IsPaused",
    "ST_TargetMinutes",
    "ST_PolicyVersion",
    "ST_Calendar",
)
SLA_CYCLE = ("SC_ID", *SLA_TIMER)
# as of the last run, so that only the view has them
SLA_TIMER_MORE = ("ST_ElapsedMinutes", "ST_RemainingMinutes", "ST_NextUTC")
# what sla_cycle alone has
SLA_CYCLE_STATE = ("ST_IsCancelled", "ST_RanMicros", "ST_OpenMicros")
SLA_CYCLE_BREACH = ("ST_BreachAtUTC", "ST_BreachAfterUTC")
SLA_CYCLE_MORE = (
    "ST_IsLatest",
    "ST_StartEventID",
    "ST_StopEventID",
    "ST_PausedSeconds",
    "ST_WarnAtUTC",
)
CYCLE_FACT = (
    "SC_ID",
    "ST_ID",
    "_TenantID",
    "WI_ID",
    "SL_Code",
    "ST_ObjectType",
    "ST_ObjectID",
    "ST_CycleNo",
    "ST_IsLatest",
    "ST_StartUTC",
    "ST_DueUTC",
    "ST_StopUTC",
    "ST_BreachedUTC",
    "ST_Status",
    "ST_Outcome",
    "ST_EscalationLevel",
    "ST_PolicyVersion",
    "ST_Calendar",
    "CF_IsOpen",
    "ST_IsPaused",
    "ST_TargetMinutes",
    "ST_ElapsedMinutes",
    "ST_RemainingMinutes",
    "ST_PausedSeconds",
    "CF_TargetPercent",
    "CF_LateMinutes",
    "CF_StartDay",
    "CF_StartWeek",
    "CF_StartMonth",
    "CF_StartWeekday",
    "CF_StartHour",
    "CF_StopDay",
    "CF_StopWeek",
    "CF_StopMonth",
    "CF_StopWeekday",
    "CF_StopHour",
    "CF_BreachDay",
    "CF_BreachWeek",
    "CF_BreachMonth",
    "CF_BreachWeekday",
    "CF_BreachHour",
)
ESCALATION_QUEUE = (
    "EQ_ID",
    "_TenantID",
    "EQ_ObjectType",
    "EQ_ObjectID",
    "EQ_SignalCode",
    "EQ_Severity",
    "EQ_AssignedToRole",
    "EQ_AssignedToPrincipal",
    "EQ_Status",
    "EQ_CreatedUTC",
    "EQ_ClosedUTC",
    "EQ_Notes",
    "ST_ID",
    "SL_Code",
    "ST_CycleNo",
    "EQ_Level",
)
RUNTIME_SIGNAL = (
    "RS_SignalCode",
    "RS_Kind",
    "RS_Number",
    "RS_Severity",
    "_TenantID",
    "RS_ObjectType",
    "RS_ObjectID",
    "RS_ScheduledUTC",
    "RS_NoticedUTC",
    "RS_Subject",
    "RS_SubjectKey",
    "RS_CausingEventID",
    "SL_Code",
    "RS_Level",
    "RS_Notes",
)
# what the roll-up of runtime_signal adds
SIGNAL_TYPE = ("RS_Description", "RS_RetentionDays")
JOURNAL = (*CANONICAL_COLUMNS, "MJ_Journal", "MJ_RowHash")
RUN = (
    "RUN_Batch",
    "RUN_Number",
    "RUN_InvocationID",
    "RUN_Journal",
    "RUN_AsOfUTC",
    "RUN_WatermarkUTC",
    "RUN_EventsFolded",
    "RUN_ObjectsFolded",
)
BACKLOG = (
    "_TenantID",
    "BL_ObjectType",
    "WS_Code",
    "BL_Day",
    "BL_Objects",
    "BL_Entered",
    "BL_Left",
    "BL_IsTerminal",
    "BL_IsComplete",
)
INLINE = ("WS_CurrentCode", "WI_CurrentSinceUTC", "WI_RowVersion")
TIME_IN_STATE = (
    *KEY,
    "_TenantID",
    "TS_ObjectType",
    "TS_ObjectID",
    "WS_Code",
    "TS_EnteredUTC",
    "TS_LeftUTC",
    "TS_Seconds",
    "TS_IsCurrent",
    "TS_IsTerminal",
    "TS_ObjectAgeSeconds",
)
JOURNAL_VOLUME = (
    "_Key",
    "JV_Journal",
    "JV_Day",
    "EJ_ObjectType",
    "JV_Rows",
    "_DefinitionHash",
    "_UpdateDate",
)
CALENDAR_WINDOW = (
    "_Key",
    "CW_Calendar",
    "CW_Code",
    "CW_FromUTC",
    "CW_ToUTC",
    "CW_Bucket",
    "CW_Open",
    "CW_OpenEnd",
    "CW_From",
    "CW_Next",
)
CALENDAR_PIECE = (
    "_Key",
    "CP_Calendar",
    "CP_Code",
    "CP_Day",
    "CP_From",
    "CP_To",
    "CP_Open",
    "CP_IsOpen",
    "CP_WasOpen",
    "CP_Next",
)
UNCLAIMED_OBJECT_TYPE = (
    "UO_Journal",
    "EJ_ObjectType",
    "UO_Rows",
    "UO_FirstDay",
    "UO_LastDay",
    "UO_NearestBinding",
)

# ---------------------------------------------------------------- what each column means

# {column, or <model>.<column> where a model needs a text of its own: description}
DESCRIPTIONS = {
    "_Key": (
        "The row's natural key as one text. Its parts are joined by `|`, then come their lengths."
        " Later runs merge on it."
    ),
    "timeline._Key": (
        "The object and the message, or else EJ_ID, as one text like that of other tables. Later"
        " runs merge on it."
    ),
    "runtime_signal._Key": "`_SignalKey` and RS_Number, joined by `|`. Later runs merge on it.",
    "run._Key": "Hash of the run's number and the journal. Later runs merge on it.",
    "_ObjectKey": (
        "The object's id and tenant as one text, such as `4711|acme|4.4`. Without the tenant if it"
        " is not part of the instance key."
    ),
    "_SignalKey": "Hash that identifies the signal. Rows with the same value differ in RS_Number.",
    "_CycleKey": "`_Key` of the sla_cycle row that raised it. Null if a transition raised it.",
    "_TenantID": "The tenant. Empty if it is not part of the instance key.",
    "timeline._TenantID": "The event's tenant.",
    "journal._TenantID": "The event's tenant.",
    "quarantine._TenantID": "The tenant as delivered.",
    "_DefinitionHash": (
        "Hash of the definitions that produced this row. If it differs from the current hash, the"
        " next run computes the row again."
    ),
    "journal_volume._DefinitionHash": (
        "Hash of the journal's name and column names. If it differs from the current hash,"
        " the next run counts again."
    ),
    "_Batch": "Number of the run that wrote this row: see RUN_Batch.",
    "_UpdateDate": "as_of of the run that wrote this row, UTC.",
    "_DeleteDate": (
        "Null for a live row. Otherwise a late event undid the row, and this is the as_of of the"
        " run that found out, UTC. Filter on null, or use the roll-up view."
    ),
    "_SyncDate": "When the row reached the journal, UTC.",
    "journal._SyncDate": (
        "When the row reached the journal, UTC. For the runtime's own rows, the as_of of the run"
        " that wrote them."
    ),
    # journal
    "EJ_ID": "Id of the event.",
    "EJ_ObjectType": "The object type as delivered. Null if the row has none.",
    "timeline.EJ_ObjectType": "The object type, by the binding's own name.",
    "journal.EJ_ObjectType": "The object type, by the binding's own name.",
    "EJ_ObjectID": "Id of the object.",
    "history.EJ_ID": "Id of the event. The same rows of the source give the same id.",
    "history._TenantID": "The tenant, if the source has one.",
    "history.EJ_ObjectType": "The object type, as in ozmeta.yml.",
    "history.EJ_EventType": "Type of the event.",
    "history.EJ_EventTimeUTC": "When it happened by the source's clock, UTC.",
    "history.EJ_Actor": "Who did it. Null if the source does not say.",
    "history.EJ_SourceSystem": "The system that kept the history.",
    "history.EJ_SourceKey": "The event's id in the source, if it has one.",
    "history.EJ_Sequence": "The event's place in the source, if it counts.",
    "history.EJ_Payload": "What changed, as JSON: the new state and the new values.",
    "history._SyncDate": "When the loader wrote the newest row of the event, UTC.",
    "EJ_EventType": "Type of the event.",
    "journal.EJ_EventType": (
        "Type of the event. For the runtime's own rows, the signal, or the type that EmitEvent"
        " names."
    ),
    "EJ_EventTimeUTC": "When the event happened by its writer's clock, UTC.",
    "EJ_Actor": "Who did it.",
    "journal.EJ_Actor": "Who did it. `ozmeta_runtime` for the runtime's own rows.",
    "EJ_SourceSystem": (
        "The system or offline station that wrote the event. Its events of one object form a"
        " stream in the writer's own order."
    ),
    "journal.EJ_SourceSystem": (
        "The system that wrote the event. `ozmeta_runtime` for the runtime's own rows."
    ),
    "EJ_SourceKey": (
        "The event's key in the source system. For the runtime's own rows, `_Key` of the row they"
        " refer to."
    ),
    "EJ_Sequence": "The event's place in its stream, if the writer counts.",
    "EJ_CorrelationID": "What the event belongs to, by its writer.",
    "EJ_CausationID": (
        "What caused the event, by its writer. For the runtime's own rows, the id of the causing"
        " event."
    ),
    "EJ_Payload": "The payload as delivered, as text.",
    "EJ_PayloadHash": (
        "The payload's hash as delivered. For the runtime's own rows, the SHA-256 of the payload."
    ),
    "MJ_Journal": (
        "The journal that the row was read from. `ozmeta_runtime` for the runtime's own rows."
    ),
    "MJ_RowHash": "SHA-256 of the whole row when it was read.",
    # timeline
    "TL_EventNanos": (
        "The part of EJ_EventTimeUTC beyond the microsecond, in nanoseconds, 0 to 999. It decides"
        " the order. 0 if the journal's type holds only microseconds."
    ),
    "TL_EffectiveUTC": (
        "The time at which the event counts, UTC: the latest time of its stream so far, so that"
        " time never goes back along the order. Null while the event is pending."
    ),
    "approval_event.TL_EffectiveUTC": "The time at which the event counts, UTC.",
    "TL_Position": (
        "The event's position in the object's order, from 1. Null while the event is pending,"
        " which means that its time is after as_of."
    ),
    "approval_event.TL_Position": "The event's position in the object's order.",
    "TL_IsApplied": "Whether the event was applied as a transition.",
    "TL_IsRejected": (
        "Whether first_writer_wins refused the event. A refused event moves nothing, and no rule"
        " sees it."
    ),
    "TL_TransitionCode": "Code of the applied transition.",
    "TL_FromState": "State before the applied transition.",
    "TL_ToState": "State after the applied transition.",
    "TL_State": "State of the object after this event, whether it was applied or not.",
    "TL_RowVersion": "Number of applied transitions up to and including this event.",
    "TL_Anomaly": (
        "What is wrong with the event, null if nothing is: UnknownTransition, UnknownState,"
        " AmbiguousTransition, UndeclaredTransition, IllegalTransition, VersionConflict or"
        " ClockSkew."
    ),
    "TL_Journal": "The journal that the event was read from.",
    "TL_IsUnsynced": (
        "Whether the journal row had no _SyncDate. The event's own time then replaces it."
    ),
    "TL_Replaced": (
        "Whether the event replaced a row with the same id and other content that an earlier run"
        " had read. The quarantine of that run then looks for the replaced row."
    ),
    "TL_ContentHash": (
        "Hash of the journal row without its object, id and _SyncDate. Another row with the same"
        " object and id but another hash is a conflicting duplicate."
    ),
    "TL_MessageKey": (
        "Identifies the message by the columns in `journal.deduplicate_on`. Null if one of them is"
        " empty; only EJ_ID then identifies the event."
    ),
    "TL_Intake": (
        "How the journal row was read: its key, the payload fields that rules use, and the column"
        " names."
    ),
    "PL_Code": "`transition.code` of the payload.",
    "PL_FromState": "`transition.fromState` of the payload.",
    "PL_ToState": "`transition.toState` of the payload.",
    "PL_RowVersion": "`transition.rowVersion` of the payload: the version that its writer saw.",
    "PL_EscalationSignalType": "`escalation.signalType` of the payload.",
    "PL_EscalationSlaCode": "`escalation.slaCode` of the payload.",
    "PL_EscalationLevel": "`escalation.level` of the payload.",
    "PL_Field": (
        "A payload field that a rule uses, as JSON. Null if the event does not have the key,"
        " `null` as text if the event clears it."
    ),
    # workflow instance
    "WI_ID": "Id of the workflow instance, UUIDv7.",
    "WI_ObjectType": "The object type.",
    "WI_ObjectID": "Id of the object.",
    "WF_ID": "Id of the workflow in MetaDB.",
    "WS_CurrentCode": "The state that the object is in.",
    "inline.WS_CurrentCode": (
        "The state that the object is in. Null if the journal has no event of it."
    ),
    "WI_CurrentSinceUTC": "When the object entered its state, UTC.",
    "inline.WI_CurrentSinceUTC": (
        "When the object entered its state, UTC. Null if the journal has no event of it."
    ),
    "WI_LastTransitionCode": "Code of the last applied transition.",
    "WI_LastTransitionUTC": "When the last transition was applied, UTC.",
    "WI_LastActor": "Actor of the last transition, or of the first event if there was none.",
    "WI_RowVersion": "Number of applied transitions.",
    "inline.WI_RowVersion": (
        "Number of applied transitions. Null if the journal has no event of the object."
    ),
    "WI_IsTerminal": "Whether the state is terminal.",
    "WI_FirstEventUTC": "When the object's first event counted, UTC.",
    # SLA timers
    "SC_ID": "Id of the cycle, UUIDv7.",
    "ST_ID": "Id of the timer, UUIDv7.",
    "escalation_queue.ST_ID": "Id of the SLA timer. Null if a transition raised the escalation.",
    "SL_Code": "Code of the SLA.",
    "escalation_queue.SL_Code": "Code of the SLA. Null if a transition raised the escalation.",
    "runtime_signal.SL_Code": "Code of the SLA, if the signal is about one.",
    "ST_StartUTC": "When the cycle started, UTC.",
    "ST_DueUTC": (
        "When the cycle is or was due, UTC. Pauses and closing hours move it. Null while the cycle"
        " is paused and its target has not run, or if its calendar ends before."
    ),
    "ST_StopUTC": "When the cycle stopped or was cancelled, UTC. Null while it runs.",
    "ST_Status": (
        "Running, Warned, Breached or Stopped. A timer that stopped late also has ST_BreachedUTC."
        " A cancelled cycle is Stopped."
    ),
    "ST_Outcome": (
        "Missed once breached, otherwise Met once stopped, Cancelled once `cancelWhen` ended it,"
        " and null while open. With onRestart `resume` or `continue`, a cycle that stopped in time"
        " may go on. So it is null until its object is in a terminal state."
    ),
    "ST_WarnedUTC": (
        "When the warning fell due, UTC. Null if the cycle ended or was breached before."
    ),
    "ST_BreachedUTC": (
        "When the target had run, or when an event lowered the target below what had run, UTC. Null"
        " if the cycle is not missed."
    ),
    "ST_EscalationLevel": "The highest escalation level raised, 0 for none.",
    "ST_ObjectType": "The object type.",
    "ST_ObjectID": "Id of the object.",
    "ST_CycleNo": "Number of the cycle of this SLA, from 1.",
    "escalation_queue.ST_CycleNo": (
        "Number of the cycle when the row was written. Null if a transition raised the escalation."
    ),
    "ST_IsPaused": (
        "Whether `pauseWhen` stops the clock. It does not say whether the desk is closed. False"
        " once the cycle is stopped."
    ),
    "ST_TargetMinutes": (
        "The target that counts for the cycle: the first of `targets` that was true, otherwise the"
        " minutes of its version or of the SLA. With onTargetChange `retarget`, the one in force at"
        " the end."
    ),
    "ST_PolicyVersion": (
        "The version of the SLA that counts for the cycle: its name, otherwise its `from`. Null if"
        " it has neither, if the SLA has no versions, or if the cycle started before all of them."
    ),
    "ST_Calendar": (
        "Code of the calendar that counts for the cycle. Null if its clock always runs."
    ),
    "ST_ElapsedMinutes": (
        "Whole minutes that the clock has run in the cycle, rounded down, as of the last run."
    ),
    "ST_RemainingMinutes": (
        "Whole minutes that the clock may still run until the target, rounded down, as of the last"
        " run. Negative if the cycle is late."
    ),
    "OF_Field": (
        "The object's field at the start of the cycle, as text. Null if no event had it until then."
    ),
    "workflow_instance.OF_Field": (
        "The object's field now, as text. Null if no event had it, or if it was cleared."
    ),
    "ST_IsLatest": "Whether this is the timer's latest cycle, which sla_timer shows.",
    "ST_StartEventID": "Id of the event that started the cycle.",
    "ST_StopEventID": "Id of the event that stopped or cancelled the cycle. Null while it runs.",
    "ST_PausedSeconds": (
        "Seconds of the cycle's pauses by the wall clock: while `pauseWhen` was true, and with"
        " onRestart `resume` between a stop and the next start. A pause that lasts counts up to the"
        " last event that changed the clock or the target. Closing hours are no pause, nor is the"
        " gap under `continue`."
    ),
    "ST_WarnAtUTC": (
        "When the warning is or was due, UTC. Null without warn minutes, or while it is not known."
    ),
    "ST_LevelAtUTC": (
        "When the SLA's escalation of this number is or was due, UTC. Null while it is not known,"
        " or if an acknowledgement prevents it."
    ),
    "ST_LevelAfterUTC": (
        "The instant after which the escalation of this number is raised, UTC. It differs from"
        " ST_Level<n>AtUTC if that is at closing: then it is the next opening."
    ),
    "ST_LevelRaisedUTC": (
        "When the SLA's escalation of this number was raised, UTC. Null if it was not."
    ),
    "ST_NextUTC": (
        "The next threshold, UTC. No run needs to look at this row before it. Null while the cycle"
        " is stopped or paused."
    ),
    "ST_IsCancelled": "Whether `cancelWhen` ended the cycle.",
    "ST_RanMicros": (
        "Microseconds that the clock had run at the last event that changed the cycle's clock or"
        " target."
    ),
    "ST_OpenMicros": (
        "Open time of the calendar until that event, in microseconds. Without a calendar, the time"
        " since 1970."
    ),
    "ST_BreachAtUTC": (
        "When the cycle is breached, unless it stops before, UTC. Null while it is not known."
    ),
    "ST_BreachAfterUTC": (
        "The instant after which the cycle is breached, UTC. It differs from ST_BreachAtUTC if that"
        " is at closing: then it is the next opening."
    ),
    "SL_Status": "Running, Warned, Breached or Stopped. Null if the timer never started.",
    "SL_DueUTC": "When the timer is or was due, UTC.",
    # cycles for reports
    "CF_IsOpen": "Whether the cycle has neither stopped nor been cancelled.",
    "CF_TargetPercent": (
        "ST_ElapsedMinutes in percent of ST_TargetMinutes, rounded down. Null if the target is 0."
    ),
    "CF_LateMinutes": (
        "Minutes by which ST_ElapsedMinutes exceeds ST_TargetMinutes, 0 if it does not. A cycle"
        " that is late by less than a minute has 0."
    ),
    "CF_StartDay": "The UTC day on which the cycle started: its midnight.",
    "CF_StartWeek": "Midnight UTC of the Monday of the week in which the cycle started.",
    "CF_StartMonth": "Midnight UTC of the first day of the month in which the cycle started.",
    "CF_StartWeekday": "The UTC weekday on which the cycle started: 1 for Monday to 7 for Sunday.",
    "CF_StartHour": "The UTC hour in which the cycle started, from 0 to 23.",
    "CF_StopDay": (
        "The UTC day on which the cycle stopped or was cancelled: its midnight. Null while it runs."
    ),
    "CF_StopWeek": (
        "Midnight UTC of the Monday of the week in which the cycle stopped or was cancelled."
        " Null while it runs."
    ),
    "CF_StopMonth": (
        "Midnight UTC of the first day of the month in which the cycle stopped or was"
        " cancelled. Null while it runs."
    ),
    "CF_StopWeekday": (
        "The UTC weekday on which the cycle stopped or was cancelled: 1 for Monday to 7 for"
        " Sunday. Null while it runs."
    ),
    "CF_StopHour": (
        "The UTC hour in which the cycle stopped or was cancelled, from 0 to 23. Null while it"
        " runs."
    ),
    "CF_BreachDay": (
        "The UTC day on which the cycle was breached: its midnight. Null if the cycle is not"
        " missed."
    ),
    "CF_BreachWeek": (
        "Midnight UTC of the Monday of the week in which the cycle was breached. Null if the"
        " cycle is not missed."
    ),
    "CF_BreachMonth": (
        "Midnight UTC of the first day of the month in which the cycle was breached. Null if"
        " the cycle is not missed."
    ),
    "CF_BreachWeekday": (
        "The UTC weekday on which the cycle was breached: 1 for Monday to 7 for Sunday. Null if"
        " the cycle is not missed."
    ),
    "CF_BreachHour": (
        "The UTC hour in which the cycle was breached, from 0 to 23. Null if the cycle is not"
        " missed."
    ),
    # escalations
    "EQ_ID": (
        "Id of the queue entry, UUIDv7. Merge on it: two levels or SLAs can raise one signal for"
        " one object at one instant."
    ),
    "EQ_ObjectType": "The object type.",
    "EQ_ObjectID": "Id of the object.",
    "EQ_SignalCode": "The signal that raised the escalation.",
    "EQ_Severity": "Info, Warning or Critical.",
    "EQ_AssignedToRole": "The role that should act.",
    "EQ_AssignedToPrincipal": "The person or account that should act.",
    "EQ_Status": "Open, Ack (acknowledged) or Closed.",
    "EQ_CreatedUTC": "When the escalation was raised, UTC: the scheduled time.",
    "EQ_ClosedUTC": "When the escalation was closed, UTC.",
    "EQ_Notes": (
        "Notes of the rule. Retracted if a late event undid the cause of the escalation, Cancelled"
        " if `cancelWhen` ended the cycle."
    ),
    "EQ_Level": "The escalation level.",
    # approvals
    "AF_Code": "Code of the approval flow.",
    "approval_event.AF_Code": (
        "The flow that the event names, or the binding's own flow if it names none."
    ),
    "AS_Code": "Code of the step.",
    "approval_event.AS_Code": (
        "The current step, or the one that this event activates. Null if no round is open."
    ),
    "AS_Order": "The step's place in its flow.",
    "AI_ID": "Id of the approval instance, UUIDv7.",
    "AI_ObjectType": "The object type.",
    "AI_ObjectID": "Id of the object.",
    "AI_CurrentStepOrder": (
        "Place of the current step in the flow. After the end of the round, that of the last step"
        " that was active."
    ),
    "AI_Status": "Pending, Approved, Rejected or Withdrawn.",
    "AI_RequestedUTC": "When the round was requested, UTC.",
    "AI_CompletedUTC": "When the round ended, UTC.",
    "AI_LastActor": "Actor of the last event that counted: the request, a vote or the withdrawal.",
    "AI_Round": "Number of the round of this flow, from 1.",
    "AE_ObjectType": "The object type.",
    "AE_ObjectID": "Id of the object.",
    "AE_Kind": "What the event asks for: Request, Approve, Reject or Withdraw.",
    "AE_Voter": "Who votes: `approval.onBehalfOf` of the payload, or else the event's actor.",
    "AE_StepNamed": "The step that the payload names, if any.",
    "AE_Effect": (
        "Requested opens a round. Resubmitted withdraws the open round and opens the next."
        " Approved, Rejected and Withdrawn decide a step. Voted counts; OutOfTurn and Ignored do"
        " not. Null if no round is open."
    ),
    "AE_Reason": (
        "Why the event does not count, null if it does: NoFlow, UnknownFlow, UnknownStep,"
        " NoOpenRound, OutOfTurn, RoundIsOpen, NoVoter, or RefusedByPolicy (first_writer_wins"
        " refused the event)."
    ),
    "AE_Approvals": (
        "Number of voters who approve the step after this event. For a Resubmitted event, the step"
        " that it withdraws."
    ),
    "AE_Rejections": "Number of voters who reject that step.",
    "AE_Version": "Version of the flow that the round was opened under, from 1.",
    "AE_Stage": "Number of the current step, from 1. 0 if no round is open.",
    "AE_StageBefore": "Number of the step that was current before a request.",
    "AE_StageAfter": "Number of the step that is current after the event. 0 if the round ended.",
    "AE_FlowHash": (
        "For a request, the hash of the steps, quorums and vetoes that apply to its round."
    ),
    "AP_ObjectType": "The object type.",
    "AP_ObjectID": "Id of the object.",
    "AP_Round": (
        "Number of the round of this flow, from 1. A request after the end of a round opens the"
        " next."
    ),
    "approval_event.AP_Round": "The round that the event belongs to. Null if it belongs to none.",
    "AP_Outcome": (
        "Waiting (not active yet), Pending, Approved, Rejected, Withdrawn (while it was active), or"
        " Skipped (the round ended before it was active)."
    ),
    "AP_ActivatedUTC": (
        "When the step became active, UTC: the time of the request, or of the vote that passed the"
        " step before."
    ),
    "AP_DecidedUTC": "When the step was decided or the request withdrawn, UTC.",
    "AP_Quorum": "Number of approvals that the step needs.",
    "AP_Approvals": "Number of voters who approve, by the last vote of each.",
    "AP_Rejections": "Number of voters who reject, by the last vote of each.",
    "AP_OutOfTurn": (
        "Number of votes on other steps of the flow while this step was active. None of them"
        " counted."
    ),
    "AP_Ignored": (
        "Number of other events without effect while the step was active: votes without a voter,"
        " and requests while the round was open."
    ),
    "AP_ActivatedEventID": "Id of the event that activated the step.",
    "AP_DecidedEventID": "Id of the event that decided the step.",
    "AP_LastActor": "Actor of the last event that counted: the request, a vote or the withdrawal.",
    "AP_StepNo": "Number of the step in its round, from 1.",
    "AP_Roles": "Codes of the roles that are asked, separated by commas.",
    # signals
    "RS_SignalCode": (
        "Code of the signal: SLA.Warned, SLA.Breached, Escalation.Raised, Approval.Requested, or"
        " the signal that an EmitSignal action names."
    ),
    "RS_Kind": (
        "Raised, or Retracted if a late event undid an earlier row. Backfilled instead of Raised"
        " if it was due before `journal.signals_from`."
    ),
    "RS_Number": "1 when first raised, 2 when retracted, 3 when raised again, and so on.",
    "RS_Severity": "Info, Warning or Critical.",
    "RS_ObjectType": "The object type.",
    "RS_ObjectID": "Id of the object.",
    "RS_ScheduledUTC": "When the signal fell due or happened, UTC.",
    "RS_NoticedUTC": "as_of of the run that noticed it, UTC.",
    "RS_Subject": (
        "The table of the row that the signal is about: sla_cycle, escalation_queue, approval_step"
        " or timeline."
    ),
    "RS_SubjectKey": (
        "`_Key` of that row. For an event, a text of `_ObjectKey` and EJ_ID, or of its message."
    ),
    "RS_CausingEventID": (
        "Id of the event that started the cycle, requested the approval or took the transition."
    ),
    "RS_Level": "The escalation level, if the signal is about one.",
    "RS_Notes": "Notes of the rule.",
    "RS_Description": (
        "What the signal says, from the seed ozmeta_signal_type. Null if the seed does not have the"
        " signal, or if `dbt seed` has not loaded it."
    ),
    "RS_RetentionDays": (
        "For how many days a signal of this type should be kept, from MetaDB or from the seed"
        " ozmeta_signal_type. `ozmeta-dbt purge` keeps the object so long if MetaDB says it."
    ),
    # quarantine
    "QR_Reason": (
        "Why the row was refused: Purged, MissingEventID, MissingObjectID, MissingEventType,"
        " MissingEventTime, MissingTenant, MalformedPayload or ConflictingDuplicate."
    ),
    "QR_Rows": "Number of identical journal rows.",
    "QR_ObjectType": "The object type.",
    "QR_ObjectID": "Id of the object as delivered.",
    "QR_EventID": "Id of the event as delivered.",
    "QR_EventType": "Type of the event as delivered.",
    "QR_EventTime": "Time of the event as delivered, as text.",
    "QR_SourceSystem": "The source system as delivered.",
    "QR_Sequence": "The sequence as delivered, as text.",
    "QR_Actor": "The actor as delivered. Null if the row is Purged.",
    "QR_Payload": "The payload as delivered, as text.",
    "QR_Journal": "The journal that the row was read from.",
    "QR_ContentHash": (
        "Hash of the row without its object, id and _SyncDate, as TL_ContentHash in the timeline."
    ),
    # runs
    "RUN_Batch": (
        "The number that the run's rows have in _Batch: when dbt began, UTC, and two more digits."
    ),
    "RUN_Number": "1 for the first completed run since the last full refresh, 2 for the next.",
    "RUN_InvocationID": "dbt's invocation_id, as in its logs and artifacts.",
    "RUN_Journal": "The journal.",
    "RUN_AsOfUTC": "as_of of the run, UTC.",
    "RUN_WatermarkUTC": (
        "The watermark: the instant up to which the journal was read, UTC. The next run starts"
        " here, minus the lookback."
    ),
    "RUN_EventsFolded": "Number of events of that journal that the run folded.",
    "RUN_ObjectsFolded": "Number of objects that these events belong to.",
    # time in state
    "TS_ObjectType": "The object type.",
    "TS_ObjectID": "Id of the object.",
    "WS_Code": "The state.",
    "TS_EnteredUTC": "When the object entered the state, UTC.",
    "TS_LeftUTC": "When the object left the state, UTC. Null if it is still there.",
    "TS_Seconds": (
        "Length of the stay in seconds, up to the as_of of the last completed run if it still"
        " lasts."
    ),
    "TS_IsCurrent": "Whether the object is still in the state.",
    "TS_IsTerminal": "Whether the state is terminal.",
    "TS_ObjectAgeSeconds": (
        "Seconds from the object's first event to the as_of of the last completed run."
    ),
    # the daily backlog
    "BL_ObjectType": "The object type.",
    "BL_Day": "The UTC day: its midnight. A day before 1970 counts as 1970-01-01.",
    "BL_Objects": "Number of objects that were in the state at the end of the day.",
    "BL_Entered": (
        "How often an object came to the state on the day, from another one or with its first"
        " event."
    ),
    "BL_Left": "How often an object left the state on the day.",
    "BL_IsTerminal": "Whether the state is terminal. The objects in the other states are open.",
    "BL_IsComplete": (
        "Whether the day was over at the as_of of the last run. False for the last day, whose"
        " numbers are those at as_of. A late event may still change a day that is over."
    ),
    # the whole journal
    "JV_Journal": "The journal.",
    "JV_Day": (
        "The day on which the rows reached the journal, midnight UTC. Null for rows without"
        " _SyncDate."
    ),
    "JV_Rows": "Number of rows. 0 if rows that were counted once are gone.",
    "UO_Journal": "The journal.",
    "UO_Rows": "Number of rows.",
    "UO_FirstDay": (
        "The day on which the first of the rows reached the journal, UTC. Null if no row has a"
        " _SyncDate."
    ),
    "UO_LastDay": "The day on which the last of the rows reached the journal.",
    "UO_NearestBinding": "The binding with the most similar name or object type, null if none is.",
    # calendars
    "calendar_window._Key": "The calendar, and where the row's open time begins.",
    "CW_Calendar": (
        "The calendar's key: a hash of its definition. A changed calendar has a new key, and the"
        " rows of the old one stay until a full refresh."
    ),
    "CW_Code": "The calendar's code.",
    "CW_FromUTC": (
        "When the open window begins that the row is a part of. Windows that meet are one."
    ),
    "CW_ToUTC": "When that window ends.",
    "CW_Bucket": "Number of the 8 hours of open time that the row is a part of, from 0.",
    "CW_Open": (
        "Microseconds of open time from the start of the calendar to the start of the row. -1 in"
        " the row that only shows when the calendar first opens."
    ),
    "CW_OpenEnd": "Microseconds of open time to the end of the row.",
    "CW_From": "When the row begins, in microseconds since 1970.",
    "CW_Next": (
        "From when on the clock advances after the end of the row, in microseconds since 1970: the"
        " next opening, or the row's own end. Null if the calendar does not open again."
    ),
    "calendar_piece._Key": "The calendar, and when the row begins.",
    "CP_Calendar": "The calendar's key, as in ozmeta_calendar_window.",
    "CP_Code": "The calendar's code.",
    "CP_Day": "The row's UTC day, in days since 1970.",
    "CP_From": "When the row begins, in microseconds since 1970.",
    "CP_To": "When it ends, in microseconds since 1970.",
    "CP_Open": "Microseconds of open time from the start of the calendar to the start of the row.",
    "CP_IsOpen": "1 if the calendar is open in the row, else 0.",
    "CP_WasOpen": "1 if the calendar is open just before the row, else 0.",
    "CP_Next": (
        "The first instant of the row or after it that is open, in microseconds since 1970. Null if"
        " the calendar does not open again."
    ),
}


@dataclass(frozen=True)
class Column:
    """A column of one model. `about` says what a shared description refers to in this column."""

    name: str
    key: str  # in DESCRIPTIONS
    about: str = ""

    @property
    def text(self) -> str:
        return (f"{self.about}: " if self.about else "") + DESCRIPTIONS[self.key]

    @property
    def reference(self) -> str:
        """The description as a properties file has it: a reference to the doc block."""
        about = f"{yaml_text(self.about)}: " if self.about else ""
        return f'{about}{{{{ doc("{PACKAGE}", "{block_name(self.key)}") }}}}'


def columns_of(model: str, names: Iterable[str]) -> list[Column]:
    own = ((name, f"{model}.{name}") for name in names)
    return [Column(name, key if key in DESCRIPTIONS else name) for name, key in own]


def block_name(key: str) -> str:
    return "ozmeta_" + key.replace(".", "_")


def doc_blocks() -> str:
    """models/columns.md of the dbt package: a doc block for each description."""
    blocks = [
        f"{{% docs {block_name(key)} %}}\n{textwrap.fill(text, 118)}\n{{% enddocs %}}\n"
        for key, text in DESCRIPTIONS.items()
    ]
    return "\n".join(blocks)
