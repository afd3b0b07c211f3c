"""One object's story out of its tables: each event in the fold's order with what it did, and between them what time did."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

Row = dict[str, Any]
Facts = dict[str, list[Row]]  # {model: rows}, values as text: instants in epoch micros, see the macro rows_as_text

REASONS = {
    "UnknownTransition": "its workflow has no such transition",
    "UnknownState": "its workflow has no such state",
    "AmbiguousTransition": "its transitions of that name lead to different states, and the current state doesn't decide",
    "UndeclaredTransition": "no transition leads there",
    "IllegalTransition": "not from this state",
    "VersionConflict": "its writer had seen another version",
    "ClockSkew": "its writer's clock went back, so it counts at the latest time its writer had reached; it says",
}


@dataclass
class Line:
    at: int
    position: str = ""  # none: time alone did it
    what: str = ""
    effects: list[str] = field(default_factory=list)


def instant(micros: str | int | None) -> str:
    if micros is None:
        return ""
    time = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(micros))
    return time.isoformat(" ", "seconds" if not time.microsecond else "microseconds")


def duration(micros: int) -> str:
    minutes, seconds = divmod(abs(micros) // 1_000_000, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(parts[:2]) or "0 min"


def objects(facts: Facts) -> dict[str, Facts]:
    """{object key: its facts}: an id may be several tenants'. Rows as they were delivered may lack the tenant: they go with the tenant's object, or each alone."""
    delivered = ("quarantine", "journal")
    found: dict[str, Facts] = defaultdict(lambda: {model: [] for model in facts})
    for model, rows in facts.items():
        for row in rows:
            if "_ObjectKey" in row and model not in delivered:
                found[row["_ObjectKey"]][model].append(row)
    keys = {tenant(one): key for key, one in found.items()}
    for model in delivered:
        for row in facts.get(model, []):
            if row.get("_DeleteDate") is None:
                key = keys.get(row["_TenantID"]) or (next(iter(found)) if len(found) == 1 else f"delivered of {row['_TenantID']}")
                found[key][model].append(row)
    for one in found.values():
        one["run"] = facts.get("run", [])
    return dict(sorted(found.items(), key=lambda item: str(tenant(item[1]))))


def rename(facts: Facts, aliases: dict[str, str]) -> None:
    """Event types by their names of today: the timeline keeps those of the journal. aliases: {old: new}, of ozmeta.yml."""
    for row in facts.get("timeline", []):
        row["EJ_EventType"] = aliases.get(row["EJ_EventType"] or "", row["EJ_EventType"])


def tenant(facts: Facts) -> str | None:
    return next((row["_TenantID"] for model in ("workflow_instance", "timeline", "quarantine") for row in facts.get(model, [])), None)


def live(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["_DeleteDate"] is None]


def chronology(facts: Facts) -> list[Line]:
    """What happened, in the order it counts: events by position; what time did stands after the events of the same instant."""
    events = {row["EJ_ID"]: event_line(row) for row in sorted(facts["timeline"], key=lambda r: int(r["TL_Position"] or 0)) if row["TL_Position"]}
    moments: dict[int, Line] = {}

    def happens(at: str, effect: str, event: str | None = None) -> None:
        line = events[event] if event in events else moments.setdefault(int(at), Line(int(at), what="time passes"))
        line.effects.append(effect)

    def event_at(at: str, kind: str) -> str | None:
        """The first event of that instant which could have done it: an applied one, or an answer to escalations."""
        fits = (row["EJ_ID"] for row in facts["timeline"] if row["TL_Position"] and row["TL_EffectiveUTC"] == at and (row["TL_IsApplied"] == "true" if kind == "applied" else row["EJ_EventType"] == kind))
        return next(fits, None)

    for at, effect, event in approval_effects(facts):
        happens(at, effect, event)
    cycles = sorted(live(facts.get("sla_cycle", [])), key=lambda r: (r["SL_Code"], int(r["ST_CycleNo"])))
    for cycle in cycles:
        name = cycle["SL_Code"] + (f" (cycle {cycle['ST_CycleNo']})" if cycle["ST_CycleNo"] != "1" else "")
        happens(cycle["ST_StartUTC"], f"starts {name}, due {instant(cycle['ST_DueUTC'])}{paused(cycle)}", cycle["ST_StartEventID"])
        if cycle["ST_WarnedUTC"] is not None:
            happens(cycle["ST_WarnedUTC"], f"{name} is warned")
        if cycle["ST_BreachedUTC"] is not None:
            happens(cycle["ST_BreachedUTC"], f"{name} is breached: still running when it was due")
        if cycle["ST_StopUTC"] is not None:
            happens(cycle["ST_StopUTC"], f"stops {name}, {kept(cycle)}", cycle["ST_StopEventID"])
    stops = {(cycle["ST_ID"], cycle["ST_StopUTC"]): cycle["ST_StopEventID"] for cycle in cycles}
    for entry in sorted(facts.get("escalation_queue", []), key=lambda r: (int(r["EQ_CreatedUTC"]), int(r["EQ_Level"]))):
        name = escalation(entry)
        if entry["_DeleteDate"] is not None:
            happens(entry["EQ_CreatedUTC"], f"had raised {name}; retracted as of {instant(entry['_DeleteDate'])}, since its cause is no more")
            continue
        happens(entry["EQ_CreatedUTC"], f"raises {name}", None if entry["SL_Code"] else event_at(entry["EQ_CreatedUTC"], "applied"))
        if entry["EQ_ClosedUTC"] is not None:
            happens(entry["EQ_ClosedUTC"], f"closes {name}", stops.get((entry["ST_ID"], entry["EQ_ClosedUTC"])) or event_at(entry["EQ_ClosedUTC"], "Escalation.Closed"))
        for row in facts["timeline"]:
            if acknowledges(row, entry):
                happens(row["TL_EffectiveUTC"], f"acknowledges {name}", row["EJ_ID"])
    return sorted([*events.values(), *moments.values()], key=lambda line: (line.at, not line.position, int(line.position or 0)))


def approval_effects(facts: Facts) -> list[tuple[str, str, str]]:
    """(instant, effect, event id) of the rounds of approval. What opened, passed or ended one is in the tables; the votes between are told by the events' types,
    so that of a journal which has other names for them, or of votes that name no flow where there are several, only the counts at the end are told."""
    rows = sorted(live(facts.get("approval_step", [])), key=lambda r: (r["AF_Code"], int(r["AP_Round"]), int(r["AS_Order"])))
    single = len({row["AF_Code"] for row in rows}) == 1
    positions = {row["EJ_ID"]: int(row["TL_Position"]) for row in facts["timeline"] if row["TL_Position"]}
    found: list[tuple[str, str, str]] = []
    for place, row in enumerate(rows):
        if row["AP_ActivatedUTC"] is None:
            continue
        before = rows[place - 1] if place else None
        opens = before is None or (before["AF_Code"], before["AP_Round"]) != (row["AF_Code"], row["AP_Round"])
        after = rows[place + 1] if place + 1 < len(rows) else None
        is_last = after is None or (after["AF_Code"], after["AP_Round"]) != (row["AF_Code"], row["AP_Round"])
        asks = f"{row['AS_Code']} is asked: {row['AP_Quorum']} to approve" + (f", of {row['AP_Roles']}" if row["AP_Roles"] else "")
        found.append((row["AP_ActivatedUTC"], (f"opens round {row['AP_Round']} of {row['AF_Code']}; " if opens else "") + asks, row["AP_ActivatedEventID"]))
        votes: dict[str, str] = {}
        begun, decided = positions.get(row["AP_ActivatedEventID"], 0), positions.get(row["AP_DecidedEventID"] or "")
        for event in sorted((e for e in facts["timeline"] if begun < positions.get(e["EJ_ID"], 0) <= (decided or len(positions))), key=lambda e: positions[e["EJ_ID"]]):
            kind = event["EJ_EventType"].removeprefix("Approval.")
            flow, step, other = (said(event.get(f"PL_approval_{name}")) for name in ("flow", "step", "onBehalfOf"))
            if kind not in ("Approved", "Rejected") or event["TL_IsRejected"] == "true" or (flow != row["AF_Code"] if flow else not single):
                continue
            voter = other or event["EJ_Actor"]
            if step and step != row["AS_Code"]:
                effect = f"a vote on {step} while it is {row['AS_Code']}'s turn: out of turn"
            elif not voter:
                effect = f"a vote of nobody on {row['AS_Code']}: ignored"
            else:
                votes[voter] = kind
                effect = f"{'approves' if kind == 'Approved' else 'rejects'} {row['AS_Code']}{f' for {other}' if other else ''} ({list(votes.values()).count('Approved')} of {row['AP_Quorum']})"
            found.append((event["TL_EffectiveUTC"], effect, event["EJ_ID"]))
        if row["AP_DecidedUTC"] is not None:
            outcome = f"passes {row['AS_Code']} with {row['AP_Approvals']} of {row['AP_Quorum']}" if row["AP_Outcome"] == "Approved" else f"{row['AS_Code']} is {row['AP_Outcome'].lower()}, {row['AP_Approvals']} for and {row['AP_Rejections']} against"
            ends = f"; round {row['AP_Round']} of {row['AF_Code']} is {row['AP_Outcome'].lower()}" if is_last or row["AP_Outcome"] != "Approved" else ""
            found.append((row["AP_DecidedUTC"], outcome + ends, row["AP_DecidedEventID"]))
    # a vote that lets a step pass is told before the turn of the next
    return sorted(found, key=lambda item: (positions.get(item[2], 0), "is asked" in item[1]))


def said(raw: str | None) -> str | None:
    """The text of a payload field that the timeline keeps as JSON; none where it is no single value."""
    value = json.loads(raw) if raw else None
    return None if isinstance(value, (dict, list)) or value is None else value if isinstance(value, str) else raw


def acknowledges(row: Row, entry: Row) -> bool:
    """SPEC 6: from when it was raised until it was closed, and as the payload narrows it."""
    if row["EJ_EventType"] != "Escalation.Acknowledged" or not row["TL_Position"] or row["TL_IsRejected"] == "true":
        return False
    at, until = int(row["TL_EffectiveUTC"]), entry["EQ_ClosedUTC"]
    asked = ((row["PL_EscalationSignalType"], entry["EQ_SignalCode"]), (row["PL_EscalationSlaCode"], entry["SL_Code"]), (row["PL_EscalationLevel"], entry["EQ_Level"]))
    return int(entry["EQ_CreatedUTC"]) <= at and (until is None or at < int(until)) and all(want is None or want == have for want, have in asked)


def escalation(entry: Row) -> str:
    who = " and ".join(part for part in (entry["EQ_AssignedToRole"] and f"role {entry['EQ_AssignedToRole']}", entry["EQ_AssignedToPrincipal"]) if part) or "nobody"
    return f"{entry['EQ_Severity']} {entry['EQ_SignalCode']} level {entry['EQ_Level']}" + (f" of {entry['SL_Code']}" if entry["SL_Code"] else "") + f" to {who}"


def event_line(row: Row) -> Line:
    stream = f", {row['EJ_SourceSystem']}" + (f" no. {row['EJ_Sequence']}" if row["EJ_Sequence"] else "") if row["EJ_SourceSystem"] else ""
    line = Line(int(row["TL_EffectiveUTC"]), row["TL_Position"], f"{row['EJ_EventType']} ({row['EJ_ID']}{stream})" + (f" by {row['EJ_Actor']}" if row["EJ_Actor"] else ""))
    anomaly = row["TL_Anomaly"]
    mark = f"{anomaly}: {REASONS.get(anomaly, '')}" if anomaly else ""
    if row["TL_IsRejected"] == "true":
        line.effects.append(f"refused, {mark}")
    elif row["TL_IsApplied"] == "true":
        line.effects.append(f"{row['TL_FromState']} → {row['TL_ToState']}" + (f" by {row['TL_TransitionCode']}" if row["TL_TransitionCode"] else ""))
        line.effects += [f"applied, but marked {mark}"] if anomaly not in (None, "ClockSkew") else []
    elif anomaly not in (None, "ClockSkew"):
        line.effects.append(f"moves nothing, {mark}")
    if anomaly == "ClockSkew":
        line.effects.append(f"{mark} {instant(row['EJ_EventTimeUTC'])}")
    return line


def paused(cycle: Row) -> str:
    seconds = int(cycle["ST_PausedSeconds"] or 0)
    return f" with pauses of {duration(seconds * 1_000_000)} taken out" if seconds else ""


def kept(cycle: Row) -> str:
    by = int(cycle["ST_StopUTC"]) - int(cycle["ST_DueUTC"])
    return f"{duration(by)} late" if cycle["ST_BreachedUTC"] is not None else f"in time by {duration(by)}"


def coming(facts: Facts) -> list[str]:
    """What is waited for, and what time alone will do next."""
    asked = [row for row in live(facts.get("approval_step", [])) if row["AP_Outcome"] == "Pending"]
    waits = [f"{row['AS_Code']} of {row['AF_Code']}: {row['AP_Approvals']} of {row['AP_Quorum']} approve" + (f", asked of {row['AP_Roles']}" if row["AP_Roles"] else "") + f" since {instant(row['AP_ActivatedUTC'])}" for row in asked]
    return waits + [f"{row['SL_Code']}: {row['ST_Status'].lower()}, next threshold {instant(row['ST_NextUTC'])}" for row in live(facts.get("sla_timer", [])) if row["ST_NextUTC"] is not None]


def show(binding: str, object_id: str, facts: Facts, out: Console) -> None:
    run = facts["run"][0] if facts.get("run") else None
    instance = next(iter(live(facts.get("workflow_instance", []))), None)
    whose = f" of tenant {tenant(facts)}" if tenant(facts) else ""
    stands = f"is {instance['WS_CurrentCode']} since {instant(instance['WI_CurrentSinceUTC'])}" if instance else ""
    when = f"as of {instant(run['RUN_AsOfUTC'])} (run {run['RUN_Batch']})" if run else ""
    out.print(escape(f"{binding} {object_id}{whose} {stands} {when}".replace("  ", " ").strip()), style="bold")
    table = Table("#", "counts at (UTC)", Column("event", overflow="fold"), Column("what it did", overflow="fold"), box=None, pad_edge=False)
    for line in chronology(facts):
        table.add_row(line.position, instant(line.at), escape(line.what), escape("\n".join(line.effects) or "nothing"))
    out.print(table)
    for row in facts["timeline"]:
        if row["TL_Position"] is None:
            out.print(escape(f"pending: {row['EJ_EventType']} ({row['EJ_ID']}), from the first run as of {instant(row['EJ_EventTimeUTC'])} or later"))
    for row in facts.get("quarantine", []):
        out.print(escape(f"quarantined, {row['QR_Reason']}: {row['QR_EventType']} ({row['QR_EventID']}), delivered {instant(row['_SyncDate'])}, {row['QR_Payload']}"))
    for text in coming(facts):
        out.print(escape(f"to come: {text}"))
