"""Explain one object from its tables: each event in the fold's order with its effect, and between
them the effects of time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from ozmeta_dbt.operations.facts import Facts, Row, instant, live
from ozmeta_dbt.operations.timers import clocks, timer_effects

REASONS = {
    "UnknownTransition": "its workflow has no such transition",
    "UnknownState": "its workflow has no such state",
    "AmbiguousTransition": (
        "its transitions of that name lead to different states, and the current state doesn't"
        " decide"
    ),
    "UndeclaredTransition": "no transition leads there",
    "IllegalTransition": "not from this state",
    "VersionConflict": "its writer had seen another version",
    "ClockSkew": (
        "its writer's clock went back, so it counts at the latest time its writer had reached; it"
        " says"
    ),
}


@dataclass
class Line:
    at: int
    position: str = ""  # none: time alone did it
    what: str = ""
    effects: list[tuple[int, str]] = field(default_factory=list)  # with its place in RANKS


# What happens at one instant, in the order it counts: what an event does, then what time does.
RANKS = (
    "event",
    "approval",
    "stop",
    "close",
    "start",
    "raise",
    "acknowledge",
    "warned",
    "breached",
    "level",
)


def objects(facts: Facts) -> dict[str, Facts]:
    """{object key: its facts}. Several tenants may use one id. Rows as they were delivered may lack
    the tenant: they belong to the tenant's object, or form one of their own.
    """
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
                key = keys.get(row["_TenantID"]) or (
                    next(iter(found)) if len(found) == 1 else f"delivered of {row['_TenantID']}"
                )
                found[key][model].append(row)
    for one in found.values():
        one["run"] = facts.get("run", [])
    return dict(sorted(found.items(), key=lambda item: str(tenant(item[1]))))


def rename(facts: Facts, aliases: dict[str, str]) -> None:
    """Event types by their current names, because the timeline keeps the journal's names. aliases:
    {old: new} of ozmeta.yml.
    """
    for row in facts.get("timeline", []):
        row["EJ_EventType"] = aliases.get(row["EJ_EventType"] or "", row["EJ_EventType"])


def tenant(facts: Facts) -> str | None:
    return next(
        (
            row["_TenantID"]
            for model in ("workflow_instance", "timeline", "quarantine")
            for row in facts.get(model, [])
        ),
        None,
    )


def chronology(facts: Facts) -> list[Line]:
    """What happened, in the order in which it counts: events by position. The effects of time come
    after the events of the same instant.
    """
    counted = sorted(
        (row for row in facts["timeline"] if row["TL_Position"]),
        key=lambda row: int(row["TL_Position"]),
    )
    events = {row["EJ_ID"]: event_line(row) for row in counted}
    moments: dict[int, Line] = {}

    def happens(rank: str, at: str | int, effect: str, event: str | None = None) -> None:
        line = (
            events[event]
            if event in events
            else moments.setdefault(int(at), Line(int(at), what="time passes"))
        )
        line.effects.append((RANKS.index(rank), effect))

    def closed_by(entry: Row) -> str | None:
        """The event that closed the escalation, if its timer's stop did not."""
        fits = (
            row["EJ_ID"]
            for row in counted
            if row["EJ_EventType"] == "Escalation.Closed"
            and row["TL_EffectiveUTC"] == entry["EQ_ClosedUTC"]
            and means(row, entry)
        )
        return next(fits, None)

    for at, effect, event in approval_effects(facts):
        happens("approval", at, effect, event)
    for rank, when, text, cause in timer_effects(facts):
        happens(rank, when, text, cause)
    stops = {
        (cycle["ST_ID"], cycle["ST_StopUTC"]): cycle["ST_StopEventID"]
        for cycle in live(facts.get("sla_cycle", []))
    }
    for entry in sorted(facts.get("escalation_queue", []), key=in_turn):
        name, created, closed = escalation(entry), entry["EQ_CreatedUTC"], entry["EQ_ClosedUTC"]
        if entry["_DeleteDate"] is not None:
            happens(
                "level",
                created,
                f"had raised {name}; retracted as of {instant(entry['_DeleteDate'])}, since its"
                " cause is no more",
            )
            continue
        raised_by = (
            None if entry["SL_Code"] else key_parts(entry["_Key"])[2]
        )  # a transition's event is part of the key
        at_once = (
            bool(entry["SL_Code"]) and closed == created
        )  # raised by time, at the very instant that stops the timer
        happens(
            "raise" if raised_by else "level",
            created,
            f"raises {name}"
            + (", closed at once: its timer stops at that instant" if at_once else ""),
            raised_by,
        )
        if closed is not None and not at_once:
            happens(
                "close",
                closed,
                f"closes {name}",
                stops.get((entry["ST_ID"], closed)) or closed_by(entry),
            )
        for row in counted:
            if acknowledges(row, entry):
                happens("acknowledge", row["TL_EffectiveUTC"], f"acknowledges {name}", row["EJ_ID"])
    lines = [*events.values(), *moments.values()]
    for line in lines:
        line.effects.sort(key=lambda effect: effect[0])
    return sorted(lines, key=lambda line: (line.at, not line.position, int(line.position or 0)))


