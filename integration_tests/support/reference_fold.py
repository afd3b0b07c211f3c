"""The fold of SPEC 2-6b and 9 in plain Python, one object at a time, no SQL. Read it next to the
contract. The tests compare the macros with it.

A binding is a dict: name, object_types, tenant_in_key, needs_tenant, policy, auto_close, stream,
severities {signal: severity},
workflow {id, start, states, terminal, transitions [{code, from, to, enabled, events, actions}]},
slas [{code, target, warn, start, stop, escalation}] with rules as MetaDB has them, and for a
state's own SLA {code, target, state};
an SLA may have step [flow, step]: what it times where a rule is null. Optional: deduplicate_on
[column], aliases {states, transitions, event_types,
fields: {old: new}}, approvals {events {requested, approved, rejected, withdrawn}, default,
flows [{code, steps [{order, code, roles, rule {quorum, of, veto}}]}]}.

Of service levels, a binding may have calendars {code: keys}, calendar, report_fields and
signals_from. The options of a policy are the params of its start rule, or its `options`: what
ozmeta.yml gives. The package service_levels has the rules.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter, defaultdict
from typing import Any

from support.reference_rules import cast as cast
from support.reference_rules import document, parse, part, scalar
from support.reference_rules import ruling as ruling
from support.reference_rules import type_of as type_of
from support.service_levels.ladder import is_meant
from support.service_levels.policy import instant
from support.service_levels.status import reported, timed_cycles

FOLDED = (
    "timeline",
    "workflow_instance",
    "approval_event",
    "approval_step",
    "approval_instance",
    "sla_cycle",
    "sla_timer",
    "escalation_queue",
)
EJ = (
    "EJ_ID",
    "_TenantID",
    "EJ_EventType",
    "EJ_EventTimeUTC",
    "EJ_Actor",
    "EJ_ObjectType",
    "EJ_ObjectID",
    "EJ_CorrelationID",
    "EJ_CausationID",
    "EJ_SourceSystem",
    "EJ_SourceKey",
    "EJ_Payload",
    "EJ_PayloadHash",
    "EJ_Sequence",
    "_SyncDate",
)


def first_nulls(*values: Any) -> tuple:
    return tuple((value is not None, value if value is not None else 0) for value in values)


# ---------------------------------------------------------------- 4.1, 4.2 admission, duplicates


def refusal(row: dict, binding: dict) -> str | None:
    for column, reason in (
        ("EJ_ID", "MissingEventID"),
        ("EJ_ObjectID", "MissingObjectID"),
        ("EJ_EventType", "MissingEventType"),
        ("EJ_EventTimeUTC", "MissingEventTime"),
    ):
        if row[column] is None:
            return reason
    if binding["needs_tenant"] and row["_TenantID"] is None:
        return "MissingTenant"
    return "MalformedPayload" if parse(row["EJ_Payload"]) is None else None


def admit(
    rows: list[dict], binding: dict
) -> tuple[dict[tuple, list[dict]], list[tuple[str, dict]]]:
    """({(tenant, id): events}, [(reason, row)])"""
    refused, by_event = [], defaultdict(list)
    for row in rows:
        if row["EJ_ObjectType"] not in binding["object_types"]:
            continue
        row = (
            row
            | {"EJ_ObjectType": binding["name"]}
            | {
                c: row[c] or None
                for c in ("EJ_ID", "EJ_ObjectID", "EJ_EventType", "EJ_SourceSystem", "_TenantID")
            }
        )  # null and '' are one
        reason = refusal(row, binding)
        if reason:
            refused.append((reason, row))
        else:
            tenant = row["_TenantID"] if binding["tenant_in_key"] else ""
            by_event[
                tenant,
                row["EJ_ObjectID"],
                message(row, binding),
                row["EJ_ID"] if message(row, binding) is None else None,
            ].append(row)
    objects = defaultdict(list)
    for (tenant, object_id, _, _), same in by_event.items():
        same.sort(
            key=lambda r: first_nulls(
                *(
                    r[c]
                    for c in (
                        "_SyncDate",
                        "EJ_EventTimeUTC",
                        "EJ_Payload",
                        "EJ_EventType",
                        "EJ_Actor",
                        "EJ_SourceSystem",
                        "EJ_Sequence",
                        "EJ_ID",
                    )
                )
            )
        )
        objects[tenant, object_id].append(same[0])
        refused += [
            ("ConflictingDuplicate", r)
            for r in same[1:]
            if any(r[c] != same[0][c] for c in EJ if c not in ("_SyncDate", "EJ_ID"))
        ]
    for events in objects.values():  # several messages under one EJ_ID: the first to arrive has it
        events.sort(
            key=lambda r: (r["_SyncDate"], r["EJ_EventTimeUTC"], *first_nulls(message(r, binding)))
        )
        ids: set[str] = set()
        for row in [*events]:
            if row["EJ_ID"] in ids:
                events.remove(row)
                refused.append(("ConflictingDuplicate", row))
            ids.add(row["EJ_ID"])
    return objects, refused


def message(row: dict, binding: dict) -> tuple | None:
    """The message of a row, by the columns that identify messages. None if one of them is empty."""
    parts = tuple(row[c] for c in binding.get("deduplicate_on", ()))
    return parts if parts and all(part not in (None, "") for part in parts) else None


# ---------------------------------------------------------------- 4.4 aliases


def by_names_of_today(row: dict, aliases: dict) -> dict:
    """{payload, type} as the fold and rules read them, with old names replaced. A field's current
    name takes precedence.
    """
    payload = dict(parse(row["EJ_Payload"]))
    said, fields = dict(part(payload, "transition")), dict(part(payload, "object"))
    for key, kind in (("fromState", "states"), ("toState", "states"), ("code", "transitions")):
        if isinstance(said.get(key), str):
            said[key] = aliases.get(kind, {}).get(said[key], said[key])
    for old, new in aliases.get("fields", {}).items():
        if old in fields:
            fields.setdefault(new, fields[old])
    level = dict(part(payload, "escalation"))
    if isinstance(level.get("slaCode"), str):  # the SLA that a renamed state has of its own
        state = level["slaCode"].removeprefix("State.")
        if level["slaCode"].startswith("State."):
            level["slaCode"] = "State." + aliases.get("states", {}).get(state, state)
    parts = {"transition": said, "object": fields, "escalation": level}
    event_type = row["EJ_EventType"]
    return {
        "payload": payload | {name: value for name, value in parts.items() if value},
        "type": aliases.get("event_types", {}).get(event_type, event_type),
    }


# ---------------------------------------------------------------- 4.3 order


def order(events: list[dict], binding: dict) -> list[dict]:
    """Events that are due, in the object's total order, with their effective time."""
    one = binding["stream"] == "none"
    streams = defaultdict(list)
    for event in events:
        event["source"] = "" if one else event["EJ_SourceSystem"] or ""
        event["at"] = event["effective_at"] = (
            event["EJ_EventTimeUTC"],
            event.get("nanos", 0),
        )  # what the time has beyond the microsecond
        if event["EJ_Sequence"] is not None:
            streams[event["source"]].append(event)
    for stream in streams.values():
        latest = (dt.datetime.min, 0)
        for event in sorted(stream, key=lambda e: (e["EJ_Sequence"], e["at"], e["EJ_ID"])):
            event["effective_at"] = latest = max(latest, event["at"])
    for event in events:
        event["effective"] = event["effective_at"][0]
    return sorted(
        events,
        key=lambda e: (
            e["effective_at"],
            first_nulls(e["EJ_Sequence"]),
            e["source"],
            e["at"],
            e["EJ_ID"],
        ),
    )


