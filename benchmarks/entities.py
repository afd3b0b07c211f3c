"""What is measured: an entity with a workflow of six states and three SLAs, as MetaDB's snapshot
says it; one, four or a hundred such entities.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

STATES = ("New", "Assigned", "InProgress", "Waiting", "Resolved", "Closed")
TRANSITIONS = (
    ("Assign", "New", "Assigned"),
    ("Start", "Assigned", "InProgress"),
    ("Pause", "InProgress", "Waiting"),
    ("Resume", "Waiting", "InProgress"),
    ("Resolve", "InProgress", "Resolved"),
    ("Reopen", "Resolved", "InProgress"),
    ("Close", "Resolved", "Closed"),
)
TYPES = (
    ("Ticket", "TK"),
    ("Claim", "CM"),
    ("Visit", "VI"),
    ("Delivery", "DE"),
)  # name, and the two letters that journals write instead
HUNDRED = tuple((f"Entity{n:02}", chr(65 + n // 26) + chr(65 + n % 26)) for n in range(100))


def rule(kind: str, expr: dict[str, Any], **params: Any) -> dict[str, Any]:
    return {"version": 1, "kind": kind, "expr": expr, "params": params}


def is_in(ref: str, *values: str) -> dict[str, Any]:
    return {"op": "in", "args": [{"ref": ref}, *({"lit": value} for value in values)]}


# service level options for two of the three policies: both have a calendar, and one pauses
CALENDARS = {
    "Berlin": {
        "time_zone": "Europe/Berlin",
        "hours": {"mon-thu": "08:00-12:00, 13:00-18:00", "fri": "08:00-16:00"},
        "holidays": [{"country": "DE", "subdivision": "BE"}],
    },
    "NewYork": {
        "time_zone": "America/New_York",
        "hours": {"mon-fri": "09:00-17:00"},
        "holidays": [{"country": "US"}],
    },
}
LEVELS = {
    "Pickup": {"calendar": "Berlin"},
    "Lifetime": {
        "calendar": "NewYork",
        "pauseWhen": {"op": "eq", "args": [{"ref": "state.current"}, {"lit": "Waiting"}]},
    },
}


def snapshot(types: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Per entity: Pickup, a plain SLA that asks for a field; Lifetime, warned, with a ladder of
    three levels; Work, which pauses. Minutes of days, as tickets live weeks.
    """
    to = "transition.toState"
    ladder = [
        {"type": "EnqueueEscalation", "signalType": "SLA.Warned", "target": "role:TeamLead"},
        {
            "type": "EnqueueEscalation",
            "signalType": "SLA.Breached",
            "target": "role:ServiceManager",
        },
        {
            "type": "EnqueueEscalation",
            "signalType": "SLA.Breached",
            "target": "role:Director",
            "payload": {"afterMinutes": 10080},
        },
    ]
    policies = (
        (
            "Pickup",
            1440,
            None,
            None,
            rule(
                "TimerStart",
                {
                    "op": "and",
                    "args": [is_in(to, "Assigned"), is_in("object.Priority", "High", "Critical")],
                },
            ),
            rule("TimerStop", is_in(to, "InProgress")),
        ),
        (
            "Lifetime",
            20160,
            14400,
            {"version": 1, "kind": "Escalation", "actions": ladder},
            rule("TimerStart", is_in(to, "Assigned")),
            rule("TimerStop", is_in(to, "Resolved", "Closed")),
        ),
        (
            "Work",
            7200,
            None,
            None,
            rule("TimerStart", is_in(to, "InProgress"), onRestart="resume"),
            rule("TimerStop", is_in(to, "Waiting", "Resolved")),
        ),
    )
    workflows, states, transitions, bindings, sla_policies, sla_bindings = [], [], [], [], [], []
    for name, _ in types:
        of = {"objectType": "Table", "objectId": name}
        workflows.append({"id": f"w{name}", "code": f"{name}Flow", **of})
        states += [
            {
                "id": f"s{name}{s}",
                "workflowId": f"w{name}",
                "code": s,
                "isInitial": s == "New",
                "isTerminal": s == "Closed",
            }
            for s in STATES
        ]
        transitions += [
            {
                "id": f"t{name}{c}",
                "workflowId": f"w{name}",
                "code": c,
                "fromStateId": f"s{name}{a}",
                "toStateId": f"s{name}{b}",
            }
            for c, a, b in TRANSITIONS
        ]
        bindings.append(
            {
                "id": f"b{name}",
                **of,
                "workflowId": f"w{name}",
                "runtimeMode": "Sidecar",
                "instanceKeyStrategy": "Tenant+ObjectID",
            }
        )
        sla_policies += [
            {
                "id": f"p{name}{p[0]}",
                "code": p[0],
                **of,
                "targetMinutes": p[1],
                "warnMinutes": p[2],
                "escalationRule": p[3],
            }
            for p in policies
        ]
        sla_bindings += [
            {
                "id": f"x{name}{p[0]}",
                "bindingId": f"b{name}",
                "slaId": f"p{name}{p[0]}",
                "startRule": p[4],
                "stopRule": p[5],
            }
            for p in policies
        ]
    return {
        "snapshotVersion": 1,
        "clientCode": "BEN",
        "projectCode": "Speed",
        "objects": {
            "model": {
                "tables": [{"id": name, "code": name, "cdCode": code} for name, code in types]
            },
            "workflows": {"workflows": workflows, "states": states, "transitions": transitions},
            "runtime": {
                "bindings": bindings,
                "slaPolicies": sla_policies,
                "slaBindings": sla_bindings,
            },
        },
    }