def in_turn(entry: Row) -> tuple[int, bool, str, int]:
    """Of several levels raised at one instant, those of a warning come first."""
    return (
        int(entry["EQ_CreatedUTC"]),
        entry["EQ_SignalCode"] != "SLA.Warned",
        entry["SL_Code"] or "",
        int(entry["EQ_Level"]),
    )


def approval_effects(facts: Facts) -> list[tuple[str, str, str]]:
    """(instant, effect, event id) of each approval event, in the order in which they count. The
    effect is what the event did, or why it did nothing.
    """
    steps = {
        (row["AF_Code"], row["AP_Round"], row["AP_StepNo"]): row
        for row in live(facts.get("approval_step", []))
    }
    events = sorted(live(facts.get("approval_event", [])), key=lambda row: int(row["TL_Position"]))
    return [
        (event["TL_EffectiveUTC"], effect, event["EJ_ID"])
        for event in events
        for effect in effects_of(event, steps)
    ]


Steps = dict[tuple[str | None, str | None, str | None], Row]


def effects_of(event: Row, steps: Steps) -> list[str]:
    """What one approval event did."""
    flow, round_no, step, effect = (
        event[c] for c in ("AF_Code", "AP_Round", "AS_Code", "AE_Effect")
    )
    if event["AE_Reason"]:
        why = why_not_counted(event)
        return [why] if why else []

    def asks(number: str | None) -> str:
        row = steps[flow, round_no, number]
        of = f", of {row['AP_Roles']}" if row["AP_Roles"] else ""
        return f"{row['AS_Code']} is asked: {row['AP_Quorum']} to approve{of}"

    if effect == "Requested":
        return [f"opens round {round_no} of {flow}; {asks('1')}"]
    if effect == "Resubmitted":
        before = int(round_no or 0) - 1
        return [f"withdraws round {before} of {flow} and opens round {round_no}; {asks('1')}"]
    row = steps[flow, round_no, event["AE_Stage"]]
    votes = f"{event['AE_Approvals']} of {row['AP_Quorum']}"
    told = []
    if event["AE_Kind"] in ("Approve", "Reject"):
        behalf = f" for {event['AE_Voter']}" if event["AE_Voter"] != event["EJ_Actor"] else ""
        told.append(f"{event['AE_Kind'].lower()}s {step}{behalf} ({votes})")
    if effect == "Approved":
        told.append(f"passes {step} with {votes}")
        ends = event["AE_StageAfter"] == "0"
        told[-1] += f"; round {round_no} of {flow} is approved" if ends else ""
        told += [] if ends else [asks(event["AE_StageAfter"])]
    elif effect in ("Rejected", "Withdrawn"):
        outcome = effect.lower()
        told.append(
            f"{step} is {outcome}, {event['AE_Approvals']} for and {event['AE_Rejections']}"
            f" against; round {round_no} of {flow} is {outcome}"
        )
    return told