# ---------------------------------------------------------------- 4.4 candidates, 4.5 apply


def candidates(event: dict, workflow: dict) -> tuple[str | None, list[dict], str | None]:
    """(mark, candidates, undeclared toState). All empty if the event is not a transition."""
    said = part(event["payload"], "transition")
    code, to, from_ = (scalar(said.get(name)) or None for name in ("code", "toState", "fromState"))
    enabled = [t for t in workflow["transitions"] if t["enabled"]]
    bound = any(event["type"] in t["events"] for t in workflow["transitions"])
    if code:
        found = [t for t in enabled if t["code"] == code]
    elif bound:
        found = [t for t in enabled if event["type"] in t["events"]]
    elif to:
        found = [t for t in enabled if t["to"] == to]
    else:
        return None, [], None
    if not found and (code or bound):
        return "UnknownTransition", [], None
    if to and to not in workflow["states"]:
        return "UnknownState", [], None
    found = [t for t in found if (not from_ or t["from"] == from_) and (not to or t["to"] == to)]
    if not found:
        return ("UnknownTransition", [], None) if code or bound else (None, [], to)
    return None, found, None


def apply(events: list[dict], binding: dict) -> None:
    workflow = binding["workflow"]
    state, version = workflow["start"], 0
    for event in events:
        event |= {"before": state, "applied": False, "rejected": False, "code": None, "by": []}
        mark, found, undeclared = candidates(event, workflow)
        if found or undeclared:
            legal = [t for t in found if t["from"] == state]
            targets = {t["to"] for t in found} or {undeclared}
            if len(targets) > 1:
                targets = {t["to"] for t in legal}
            if len(targets) != 1:
                mark = "AmbiguousTransition"
            else:
                (target,) = targets
                if legal or target != state:
                    seen = scalar(part(event["payload"], "transition").get("rowVersion"))
                    conflict = (
                        seen is not None
                        and re.fullmatch(r"-?[0-9]+", seen)
                        and int(seen) != version
                    )
                    mark = (
                        "UndeclaredTransition"
                        if not found
                        else (
                            "IllegalTransition"
                            if not legal
                            else "VersionConflict"
                            if conflict
                            else None
                        )
                    )
                    if mark and binding["policy"] == "first_writer_wins":
                        event["rejected"] = True
                    else:
                        event["applied"] = True
                        event["code"] = min((t["code"] for t in legal or found), default=None)
                        event["by"] = [t for t in legal or found if t["code"] == event["code"]]
                        state, version = target, version + 1
        if not mark and event["effective_at"] != event["at"]:
            mark = "ClockSkew"
        event |= {"mark": mark, "after": state, "version": version}


