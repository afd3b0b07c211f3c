"""One policy on one object, for tests of the reference's service levels."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import support.reference_fold as ref

Row = dict[str, Any]

WORKFLOW = {
    "id": "w",
    "start": "New",
    "states": ["New", "Open", "Pending", "Solved"],
    "terminal": ["Solved"],
    "transitions": [],
}


def equals(name: str, value: Any) -> Row:
    return {"op": "eq", "args": [{"ref": name}, {"lit": value}]}


def document(expr: Any = None, **params: Any) -> Row:
    found = {"version": 1, "kind": "TimerStart", "params": params}
    return found if expr is None else found | {"expr": expr}


def moved(time: dt.datetime, state: str | None = None, type_: str = "X", **fields: Any) -> Row:
    payload: Row = {"object": fields}
    if state:
        payload["transition"] = {"toState": state}
    return {"time": time, "type": type_, "payload": payload}


def folded(
    policy: Row, events: list[Row], as_of: dt.datetime, **binding: Any
) -> dict[str, list[Row]]:
    sla = {
        "code": "S",
        "target": 60,
        "warn": None,
        "start": None,
        "stop": None,
        "escalation": {"version": 1, "kind": "Escalation"},
    } | policy
    whole = {
        "name": "T",
        "object_types": ["T"],
        "tenant_in_key": True,
        "needs_tenant": False,
        "policy": "last_writer_wins",
        "auto_close": True,
        "stream": "EJ_SourceSystem",
        "severities": {},
        "workflow": WORKFLOW,
        "slas": [sla],
    } | binding
    rows = [
        {
            "EJ_ID": str(number),
            "_TenantID": "t",
            "EJ_EventType": event["type"],
            "EJ_EventTimeUTC": event["time"],
            "EJ_ObjectType": "T",
            "EJ_ObjectID": "o",
            "EJ_Sequence": number,
            "EJ_Payload": json.dumps(event["payload"]),
            "_SyncDate": event["time"],
        }
        for number, event in enumerate(events)
    ]
    return ref.fold(rows, whole, as_of)


def cycles(policy: Row, events: list[Row], as_of: dt.datetime, **binding: Any) -> list[Row]:
    return folded(policy, events, as_of, **binding)["sla_cycle"]


def cycle(policy: Row, events: list[Row], as_of: dt.datetime, **binding: Any) -> Row:
    (found,) = cycles(policy, events, as_of, **binding)
    return found


def on(keys: Row) -> Row:
    """A binding's calendar."""
    return {"calendars": {"Desk": keys}, "calendar": "Desk"}


def level(after: int, **payload: Any) -> Row:
    return {"type": "EnqueueEscalation", "payload": {"afterMinutes": after} | payload}