def why_not_counted(event: Row) -> str | None:
    """The reason in words. None if the fold refused the event: its line already says that."""
    flow, step, named = event["AF_Code"], event["AS_Code"], event["AE_StepNamed"]
    what = "a request" if event["AE_Kind"] == "Request" else "a vote"
    return {
        "NoFlow": "names no approval flow, and the binding has none of its own: counts nowhere",
        "UnknownFlow": (
            f"names the approval flow {flow}, which the binding does not have: counts nowhere"
        ),
        "NoOpenRound": f"no round of {flow} is open: counts nowhere",
        "UnknownStep": f"a vote on {named}, which is not a step of {flow}: counts nowhere",
        "OutOfTurn": f"a vote on {named} while it is {step}'s turn: out of turn",
        "RoundIsOpen": f"a request while a round of {flow} is open: ignored",
        "NoVoter": f"{what} of nobody on {step}: ignored",
    }.get(event["AE_Reason"])


def acknowledges(row: Row, entry: Row) -> bool:
    """SPEC 6: an event answers an escalation from when it was raised until it was closed, if the
    payload does not exclude it.
    """
    at, until = int(row["TL_EffectiveUTC"]), entry["EQ_ClosedUTC"]
    return (
        row["EJ_EventType"] == "Escalation.Acknowledged"
        and int(entry["EQ_CreatedUTC"]) <= at
        and (until is None or at < int(until))
        and means(row, entry)
    )


def means(row: Row, entry: Row) -> bool:
    """Whether a rule-visible event answers this entry of the queue: its payload may narrow which
    ones it means.
    """
    asked = (
        (row["PL_EscalationSignalType"], entry["EQ_SignalCode"]),
        (row["PL_EscalationSlaCode"], entry["SL_Code"]),
        (row["PL_EscalationLevel"], entry["EQ_Level"]),
    )
    return row["TL_IsRejected"] != "true" and all(
        want is None or want == have for want, have in asked
    )


def key_parts(key: str) -> list[str | None]:
    """The parts of a natural key. Their lengths follow them: `4711|acme|4.4` is 4711 and acme. A
    part without a length is null.
    """
    text, _, lengths = key.rpartition("|")
    parts: list[str | None] = []
    place = 0
    for length in lengths.split("."):
        parts.append(text[place : place + int(length)] if length else None)
        place += int(length or 0) + 1
    return parts


def escalation(entry: Row) -> str:
    who = (
        " and ".join(
            part
            for part in (
                entry["EQ_AssignedToRole"] and f"role {entry['EQ_AssignedToRole']}",
                entry["EQ_AssignedToPrincipal"],
            )
            if part
        )
        or "nobody"
    )
    return (
        f"{entry['EQ_Severity']} {entry['EQ_SignalCode']} level {entry['EQ_Level']}"
        + (f" of {entry['SL_Code']}" if entry["SL_Code"] else "")
        + f" to {who}"
    )