# ---------------------------------------------------------------- 4.7 what rules see


def see(events: list[dict]) -> None:
    """What rules see of each event. The object's fields are carried forward."""
    fields: dict[str, Any] = {}
    for event in events:
        fields = fields | part(event["payload"], "object")
        moved = event["applied"]
        event["seen"] = {
            "object": fields,
            "payload": event["payload"],
            "transition.fromState": event["before"] if moved else None,
            "transition.toState": event["after"] if moved else None,
            "transition.code": event["code"],
            "user.id": event["EJ_Actor"],
            "tenant.id": event["_TenantID"],
            "state.current": event["after"],
            "now.utc": event["effective"],
            "event.type": event["type"],
            "event.id": event["EJ_ID"],
            "event.sourceSystem": event["EJ_SourceSystem"],
        }


# ---------------------------------------------------------------- 6b approvals


def approve(events: list[dict], approvals: dict) -> list[dict]:
    """Every round of every flow, {flow, no, version, steps}; a step is {definition, begun, decided,
    outcome, votes, last, out_of_turn, ignored}. Events remember which
    steps they began and ended and, in `approval`, what they did. A flow may have versions, [{from?,
    steps, restart?}]; a round keeps the one it was requested under.
    """
    rounds: list[dict] = []
    flows = {flow["code"]: flow for flow in approvals["flows"]}
    kinds = {event_type: kind for kind, event_type in approvals["events"].items()}
    for event in events:
        event["begins"], event["ends"] = set(), set()
        said = part(event["payload"], "approval")
        flow = scalar(said.get("flow")) or approvals["default"]
        kind = kinds.get(event["type"])
        if kind is None:
            continue
        voter, step_named = (
            scalar(said.get("onBehalfOf")) or event["EJ_Actor"] or None,
            scalar(said.get("step")) or None,
        )
        told = event["approval"] = {
            "flow": flow,
            "kind": kind,
            "voter": voter,
            "named": step_named,
            "round": None,
            "step": None,
            "effect": None,
            "reason": None,
            "votes": [],
        }
        if event["rejected"]:
            told["reason"] = "RefusedByPolicy"
            continue
        if flow not in flows:
            told["reason"] = "NoFlow" if flow is None else "UnknownFlow"
            continue
        mine = [r for r in rounds if r["flow"] == flow]
        current = (
            next((s for s in mine[-1]["steps"] if s["outcome"] == "Pending"), None)
            if mine
            else None
        )

        def begin(step: dict, event: dict = event, flow: str = flow) -> None:
            step |= {"outcome": "Pending", "begun": event, "last": event}
            event["begins"].add((flow, step["definition"]["code"]))

        def decide(step: dict, outcome: str, event: dict = event, flow: str = flow) -> None:
            step |= {"outcome": outcome, "decided": event, "last": event}
            event["ends"].add((flow, step["definition"]["code"]))

        def skip(steps: list[dict]) -> None:
            if not any(s["outcome"] == "Pending" for s in steps):
                for step in steps:
                    step["outcome"] = "Skipped" if step["outcome"] == "Waiting" else step["outcome"]

        restarts = current is not None and mine[-1]["version"].get("restart")
        if kind == "requested" and (current is None or restarts):
            told |= {
                "effect": "Resubmitted" if restarts else "Requested",
                "votes": list(current["votes"].values()) if current else [],
            }
            if restarts:
                decide(current, "Withdrawn")
                skip(mine[-1]["steps"])
            versions = flows[flow].get("versions") or [flows[flow]]
            version = [
                v for v in versions if v.get("from") is None or v["from"] <= event["effective"]
            ][-1]
            steps = [
                {
                    "definition": d,
                    "outcome": "Waiting",
                    "begun": None,
                    "decided": None,
                    "votes": {},
                    "last": None,
                    "out_of_turn": 0,
                    "ignored": 0,
                }
                for d in sorted(version["steps"], key=lambda s: s["order"])
            ]
            rounds.append({"flow": flow, "no": len(mine) + 1, "version": version, "steps": steps})
            begin(steps[0])
            told |= {"round": len(mine) + 1, "step": steps[0]["definition"]["code"]}
            continue
        if current is None:
            told["reason"] = "NoOpenRound"
            continue
        steps = mine[-1]["steps"]
        told |= {"round": mine[-1]["no"], "step": current["definition"]["code"]}
        if kind == "withdrawn":
            decide(current, "Withdrawn")
            told["effect"] = "Withdrawn"
        elif kind == "requested":
            current["ignored"] += 1
            told |= {"effect": "Ignored", "reason": "RoundIsOpen"}
        elif step_named and step_named != current["definition"]["code"]:
            current["out_of_turn"] += 1
            known = step_named in [s["definition"]["code"] for s in steps]
            told |= {"effect": "OutOfTurn", "reason": "OutOfTurn" if known else "UnknownStep"}
        elif not voter:
            current["ignored"] += 1
            told |= {"effect": "Ignored", "reason": "NoVoter"}
        else:
            current["votes"][voter] = kind
            current["last"] = event
            rule = current["definition"]["rule"]
            out_of = rule.get("of")
            quorum = out_of if rule.get("quorum") == "all" else rule.get("quorum", 1)
            against = list(current["votes"].values()).count("rejected")
            told["effect"] = "Voted"
            if len(current["votes"]) - against >= quorum:
                decide(current, "Approved")
                told["effect"] = "Approved"
                if current is not steps[-1]:
                    begin(steps[steps.index(current) + 1])
            elif kind == "rejected" and (
                rule.get("veto", True) or (out_of is not None and out_of - against < quorum)
            ):
                decide(current, "Rejected")
                told["effect"] = "Rejected"
        told["votes"] = list(current["votes"].values())
        skip(steps)
    return rounds


def approval_event_rows(events: list[dict], key: tuple) -> list[dict]:
    kinds = {
        "requested": "Request",
        "approved": "Approve",
        "rejected": "Reject",
        "withdrawn": "Withdraw",
    }
    return [
        {
            "EJ_ID": e["EJ_ID"],
            "_TenantID": key[0],
            "AE_ObjectType": key[1],
            "AE_ObjectID": key[2],
            "EJ_EventType": e["EJ_EventType"],
            "TL_EffectiveUTC": e["effective"],
            "TL_Position": position,
            "AF_Code": told["flow"],
            "AE_Kind": kinds[told["kind"]],
            "AE_Voter": told["voter"],
            "AE_StepNamed": told["named"],
            "AP_Round": told["round"],
            "AS_Code": told["step"],
            "AE_Effect": told["effect"],
            "AE_Reason": told["reason"],
            "AE_Approvals": told["votes"].count("approved") if told["effect"] else None,
            "AE_Rejections": told["votes"].count("rejected") if told["effect"] else None,
        }
        for position, e in enumerate(events, 1)
        if (told := e.get("approval"))
    ]


def approval_rows(
    rounds: list[dict], key: tuple, received: dt.datetime
) -> tuple[list[dict], list[dict]]:
    """(approval_step, approval_instance)"""
    found, latest = [], {}
    for round in rounds:
        ai_id = identifier(received, "AI", *key, round["flow"])
        for number, step in enumerate(round["steps"], 1):
            definition, votes, begun, decided = (
                step["definition"],
                list(step["votes"].values()),
                step["begun"],
                step["decided"],
            )
            rule = definition["rule"]
            found.append(
                {
                    "AI_ID": ai_id,
                    "_TenantID": key[0],
                    "AP_ObjectType": key[1],
                    "AP_ObjectID": key[2],
                    "AF_Code": round["flow"],
                    "AP_Round": round["no"],
                    "AS_Order": definition["order"],
                    "AS_Code": definition["code"],
                    "AP_Outcome": step["outcome"],
                    "AP_ActivatedUTC": begun and begun["effective"],
                    "AP_DecidedUTC": decided and decided["effective"],
                    "AP_Quorum": (
                        rule["of"] if rule.get("quorum") == "all" else rule.get("quorum", 1)
                    ),
                    "AP_Approvals": votes.count("approved"),
                    "AP_Rejections": votes.count("rejected"),
                    "AP_OutOfTurn": step["out_of_turn"],
                    "AP_Ignored": step["ignored"],
                    "AP_ActivatedEventID": begun and begun["EJ_ID"],
                    "AP_DecidedEventID": decided and decided["EJ_ID"],
                    "AP_LastActor": step["last"] and step["last"]["EJ_Actor"],
                    "AP_StepNo": number,
                    "AP_Roles": ", ".join(sorted(definition["roles"])) or None,
                }
            )
        reached = [s for s in round["steps"] if s["begun"]][-1]
        latest[round["flow"]] = {
            "AI_ID": ai_id,
            "_TenantID": key[0],
            "AI_ObjectType": key[1],
            "AI_ObjectID": key[2],
            "AF_Code": round["flow"],
            "AI_CurrentStepOrder": reached["definition"]["order"],
            "AI_Status": reached["outcome"],
            "AI_RequestedUTC": round["steps"][0]["begun"]["effective"],
            "AI_CompletedUTC": reached["decided"] and reached["decided"]["effective"],
            "AI_LastActor": reached["last"]["EJ_Actor"],
            "AI_Round": round["no"],
        }
    return found, list(latest.values())