def event_line(row: Row) -> Line:
    stream = (
        f", {row['EJ_SourceSystem']}" + (f" no. {row['EJ_Sequence']}" if row["EJ_Sequence"] else "")
        if row["EJ_SourceSystem"]
        else ""
    )
    line = Line(
        int(row["TL_EffectiveUTC"]),
        row["TL_Position"],
        f"{row['EJ_EventType']} ({row['EJ_ID']}{stream})"
        + (f" by {row['EJ_Actor']}" if row["EJ_Actor"] else ""),
    )
    anomaly = row["TL_Anomaly"]
    mark = f"{anomaly}: {REASONS.get(anomaly, '')}" if anomaly else ""
    told: list[str] = []
    if row["TL_IsRejected"] == "true":
        told.append(f"rejected, {mark}; no rule sees it")
    elif row["TL_IsApplied"] == "true":
        told.append(
            f"{row['TL_FromState']} → {row['TL_ToState']}"
            + (f" by {row['TL_TransitionCode']}" if row["TL_TransitionCode"] else "")
        )
        told += [f"applied, but marked {mark}"] if anomaly not in (None, "ClockSkew") else []
    elif anomaly not in (None, "ClockSkew"):
        told.append(f"moves nothing, {mark}")
    if anomaly == "ClockSkew":
        told.append(f"{mark} {instant(row['EJ_EventTimeUTC'])}")
    line.effects = [(0, text) for text in told]
    return line


def coming(facts: Facts) -> list[str]:
    """What the object waits for, and what time alone will do next."""
    asked = [row for row in live(facts.get("approval_step", [])) if row["AP_Outcome"] == "Pending"]
    waits = [
        f"{row['AS_Code']} of {row['AF_Code']}: {row['AP_Approvals']} of {row['AP_Quorum']} approve"
        + (f", asked of {row['AP_Roles']}" if row["AP_Roles"] else "")
        + f" since {instant(row['AP_ActivatedUTC'])}"
        for row in asked
    ]
    return waits + [
        f"{row['SL_Code']}: {row['ST_Status'].lower()}, next threshold {instant(row['ST_NextUTC'])}"
        for row in live(facts.get("sla_timer", []))
        if row["ST_NextUTC"] is not None
    ]


@dataclass(frozen=True)
class Story:
    """What happened to one object: a heading, its lines in order, and what is not part of them."""

    heading: str
    lines: list[Line]
    notes: list[str]


def story(binding: str, object_id: str, facts: Facts) -> Story:
    run = facts["run"][0] if facts.get("run") else None
    instance = next(iter(live(facts.get("workflow_instance", []))), None)
    whose = f" of tenant {tenant(facts)}" if tenant(facts) else ""
    stands = (
        f"is {instance['WS_CurrentCode']} since {instant(instance['WI_CurrentSinceUTC'])}"
        if instance
        else ""
    )
    when = f"as of {instant(run['RUN_AsOfUTC'])} (run {run['RUN_Number']})" if run else ""
    heading = f"{binding} {object_id}{whose} {stands} {when}".replace("  ", " ").strip()
    timeline = sorted(
        facts["timeline"], key=lambda row: (int(row["EJ_EventTimeUTC"]), row["EJ_ID"])
    )
    notes = [
        f"pending: {row['EJ_EventType']} ({row['EJ_ID']}), counts from the first run as of"
        f" {instant(row['EJ_EventTimeUTC'])} or later"
        for row in timeline
        if row["TL_Position"] is None
    ]
    notes += [
        f"quarantined, {row['QR_Reason']}: {row['QR_EventType']} ({row['QR_EventID']}), delivered"
        f" {instant(row['_SyncDate'])}, {row['QR_Payload']}"
        for row in facts.get("quarantine", [])
    ]
    notes += [f"to come: {text}" for text in coming(facts)]
    notes += [f"clock: {text}" for text in clocks(facts)]
    return Story(heading, chronology(facts), notes)


def show(binding: str, object_id: str, facts: Facts, out: Console) -> None:
    told = story(binding, object_id, facts)
    out.print(escape(told.heading), style="bold")
    table = Table(
        "#",
        "counts at (UTC)",
        Column("event", overflow="fold"),
        Column("what it did", overflow="fold"),
        box=None,
        pad_edge=False,
    )
    for line in told.lines:
        table.add_row(
            line.position,
            instant(line.at),
            escape(line.what),
            escape("\n".join(text for _, text in line.effects) or "nothing"),
        )
    out.print(table)
    for note in told.notes:
        out.print(escape(note))