# ---------------------------------------------------------------- 5 SLA timers


def levels(actions: list[dict], binding: dict) -> list[dict]:
    found = []
    for place, action in enumerate((a for a in actions if a["type"] == "EnqueueEscalation"), 1):
        payload, signal, target = (
            action.get("payload") or {},
            action.get("signalType") or "SLA.Breached",
            action.get("target") or "",
        )
        severity = (
            payload.get("severity")
            or binding["severities"].get(signal)
            or {"SLA.Breached": "Critical", "SLA.Warned": "Warning"}.get(signal)
        )
        role, principal = (
            target.removeprefix(kind) if target.startswith(kind) else None
            for kind in ("role:", "principal:")
        )
        found.append(
            {
                "level": payload.get("level") or place,
                "signal": signal,
                "after": payload.get("afterMinutes") or 0,
                "unless_acknowledged": payload.get("unlessAcknowledged") is True,
                "severity": severity,
                "role": role,
                "principal": principal,
                "notes": action.get("notes"),
            }
        )
    return found


# ---------------------------------------------------------------- 7 ids


def identifier(received: dt.datetime, *seed: str | None) -> str:
    ms = f"{(received - dt.datetime(1970, 1, 1)) // dt.timedelta(milliseconds=1):012x}"
    h = hashlib.md5("|".join(s or "" for s in seed).encode()).hexdigest()
    return f"{ms[:8]}-{ms[8:]}-7{h[0:3]}-{'89ab'[int(h[3], 16) & 3]}{h[4:7]}-{h[7:19]}"


# ---------------------------------------------------------------- one object, and all of them


def fold_object(
    tenant: str, object_id: str, rows: list[dict], binding: dict, as_of: dt.datetime
) -> dict[str, list[dict]]:
    name, workflow = binding["name"], binding["workflow"]
    key, received = (tenant, name, object_id), min(r["_SyncDate"] for r in rows)
    everything = [r | by_names_of_today(r, binding.get("aliases", {})) for r in rows]
    events = order([e for e in everything if e["EJ_EventTimeUTC"] <= as_of], binding)
    apply(events, binding)
    visible = [e for e in events if not e["rejected"]]
    see(visible)
    out: dict[str, list[dict]] = {m: [] for m in FOLDED}
    if binding.get("approvals"):
        out["approval_step"], out["approval_instance"] = approval_rows(
            approve(events, binding["approvals"]), key, received
        )
        out["approval_event"] = approval_event_rows(events, key)
    timeline_columns = (
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
        "_SyncDate",
    )
    for e in everything:
        if e["EJ_EventTimeUTC"] > as_of:
            out["timeline"].append(
                {c: e[c] for c in timeline_columns} | {"TL_EventNanos": e.get("nanos", 0)}
            )
    for position, e in enumerate(events, 1):
        out["timeline"].append(
            {c: e[c] for c in timeline_columns}
            | {
                "TL_EffectiveUTC": e["effective"],
                "TL_Position": position,
                "TL_IsApplied": e["applied"],
                "TL_IsRejected": e["rejected"],
                "TL_TransitionCode": e["code"],
                "TL_FromState": e["before"] if e["applied"] else None,
                "TL_ToState": e["after"] if e["applied"] else None,
                "TL_State": e["after"],
                "TL_RowVersion": e["version"],
                "TL_Anomaly": e["mark"],
                "TL_EventNanos": e.get("nanos", 0),
            }
        )
    if not events:
        return out
    first, last = events[0], events[-1]
    applied = [e for e in events if e["applied"]]
    changed = [e for e in applied if e["before"] != e["after"]]
    wi_id = identifier(received, "WI", *key)
    out["workflow_instance"].append(
        {
            "WI_ID": wi_id,
            "_TenantID": tenant,
            "WI_ObjectType": name,
            "WI_ObjectID": object_id,
            "WF_ID": workflow["id"],
            "WS_CurrentCode": last["after"],
            "WI_CurrentSinceUTC": (changed[-1] if changed else first)["effective"],
            "WI_LastTransitionCode": applied[-1]["code"] if applied else None,
            "WI_LastTransitionUTC": applied[-1]["effective"] if applied else None,
            "WI_LastActor": (applied[-1] if applied else first)["EJ_Actor"],
            "WI_RowVersion": last["version"],
            "WI_IsTerminal": last["after"] in workflow["terminal"],
            "WI_FirstEventUTC": first["effective"],
        }
        | reported(visible[-1] if visible else None, binding.get("report_fields") or [])
    )
    is_finished = last["after"] in workflow["terminal"]
    raised = []
    for sla in binding["slas"]:
        rule = document(sla.get("escalation"))
        ladder = levels(
            rule.get("actions") or [] if rule else [{"type": "EnqueueEscalation"}], binding
        )
        st_id = identifier(received, "ST", *key, sla["code"])
        for timed in timed_cycles(visible, sla, ladder, binding, as_of, is_finished=is_finished):
            cycle = timed.cycle
            started_by = cycle.events[0]
            for level, at in timed.raised:
                raised.append(
                    {
                        "level": level,
                        "at": at,
                        "stop": cycle.stop,
                        "is_cancelled": cycle.is_cancelled,
                        "sla": sla["code"],
                        "by": started_by["EJ_ID"],
                        "no": cycle.no,
                        "st_id": st_id,
                    }
                )
            out["sla_cycle"].append(
                {
                    "SC_ID": identifier(received, "SC", *key, sla["code"], started_by["EJ_ID"]),
                    "ST_ID": st_id,
                    "_TenantID": tenant,
                    "WI_ID": wi_id,
                    "SL_Code": sla["code"],
                    "ST_ObjectType": name,
                    "ST_ObjectID": object_id,
                }
                | timed.columns
                | reported(started_by, binding.get("report_fields") or [])
            )
        if out["sla_cycle"] and out["sla_cycle"][-1]["SL_Code"] == sla["code"]:
            out["sla_timer"].append(
                {
                    column: value
                    for column, value in out["sla_cycle"][-1].items()
                    if column != "SC_ID" and not column.startswith("OF_")
                }
            )
    for e in visible:
        for transition in e["by"]:
            for level in levels(transition["actions"], binding):
                raised.append(
                    {
                        "level": level,
                        "at": e["effective"],
                        "stop": None,
                        "is_cancelled": False,
                        "sla": None,
                        "by": e["EJ_ID"],
                        "no": None,
                        "st_id": None,
                    }
                )
    out["escalation_queue"] = [
        queue_row(r, key, received, visible, binding["auto_close"]) for r in raised
    ]
    return out


def queue_row(
    raised: dict, key: tuple, received: dt.datetime, events: list[dict], auto_close: bool
) -> dict:
    """SPEC 6: its events decide, then its cycle's stop. A cancellation closes it in any case."""
    level, stop = raised["level"], raised["stop"]
    closes = stop is not None and (auto_close or raised["is_cancelled"])
    status, closed, notes = "Open", None, level["notes"]
    for e in events:
        in_time = e["effective"] >= raised["at"] and not (closes and e["effective"] >= stop)
        if in_time and status != "Closed" and is_meant(e, level, raised["sla"]):
            if e["type"] == "Escalation.Acknowledged":
                status = "Ack"
            else:
                status, closed = "Closed", e["effective"]
    if closes and status != "Closed":
        status, closed = "Closed", stop
        notes = "Cancelled" if raised["is_cancelled"] else notes
    return {
        "EQ_ID": identifier(
            received, "EQ", *key, raised["sla"], raised["by"], level["signal"], str(level["level"])
        ),
        "_TenantID": key[0],
        "EQ_ObjectType": key[1],
        "EQ_ObjectID": key[2],
        "EQ_SignalCode": level["signal"],
        "EQ_Severity": level["severity"],
        "EQ_AssignedToRole": level["role"],
        "EQ_AssignedToPrincipal": level["principal"],
        "EQ_Status": status,
        "EQ_CreatedUTC": raised["at"],
        "EQ_ClosedUTC": closed,
        "EQ_Notes": notes,
        "ST_ID": raised["st_id"],
        "SL_Code": raised["sla"],
        "ST_CycleNo": raised["no"],
        "EQ_Level": level["level"],
    }


def signals(tables: dict[str, list[dict]], binding: dict) -> list[dict]:
    """SPEC 6c: what a first run logs about cycles and their queue rows. `signals_from` of the
    binding is that of the journal: a signal that was scheduled before it is logged, but not raised.
    """
    scheduled = [
        (signal, row["ST_ObjectID"], row["SL_Code"], row["ST_CycleNo"], None, row[column])
        for row in tables["sla_cycle"]
        for signal, column in (("SLA.Warned", "ST_WarnedUTC"), ("SLA.Breached", "ST_BreachedUTC"))
        if row[column]
    ] + [
        (
            "Escalation.Raised",
            row["EQ_ObjectID"],
            row["SL_Code"],
            row["ST_CycleNo"],
            row["EQ_Level"],
            row["EQ_CreatedUTC"],
        )
        for row in tables["escalation_queue"]
    ]
    since = binding.get("signals_from")
    columns = ("RS_SignalCode", "RS_ObjectID", "SL_Code", "ST_CycleNo", "RS_Level")
    return [
        dict(zip(columns, values, strict=True))
        | {
            "RS_ScheduledUTC": at,
            "RS_Kind": "Backfilled" if since is not None and at < instant(since) else "Raised",
        }
        for *values, at in scheduled
    ]


def fold(rows: list[dict], binding: dict, as_of: dt.datetime) -> dict[str, list[dict]]:
    """{model: rows} of one binding, from the whole journal."""
    rows = [dict.fromkeys(EJ) | row for row in rows]
    objects, refused = admit(rows, binding)
    out: dict[str, list[dict]] = {m: [] for m in FOLDED}
    for (tenant, object_id), events in objects.items():
        for model, found in fold_object(tenant, object_id, events, binding, as_of).items():
            out[model] += found
    counted = Counter((reason, *(row[c] for c in EJ)) for reason, row in refused)
    out["quarantine"] = []
    for (reason, *values), count in counted.items():
        row = dict(zip(EJ, values, strict=True))
        out["quarantine"].append(
            {
                "QR_Reason": reason,
                "QR_Rows": count,
                "_TenantID": row["_TenantID"],
                "QR_ObjectType": row["EJ_ObjectType"],
                "QR_ObjectID": row["EJ_ObjectID"],
                "QR_EventID": row["EJ_ID"],
                "QR_EventType": row["EJ_EventType"],
                "QR_EventTime": row["EJ_EventTimeUTC"],
                "QR_SourceSystem": row["EJ_SourceSystem"],
                "QR_Sequence": row["EJ_Sequence"],
                "QR_Actor": row["EJ_Actor"],
                "QR_Payload": row["EJ_Payload"],
                "_SyncDate": row["_SyncDate"],
            }
        )
    return out
