"""Random worlds: workflows, SLAs, rules and journals, cut into runs. Hypothesis chooses them;
test_properties plays them through dbt.

A world has thousands of events, more than Hypothesis can draw one by one. Hypothesis draws the
outline, and a random number generator for each part. `census` counts what occurs in a world, and
OCCURS lists what must occur.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import support.reference_fold as ref

NAMES = {
    "Alpha": "AL",
    "Beta": "BE",
    "Gamma": "GA",
    "Delta": "DE",
    "Epsilon": "EP",
    "Zeta": "ZE",
    "Eta": "ET",
    "Theta": "TH",
    "Iota": "IO",
    "Kappa": "KA",
    "Lambda": "LA",
    "Mu": "MU",
}
POLICIES = ("last_writer_wins", "first_writer_wins")
LOOKBACK = dt.timedelta(minutes=59)  # a minute less than ozmeta.yml's default
START = dt.datetime(2026, 1, 1)
MINUTE = dt.timedelta(minutes=1)
EVENT_TYPES = [
    "Ev",
    "E.Go",
    "E.Back",
    "E.Off",
    "E.None",
    "Escalation.Acknowledged",
    "Escalation.Closed",
    "T.Start",
    "T.Stop",
]
CODES = ["Go", "Back", "Approve", "approve", "It's"]
STATES = ["New", "Open", "Wait", "Done", "done", "Ünder {{ x }}", "It's", "Off"]
SIGNALS = {
    "SLA.Warned": "Info",
    "SLA.Breached": "Critical",
    "Escalation.Raised": "Warning",
    "Fraud.Seen": "Critical",
}
VALUES = [
    None,
    "",
    "a",
    "A",
    "ab",
    "b",
    "é",
    "true",
    "TRUE",
    "False",
    "no",
    True,
    False,
    0,
    1,
    -1,
    5,
    10,
    2.5,
    "5",
    "05",
    "2.5",
    "-1",
    "5.",
    ".5",
    "+5",
    " 5",
    "1e3",
    "5a",
    "2026-01-01",
    "2026-01-01T02:00:00Z",
    "2026-01-01 02:00:00",
    "2026-01-01T02:00:00.5+02:00",
    "2026-01-01T02:00",
    "2026-13-01",
    "2026-02-30T00:00:00",
    "2026-01-01T02:00:00-0130",
    "2026-01-01T02:00:00.123456789Z",
    "2026-01-01T25:00:00Z",
    [],
    ["a"],
    ["a", "b"],
    [1, 5],
    ["5", None],
    [True, "x"],
    [["a"], "b"],
    [{"a": 1}],
    {},
    {"a": 1},
    "100%",
    "a_b",
    "a\\b",
    "a'b",
    "null",
    "[]",
    "New",
    "Open",
]
KEYS = ["a.b", 'a"b', "*", "0", "{{ x }}", "a\\b"]
OFTEN = [  # refs of payload fields
    "object.F",
    "object.f",
    "object.Other",
    "object.It's",
    *(f"object.{key}" for key in KEYS),
    "context.x",
    "context.a b",
    "user.roles",
    "user.role",
    "user.claims.lvl",
]
REFS = [
    *OFTEN,
    "user.id",
    "event.type",
    "event.id",
    "event.sourceSystem",
    "tenant.id",
    "transition.fromState",
    "transition.toState",
    "transition.code",
    "now.utc",
]
HUGE = ["99999999999999999999", 99999999999999999999]
TEXT_OPS = ("contains", "startsWith", "endsWith", "regex")


# ---------------------------------------------------------------- rules


def leaf(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.6:
        node: dict[str, Any] = {"ref": rng.choice(OFTEN if rng.random() < 0.7 else REFS)}
        if rng.random() < 0.25 and node["ref"] != "now.utc":
            node["as"] = rng.choice(["string", "number", "boolean", "datetime"])
        return node
    kind = rng.choice(
        [
            "string",
            "string",
            "string",
            "number",
            "boolean",
            "datetime",
            "null",
            "bare number",
            "bare boolean",
        ]
    )
    if kind == "string":
        return {"lit": rng.choice([v for v in VALUES if isinstance(v, str)] + STATES + ["T.Start"])}
    if kind == "number":
        return {"lit": rng.choice(["5", "0", "-1", "2.5", "10"]), "type": "number"}
    if kind == "boolean":
        return {"lit": rng.choice(["true", "False"]), "type": "boolean"}
    if kind == "datetime":
        return {
            "lit": rng.choice(["2026-01-01", "2026-01-01T02:00:00Z", "2026-01-01 03:30:00+01:30"]),
            "type": "datetime",
        }
    return {
        "lit": (
            None
            if kind == "null"
            else (
                rng.choice([0, 1, 5, 10, 2.5, -1])
                if kind == "bare number"
                else rng.choice([True, False])
            )
        )
    }


def expr(rng: random.Random, depth: int, kind: str = "boolean") -> dict[str, Any]:
    if kind == "any" or depth == 0:
        return (
            leaf(rng)
            if depth == 0 or rng.random() < 0.6
            else expr(rng, depth - 1, rng.choice(["boolean", "number", "datetime", "coalesce"]))
        )
    if kind == "coalesce":
        return {
            "op": "coalesce",
            "args": [expr(rng, depth - 1, "any") for _ in range(rng.randint(1, 3))],
        }
    if kind == "number":
        op = rng.choice(["add", "sub", "mul", "div", "dateDiffMinutes"])
        return {"op": op, "args": [expr(rng, depth - 1, "any") for _ in range(2)]}
    if kind == "datetime":
        return {
            "op": "dateAdd",
            "args": [
                {"lit": rng.choice(["minute", "hour", "day"])},
                {"lit": rng.choice([-3, 0, 5])} if rng.random() < 0.7 else {"ref": "object.N"},
                expr(rng, depth - 1, "any"),
            ],
        }
    op = rng.choice(
        [
            "and",
            "or",
            "not",
            "eq",
            "ne",
            "gt",
            "gte",
            "lt",
            "lte",
            "in",
            "in",
            "contains",
            "contains",
            "startsWith",
            "endsWith",
            "isNull",
            "isNotNull",
            "regex",
            "eq",
            "coalesce",
        ]
    )
    if op in ("and", "or"):
        return {"op": op, "args": [expr(rng, depth - 1) for _ in range(rng.randint(1, 3))]}
    if op == "not":
        return {"op": op, "args": [expr(rng, depth - 1)]}
    if op == "coalesce":
        return {"op": op, "args": [expr(rng, depth - 1), {"lit": rng.choice([True, False])}]}
    if op == "regex":
        return {
            "op": op,
            "args": [
                expr(rng, depth - 1, "any"),
                {
                    "lit": rng.choice(
                        ["^a", "b$", "[0-9]+", "a.b", "^$", "(?i)TRUE", "a|b", "\\.", "a\\\\b"]
                    )
                },
            ],
        }
    if op in ("isNull", "isNotNull"):
        return {"op": op, "args": [expr(rng, depth - 1, rng.choice(["any", "boolean"]))]}
    args = [expr(rng, depth - 1, "any") for _ in range(rng.randint(2, 4) if op == "in" else 2)]
    return {"op": op, "args": args}


def specified(node: dict[str, Any]) -> bool:
    """The SPEC leaves open the text of a datetime, and of a number that is not a whole literal.
    Only refs, literals and boolean ops may be used as a boolean.
    """
    if "op" not in node:
        return True
    op, args = node["op"], node["args"]
    if not all(map(specified, args)):
        return False
    if op in ("and", "or", "not") and any("op" in a and ref.type_of(a) != "boolean" for a in args):
        return False
    if op in TEXT_OPS or (
        op in ("eq", "ne", "gt", "gte", "lt", "lte", "in", "coalesce")
        and ref.ruling(args) == "text"
    ):
        kinds = [(a, ref.type_of(a)) for a in args]
        return not any(
            k == "datetime" or (k == "number" and not ("lit" in a and "." not in str(a["lit"])))
            for a, k in kinds
        )
    return True


def random_expr(rng: random.Random, depth: int = 3) -> dict[str, Any]:
    while True:
        node = expr(rng, rng.randint(0, depth))
        if specified(node) and ("op" not in node or ref.type_of(node) == "boolean"):
            return node


def rule(rng: random.Random, kind: str, states: list[str], restart: str | None = None) -> Any:
    """A start or stop rule. Most of them match sometimes."""
    chance = rng.random()
    if chance < 0.15 and not restart:
        return rng.choice([None, "", "allow", "deny", "tenant"])
    if chance < 0.45:
        node: dict[str, Any] = {
            "op": "eq",
            "args": [
                {"ref": "event.type"},
                {"lit": "T.Start" if kind == "TimerStart" else "T.Stop"},
            ],
        }
    elif chance < 0.7:
        node = {
            "op": "in",
            "args": [
                {"ref": "transition.toState"},
                *({"lit": s} for s in rng.sample(states, rng.randint(1, len(states)))),
            ],
        }
    elif chance < 0.85:
        node = {
            "op": rng.choice(["eq", "ne"]),
            "args": [
                {"ref": rng.choice(["object.F", "object.f"])},
                {"lit": rng.choice(["a", "b", 5])},
            ],
        }
    else:
        node = random_expr(rng)
    if rng.random() < 0.2:
        node = {"op": rng.choice(["and", "or"]), "args": [node, random_expr(rng, 2)]}
    document = {"version": 1, "kind": kind, "expr": node} | (
        {"params": {"onRestart": restart}} if restart else {}
    )
    return json.dumps(document) if rng.random() < 0.3 else document


# ---------------------------------------------------------------- definitions


def enqueue(rng: random.Random, signals: list[str], count: int) -> list[dict[str, Any]]:
    found = []
    for place in range(1, count + 1):
        payload: dict[str, Any] = {}
        if rng.random() < 0.4:
            payload["level"] = place * 10
        if rng.random() < 0.5:
            payload["afterMinutes"] = rng.choice([0, 5, 30])
        if rng.random() < 0.3:
            payload["severity"] = rng.choice(["Info", "Warning", "Critical"])
        action: dict[str, Any] = {"type": "EnqueueEscalation", "payload": payload}
        if signals and rng.random() < 0.7:
            action["signalType"] = rng.choice(signals)
        if rng.random() < 0.7:
            action["target"] = rng.choice(["role:Lead", "principal:ann:b"])
        if rng.random() < 0.4:
            action["notes"] = rng.choice(["it's late", "{{ no }}"])
        found.append(action)
    return found


def random_binding(
    rng: random.Random, name: str, policy: str, tenant_in_key: bool, stream: str
) -> dict[str, Any]:
    states = rng.sample(STATES, rng.randint(2, 8))
    transitions, keys = [], set()
    slas: list[dict[str, Any]] = []
    for number in range(rng.randint(1, 5)):
        warn = rng.choice([None, 0, 5, 20])
        target = rng.choice([t for t in (0, 10, 30, 60, 120) if warn is None or t > warn])
        restart = rng.choice([None, "newCycle", "ignore", "resume", "resume"])
        signals = ["SLA.Breached"] + (["SLA.Warned"] if warn is not None else [])
        escalation = (
            None
            if rng.random() < 0.3
            else {
                "version": 1,
                "kind": "Escalation",
                "actions": [
                    *enqueue(rng, signals, rng.randint(0, 3)),
                    *([{"type": "Notify"}] if rng.random() < 0.3 else []),
                ],
            }
        )
        slas.append(
            {
                "code": f"{name}{number}",
                "target": target,
                "warn": warn,
                "start": rule(rng, "TimerStart", states, restart),
                "stop": rule(rng, "TimerStop", states),
                "escalation": escalation,
            }
        )
    for state in states:
        if rng.random() < 0.3:
            slas.append(
                {"code": f"State.{state}", "target": rng.choice([0, 15, 60]), "state": state}
            )
    timers = [s["code"] for s in slas]
    bound = rng.choice([0, 0.2, 0.3])
    for _ in range(rng.randint(1, 3 * len(states))):
        key = (rng.choice(CODES), rng.choice(states), rng.choice(states))
        if key in keys:
            continue
        keys.add(key)
        actions: list[dict[str, Any]] = []
        for _ in range(rng.choice([0, 0, 1, 2])):
            timer = rng.choice(timers)
            actions.append(
                {
                    "type": rng.choice(["StartTimer", "StopTimer"]),
                    "target": rng.choice([timer, f"SLA.{timer}"]),
                }
            )
        if rng.random() < 0.2:
            actions += enqueue(rng, ["Fraud.Seen", "SLA.Warned"], rng.randint(1, 2))
            for action in actions:
                if action["type"] == "EnqueueEscalation":
                    action.setdefault("signalType", "Fraud.Seen")
                    action["payload"]["level"] = (
                        len(keys) * 100 + actions.index(action)
                        # an illegal move may take several of one code, and (signal, level) tells
                        # their rows apart
                    )
        events = [e for e in ("E.Go", "E.Back", "E.Off") if rng.random() < bound]
        transitions.append(
            {
                "code": key[0],
                "from": key[1],
                "to": key[2],
                "enabled": rng.random() < 0.9,
                "events": events,
                "actions": actions,
            }
        )
    needs_tenant = tenant_in_key or rng.random() < 0.3
    return {
        "name": name,
        "object_types": [name, NAMES[name]],
        "tenant_in_key": tenant_in_key,
        "needs_tenant": needs_tenant,
        "policy": policy,
        "auto_close": rng.random() < 0.6,
        "stream": stream,
        "severities": SIGNALS,
        "slas": slas,
        "workflow": {
            "id": f"wf-{name}",
            "start": states[0],
            "states": states,
            "terminal": [s for s in states[1:] if rng.random() < 0.3],
            "transitions": transitions,
        },
    }


def snapshot(bindings: list[dict[str, Any]]) -> dict[str, Any]:
    workflows, states, transitions, events, policies, sla_bindings, tables, runtime = (
        [],
        [],
        [],
        [],
        [],
        [],
        [],
        [],
    )
    for b in bindings:
        name, workflow = b["name"], b["workflow"]
        tables.append(
            {
                "id": f"tb-{name}",
                "code": name,
                "cdCode": b["object_types"][1],
                "requiresTenant": b["needs_tenant"],
            }
        )
        runtime.append(
            {
                "id": f"rb-{name}",
                "objectType": "Table",
                "objectId": f"tb-{name}",
                "workflowId": workflow["id"],
                "runtimeMode": "Sidecar",
                "instanceKeyStrategy": "Tenant+ObjectID" if b["tenant_in_key"] else "ObjectID",
            }
        )
        workflows.append(
            {"id": workflow["id"], "code": name, "objectType": "Table", "objectId": f"tb-{name}"}
        )
        minutes = {s["state"]: s["target"] for s in b["slas"] if "state" in s}
        for s in workflow["states"]:
            states.append(
                {
                    "id": f"{name}-{s}",
                    "workflowId": workflow["id"],
                    "code": s,
                    "isInitial": s == workflow["start"],
                    "isTerminal": s in workflow["terminal"],
                    "slaMinutes": minutes.get(s),
                }
            )
        for number, t in enumerate(workflow["transitions"]):
            id = f"wt-{name}-{number}"
            action = (
                {"version": 1, "kind": "Action", "actions": t["actions"]} if t["actions"] else ""
            )
            transitions.append(
                {
                    "id": id,
                    "workflowId": workflow["id"],
                    "code": t["code"],
                    "fromStateId": f"{name}-{t['from']}",
                    "toStateId": f"{name}-{t['to']}",
                    "actionDsl": action,
                    "isEnabled": t["enabled"],
                }
            )
            events += [{"transitionId": id, "eventTypeId": e} for e in t["events"]]
        for s in b["slas"]:
            if "state" not in s:
                policies.append(
                    {
                        "id": f"sl-{name}-{s['code']}",
                        "code": s["code"],
                        "objectType": "Table",
                        "objectId": f"tb-{name}",
                        "targetMinutes": s["target"],
                        "warnMinutes": s["warn"],
                        "escalationRule": s["escalation"],
                    }
                )
                sla_bindings.append(
                    {
                        "id": f"rsb-{name}-{s['code']}",
                        "bindingId": f"rb-{name}",
                        "slaId": f"sl-{name}-{s['code']}",
                        "startRule": s["start"],
                        "stopRule": s["stop"],
                    }
                )
    return {
        "snapshotVersion": 1,
        "generatedAtUTC": "2026-01-01T00:00:00Z",
        "clientCode": "X",
        "projectCode": "Y",
        "objects": {
            "model": {"tables": tables},
            "workflows": {"workflows": workflows, "states": states, "transitions": transitions},
            "runtime": {
                "bindings": runtime,
                "slaPolicies": policies,
                "slaBindings": sla_bindings,
                "signalTypes": [{"code": c, "severity": s} for c, s in SIGNALS.items()],
                "eventTypes": [{"id": e, "code": e} for e in EVENT_TYPES],
                "transitionEvents": events,
            },
        },
    }


def config(bindings: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": 1,
        "metadb": {"snapshot": "metadb/snapshot.json"},
        "journal": {
            "source": {"name": "ops", "schema": "raw", "table": "event_journal"},
            "stream": bindings[0]["stream"],
        },
        "bindings": {
            b["name"]: {"conflict_policy": b["policy"], "auto_close": b["auto_close"]}
            for b in bindings
        },
    }


# ---------------------------------------------------------------- journals


def random_payload(rng: random.Random, binding: dict[str, Any]) -> dict[str, Any]:
    workflow, payload = binding["workflow"], {}
    chance = rng.random()
    if chance < 0.75:
        said: dict[str, Any] = {}
        shape = rng.random()
        if shape < 0.5:
            said["code"] = rng.choice(
                [*CODES, "Nope"]
                if rng.random() < 0.3
                else [t["code"] for t in workflow["transitions"]]
            )
        if shape > 0.4 or rng.random() < 0.3:
            said["toState"] = rng.choice([*workflow["states"], *workflow["states"], "Nowhere"])
        if rng.random() < 0.2:
            said["fromState"] = rng.choice([*workflow["states"], "Nowhere"])
        if rng.random() < 0.3:
            said["rowVersion"] = rng.choice(
                [
                    0,
                    0,
                    1,
                    1,
                    2,
                    3,
                    "0",
                    "1",
                    "2",
                    "x",
                    "",
                    None,
                    True,
                    [1],
                    {},
                    1.5,
                    "1.5",
                    *HUGE,
                    "-1",
                ]
            )
        if rng.random() < 0.1:
            said[rng.choice(["code", "toState", "fromState"])] = rng.choice(
                [None, "", [], {}, ["New"], 5, True]
            )
        payload["transition"] = said
    elif chance < 0.8:
        payload["transition"] = rng.choice([None, "Go", [], 5, True])
    if rng.random() < 0.5:
        payload["object"] = {
            k: rng.choice(VALUES)
            for k in ("F", "f", "Other", "It's", "N", *KEYS)
            if rng.random() < (0.1 if k in KEYS else 0.5)
        }
        if "N" in payload["object"]:
            payload["object"]["N"] = rng.choice([None, 0, 1, -5, "3", "x"])
    elif rng.random() < 0.1:
        payload["object"] = rng.choice([None, "F", [], 5])
    if rng.random() < 0.3:
        payload["user"] = {
            "roles": rng.choice([[], ["a"], ["a", "b"], "a", None, {"a": 1}, ["5", None]]),
            "claims": rng.choice([{}, {"lvl": rng.choice(VALUES)}, None, [], "lvl"]),
        }
        if rng.random() < 0.3:
            del payload["user"][rng.choice(["roles", "claims"])]
    if rng.random() < 0.3:
        payload["context"] = {k: rng.choice(VALUES) for k in ("x", "a b") if rng.random() < 0.6}
    if rng.random() < 0.3:
        said = {}
        if rng.random() < 0.4:
            said["signalType"] = rng.choice([*SIGNALS, None, [], 5])
        if rng.random() < 0.4:
            said["slaCode"] = rng.choice([s["code"] for s in binding["slas"]] + [None, {}])
        if rng.random() < 0.4:
            said["level"] = rng.choice([1, 2, "1", 10, "20", None, [1]])
        payload["escalation"] = said if rng.random() < 0.9 else rng.choice([None, [], "x"])
    return payload


def random_event(rng: random.Random, binding: dict[str, Any], **columns: Any) -> dict[str, Any]:
    text = json.dumps(random_payload(rng, binding), ensure_ascii=rng.random() < 0.5)
    return (
        dict.fromkeys(ref.EJ)
        | {
            "EJ_EventType": rng.choice(EVENT_TYPES),
            "EJ_Actor": rng.choice(["ann", "bob", None]),
            "EJ_ObjectType": rng.choice(binding["object_types"]),
            "EJ_CorrelationID": rng.choice([None, "c"]),
            "EJ_Payload": text if rng.random() < 0.97 else None,
        }
        | columns
    )


def malformed(rng: random.Random, row: dict[str, Any]) -> dict[str, Any]:
    missing = [
        (column, blank)
        for column in ("EJ_ID", "EJ_ObjectID", "EJ_EventType", "_TenantID")
        for blank in (None, "")
    ]
    payloads = [
        ("EJ_Payload", text) for text in ("", "[]", "null", "5", "{", '{"a":}', '"x"', "{} {}")
    ]
    column, value = rng.choice(
        [*missing, ("EJ_EventTimeUTC", None), ("EJ_EventTimeUTC", None), *payloads]
    )
    return row | {
        column: value,
        "_SyncDate": row["_SyncDate"] + MINUTE,
    }  # the SPEC leaves a tie of rows that differ in the tenant alone open


def redelivered(rng: random.Random, row: dict[str, Any]) -> dict[str, Any]:
    """Deliver the row again, every second time with other content."""
    again = row | {"_SyncDate": row["_SyncDate"] + rng.choice([0, 0, 1, 50, 400]) * MINUTE}
    if rng.random() < 0.5:
        return again
    column, value = rng.choice(
        [
            ("EJ_Payload", "{}"),
            ("EJ_EventTimeUTC", row["EJ_EventTimeUTC"] + MINUTE),
            ("EJ_Actor", "eve"),
            ("EJ_EventType", "T.Stop"),
            ("EJ_CausationID", "z"),
            ("EJ_Sequence", None),
            ("EJ_SourceSystem", "crm"),
        ]
    )
    if column == "EJ_CausationID":  # no column that decides which of two rows stays
        again["_SyncDate"] += MINUTE
    return again | {column: value}


def older(rng: random.Random, row: dict[str, Any]) -> dict[str, Any]:
    """The row with other content, which appears later although it reached the journal earlier."""
    column, value = rng.choice(
        [
            ("EJ_Payload", "{}"),
            ("EJ_EventTimeUTC", row["EJ_EventTimeUTC"] + rng.choice([-5, 2000]) * MINUTE),
            ("EJ_EventType", "T.Start"),
            ("EJ_Actor", "zoe"),
            ("EJ_Sequence", 0),
        ]
    )
    return row | {
        column: value,
        "_SyncDate": row["_SyncDate"] - rng.choice([0, 5, 40]) * MINUTE,
        "is_older": True,
    }


def random_object(
    rng: random.Random,
    binding: dict[str, Any],
    tenant: str | None,
    object_id: str,
    ids: list[str],
    begin: int,
    length: int,
) -> list[dict[str, Any]]:
    """Its journal rows. `ids`: event ids of an object with the same id. Some of them are used here
    too.
    """
    rows = []
    stations = rng.sample([None, "", "crm", "st1", "ST1"], rng.randint(1, 3))
    skew = {s: rng.choice([0, 0, 0, 7, -20, 200]) for s in stations}
    counter = dict.fromkeys(stations, 0)
    for _ in range(rng.randint(1, length)):
        begin += rng.choice([0, 0, 1, 5, 10, 30, 61])
        station = rng.choice(stations)
        counter[station] += rng.choice([0, 1, 1, 1, 2])
        happened = START + MINUTE * (
            begin + skew[station] + (rng.choice([-40, 3, 90]) if rng.random() < 0.1 else 0)
        )
        arrived = START + dt.timedelta(
            minutes=begin + rng.choice([0, 0, 1, 30, 300]),
            milliseconds=rng.choice([0, 0, 1.5, 999]),
        )
        id = (
            rng.choice(ids)
            if ids and rng.random() < 0.05
            else f"{rng.getrandbits(32):08x}-{len(ids)}"
        )
        ids.append(id)
        row = random_event(
            rng,
            binding,
            EJ_ID=id,
            _TenantID=tenant,
            EJ_ObjectID=object_id,
            EJ_EventTimeUTC=happened,
            EJ_SourceSystem=station,
            EJ_Sequence=counter[station] if rng.random() < 0.7 else None,
            _SyncDate=arrived,
        )
        rows.append(row)
        for chance, other in ((0.04, malformed), (0.06, redelivered), (0.08, older)):
            if rng.random() < chance:
                rows.append(other(rng, row))
    return rows


def random_journal(
    rng: random.Random,
    bindings: list[dict[str, Any]],
    objects: int,
    as_of: list[dt.datetime],
    length: int = 12,
) -> list[dict[str, Any]]:
    """Rows with `run`, the run by which each has appeared, `other_sync`, its permuted _SyncDate,
    and `again`, whether it is delivered again at the end.
    """
    rows: list[dict[str, Any]] = []
    span = (as_of[-1] - START) // MINUTE
    for binding in bindings:
        ids: list[str] = []
        for index in range(objects):
            tenant, object_id = (
                rng.choice(["t1", "t2", "T1"] if binding["needs_tenant"] else ["t1", "", None]),
                f"O{index // 2}",
            )
            if index < 2:
                tenant, object_id = (("a", "b|c"), ("a|b", "c"))[index]
            if index % 2 == 0:
                ids = []
            rows += random_object(
                rng, binding, tenant, object_id, ids, rng.randint(0, span), length
            )
    for row in rows:
        row["run"] = run = next(
            (r for r, at in enumerate(as_of) if row["_SyncDate"] <= at), len(as_of) - 1
        )
        chance, is_older = rng.random(), row.pop("is_older", False)
        if (
            run + 1 < len(as_of)
            and row["_SyncDate"] > as_of[run] - LOOKBACK
            and (is_older or chance < 0.15)
        ):
            row["run"] += 1  # a straggler
        elif is_older and run and rng.random() < 0.5:
            row["_SyncDate"] = max(row["_SyncDate"], as_of[run - 1] - LOOKBACK)
        elif run and row["_SyncDate"] < as_of[run - 1] + 12 * MINUTE and chance < 0.3:
            row["run"] -= 1  # its _SyncDate lies after the run's as_of
        row["again"] = rng.random() < 0.3
    for row, other in zip(rows, rng.sample(rows, len(rows)), strict=True):
        row["other_sync"] = other["_SyncDate"]
    rows.append(rows[0] | {"EJ_ObjectType": "Stranger"})
    return rows


# ---------------------------------------------------------------- worlds


@dataclass
class World:
    """The as_of of each run. The last runs have no new rows, so that only time passes."""

    bindings: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    as_of: list[dt.datetime]
    folds: dict[int, dict[str, dict[str, list[dict[str, Any]]]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __repr__(self) -> str:
        return (
            f"World({len(self.bindings)} bindings, {self.objects()} objects, {len(self.rows)} rows,"
            f" {len(self.as_of)} runs)"
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # what Hypothesis prints
        printer.text(repr(self))

    def files(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """ozmeta.yml and the snapshot of its project."""
        return config(self.bindings), snapshot(self.bindings)

    def more(self, project: Any, run: int) -> list[Any]:
        """Further comparisons after a run of a world of this kind: invariants.Finding."""
        return []

    def objects(self) -> int:
        return len(
            {
                (b["name"], r["_TenantID"] if b["tenant_in_key"] else "", r["EJ_ObjectID"])
                for b in self.bindings
                for r in self.rows
                if r["EJ_ObjectType"] in b["object_types"] and r["EJ_ObjectID"]
            }
        )

    def arrived(self, run: int) -> list[dict[str, Any]]:
        return [r for r in self.rows if r["run"] <= run]

    def last_arrival(self) -> int:
        return max((r["run"] for r in self.rows), default=0)

    def fold(self, run: int) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """{binding: {model: rows}} as the reference has them after a run."""
        if run not in self.folds:
            self.folds[run] = {
                b["name"]: ref.fold(self.arrived(run), b, self.as_of[run]) for b in self.bindings
            }
        return self.folds[run]


SEEDS = st.integers(0, 2**64 - 1)


@st.composite
def worlds(draw: st.DrawFn, bindings: int, objects: int) -> World:
    """Objects: of each binding."""
    stream, first, runs = (
        draw(st.sampled_from(["EJ_SourceSystem", "EJ_SourceSystem", "none"])),
        draw(st.integers(0, 1)),
        draw(st.integers(2, 5)),
    )
    defined = []
    for number, name in enumerate(list(NAMES)[:bindings]):
        tenant_in_key = draw(st.sampled_from([True, True, False]))
        defined.append(
            random_binding(
                random.Random(draw(SEEDS)),
                name,
                POLICIES[(first + number) % 2],
                tenant_in_key,
                stream,
            )
        )
    rng = random.Random(
        draw(SEEDS.filter(bool))
    )  # not the world of noughts, with which Hypothesis always begins
    as_of = [START + 20 * MINUTE]
    for _ in range(runs):
        as_of.append(
            as_of[-1]
            + dt.timedelta(
                minutes=rng.choice([5, 30, 60, 120, 120, 240]), seconds=rng.choice([0, 0, 30])
            )
        )
    rows = random_journal(rng, defined, objects, as_of[1:])
    ticks = [as_of[-1] + rng.randint(1, 400) * MINUTE]
    return World(defined, rows, as_of[1:] + ticks)


@st.composite
def rule_worlds(draw: st.DrawFn, objects: int) -> World:
    """Each SLA is a rule, and each object has one or two events. The SLA's cycle exists if and only
    if its rule is true.
    """
    rng = random.Random(draw(SEEDS.filter(bool)))
    binding = random_binding(rng, "Alpha", "last_writer_wins", True, "EJ_SourceSystem")
    binding["slas"] = []
    for transition in binding["workflow"]["transitions"]:
        transition["actions"] = []
    for number in range(40):
        node = random_expr(rng)
        wrapped = rng.random()
        if wrapped < 0.25:
            node = {"op": "not", "args": [node]}
        elif wrapped < 0.5:
            node = {"op": "isNull", "args": [node]}
        binding["slas"].append(
            {
                "code": f"R{number:02}",
                "target": 10,
                "warn": None,
                "start": {"version": 1, "kind": "TimerStart", "expr": node},
                "stop": "deny",
                "escalation": {"version": 1, "kind": "Escalation"},
            }
        )
    as_of = [START + 680 * MINUTE]
    return World([binding], random_journal(rng, [binding], objects, as_of, 2), as_of)


# ---------------------------------------------------------------- what occurs

OCCURS = {
    *(
        f"anomaly {mark}"
        for mark in (
            "UnknownTransition",
            "UnknownState",
            "AmbiguousTransition",
            "UndeclaredTransition",
            "IllegalTransition",
            "VersionConflict",
            "ClockSkew",
        )
    ),
    *(
        f"refused {reason}"
        for reason in (
            "MissingEventID",
            "MissingObjectID",
            "MissingEventType",
            "MissingEventTime",
            "MissingTenant",
            "MalformedPayload",
            "ConflictingDuplicate",
        )
    ),
    *(
        f"status {status}"
        for status in (
            "Running",
            "Warned",
            "Breached",
            "Stopped",
            "Stopped after a warning",
            "Stopped after a breach",
        )
    ),
    *(f"onRestart {mode}" for mode in (None, "newCycle", "ignore", "resume")),
    "a second cycle",
    "a pause",
    "an SLA of a state",
    "a timer started by an action",
    *(f"escalation {status}" for status in ("Open", "Ack", "Closed")),
    "an escalation of a transition",
    "a second level",
    "retracted",
    "raised again",
    *(f"policy {policy}" for policy in POLICIES),
    "rejected",
    *(f"stream {stream}" for stream in ("EJ_SourceSystem", "none")),
    *(f"tenant in key: {yes}" for yes in (True, False)),
    *(f"tenant needed: {yes}" for yes in (True, False)),
    *(f"auto_close: {yes}" for yes in (True, False)),
    *(f"{number} states" for number in range(2, 9)),
    "a terminal state",
    "a transition by its event type",
    "a transition by its state",
    "a transition that is not enabled",
    "a pending event",
    "a pending event that time alone made due",
    "a late event",
    "a straggler",
    "a row from after the run's as_of",
    "an older delivery that takes over",
    "a redelivery",
    "a redelivery under the other name",
    "one object id in two tenants",
    "one event id in two tenants",
    "several streams",
    "an equal sequence",
    "no sequence in a stream that counts",
    "a null payload",
    "the other object type",
    "a rule that reads user.role",
}


def census(world: World) -> Counter[str]:
    """How often each of OCCURS occurs, and the totals."""
    found: Counter[str] = Counter(
        {
            "worlds": 1,
            "runs": len(world.as_of),
            "objects": world.objects(),
            "events": len(world.rows),
            "bindings": len(world.bindings),
        }
    )
    last = len(world.as_of) - 1
    for binding in world.bindings:
        name, workflow = binding["name"], binding["workflow"]
        found.update(
            [
                f"policy {binding['policy']}",
                f"stream {binding['stream']}",
                f"tenant in key: {binding['tenant_in_key']}",
                f"tenant needed: {binding['needs_tenant']}",
                f"auto_close: {binding['auto_close']}",
                f"{len(workflow['states'])} states",
            ]
        )
        slas = {s["code"]: s for s in binding["slas"]}
        found["a rule that reads user.role"] += sum(
            re.search(r"user\.role\b", str(s.get(rule))) is not None
            for s in slas.values()
            for rule in ("start", "stop")
        )
        raised: list[set[tuple]] = []
        for run in range(len(world.as_of)):
            tables = world.fold(run)[name]
            raised.append(
                {
                    (r["_TenantID"], r["EQ_ObjectID"], r["EQ_ID"][14:])
                    for r in tables["escalation_queue"]
                }
            )
            found.update(f"status {r['ST_Status']}" for r in tables["sla_cycle"])
            found.update(f"escalation {r['EQ_Status']}" for r in tables["escalation_queue"])
            found["a pending event"] += sum("TL_Position" not in r for r in tables["timeline"])
        gone = [before - after for before, after in itertools.pairwise(raised)]
        found["retracted"] += sum(map(len, gone))
        found["raised again"] += sum(
            len(g & later) for run, g in enumerate(gone) for later in raised[run + 2 :]
        )
        tables = world.fold(last)[name]
        found.update(
            f"anomaly {r['TL_Anomaly']}" for r in tables["timeline"] if r.get("TL_Anomaly")
        )
        found["rejected"] += sum(bool(r.get("TL_IsRejected")) for r in tables["timeline"])
        for r in tables["quarantine"]:
            found[f"refused {r['QR_Reason']}"] += r["QR_Rows"]
        for r in tables["sla_cycle"]:
            sla = slas[r["SL_Code"]]
            restart = ((ref.document(sla.get("start")) or {}).get("params") or {}).get("onRestart")
            found["an SLA of a state" if "state" in sla else f"onRestart {restart}"] += 1
            found["a second cycle"] += r["ST_CycleNo"] > 1
            found["a pause"] += r["ST_DueUTC"] - r["ST_StartUTC"] > sla["target"] * MINUTE
            found["a second level"] += r["ST_EscalationLevel"] > 1
            for kind, at in (("warning", "ST_WarnedUTC"), ("breach", "ST_BreachedUTC")):
                found[f"status Stopped after a {kind}"] += (
                    r["ST_Status"] == "Stopped" and r[at] is not None
                )
        found["an escalation of a transition"] += sum(
            r["SL_Code"] is None for r in tables["escalation_queue"]
        )
        found["a terminal state"] += sum(r["WI_IsTerminal"] for r in tables["workflow_instance"])
        found["a transition that is not enabled"] += sum(
            not t["enabled"] for t in workflow["transitions"]
        )
        count_rows(world, binding, found)
    return +found


def count_rows(world: World, binding: dict[str, Any], found: Counter[str]) -> None:
    """What occurs in a binding's journal rows, and in the events that they became."""
    last, arrivals = len(world.as_of) - 1, world.last_arrival()
    mine = [r for r in world.rows if r["EJ_ObjectType"] in binding["object_types"]]
    by_event, by_object = defaultdict(list), defaultdict(list)
    for row in mine:
        by_object[row["_TenantID"], row["EJ_ObjectID"]].append(row)
        by_event[row["_TenantID"], row["EJ_ObjectID"], row["EJ_ID"]].append(row)
        found["a null payload"] += row["EJ_Payload"] is None
        found["the other object type"] += row["EJ_ObjectType"] != binding["name"]
        found["a straggler"] += row["run"] > 0 and row["_SyncDate"] <= world.as_of[row["run"] - 1]
        found["a row from after the run's as_of"] += (
            row["run"] < arrivals and row["_SyncDate"] > world.as_of[row["run"]]
        )
    for same in by_event.values():
        by_run = sorted(same, key=lambda r: r["run"])
        for first, second in itertools.pairwise(by_run):
            alike = all(
                first[c] == second[c] for c in ref.EJ if c not in ("_SyncDate", "EJ_ObjectType")
            )
            found["a redelivery"] += alike
            found["an older delivery that takes over"] += (
                not alike
                and first["run"] < second["run"]
                and second["_SyncDate"] < first["_SyncDate"]
            )
        found["a redelivery under the other name"] += any(
            r["again"] for r in same
        )  # played so at the end
    for rows in by_object.values():
        counted = [(r["EJ_SourceSystem"] or "", r["EJ_Sequence"]) for r in rows]
        found["several streams"] += len({source for source, _ in counted}) > 1
        found["an equal sequence"] += any(
            n > 1 for (_, sequence), n in Counter(counted).items() if sequence is not None
        )
        found["no sequence in a stream that counts"] += any(
            sequence is None and any(s == source and q is not None for s, q in counted)
            for source, sequence in counted
        )
        found["a late event"] += any(
            r["run"] > s["run"] and r["EJ_EventTimeUTC"] < s["EJ_EventTimeUTC"]
            for r in rows
            for s in rows
            if r["EJ_EventTimeUTC"] and s["EJ_EventTimeUTC"]
        )
    for place, label in ((1, "one object id in two tenants"), (2, "one event id in two tenants")):
        tenants = defaultdict(set)
        for key in by_event:
            tenants[key[place] if place == 1 else key[1:]].add(key[0])
        found[label] += sum(len(t) > 1 for t in tenants.values())
    bound = {e for t in binding["workflow"]["transitions"] for e in t["events"]}
    payloads = {
        (r["_TenantID"] or None, r["EJ_ObjectID"], r["EJ_ID"]): ref.part(
            ref.parse(r["EJ_Payload"]) or {}, "transition"
        )
        for r in mine
    }
    for event in world.fold(last)[binding["name"]]["timeline"]:
        if event.get("TL_IsApplied"):
            said = payloads[event["_TenantID"], event["EJ_ObjectID"], event["EJ_ID"]]
            if not ref.scalar(said.get("code")):
                found[
                    (
                        "a transition by its event type"
                        if event["EJ_EventType"] in bound
                        else "a transition by its state"
                    )
                ] += 1
    timers = {
        a.get("target", "").removeprefix("SLA.")
        for t in binding["workflow"]["transitions"]
        for a in t["actions"]
        if a["type"] == "StartTimer"
    }
    found["a timer started by an action"] += sum(
        r["SL_Code"] in timers for r in world.fold(last)[binding["name"]]["sla_cycle"]
    )
    for run in range(1, len(world.as_of)):
        new = {(r["_TenantID"] or None, r["EJ_ObjectID"]) for r in mine if r["run"] == run}
        before = {
            (r["_TenantID"], r["EJ_ObjectID"], r["EJ_ID"])
            for r in world.fold(run - 1)[binding["name"]]["timeline"]
            if "TL_Position" not in r
        }
        now = {
            (r["_TenantID"], r["EJ_ObjectID"], r["EJ_ID"])
            for r in world.fold(run)[binding["name"]]["timeline"]
            if "TL_Position" in r
        }
        found["a pending event that time alone made due"] += sum(
            key[:2] not in new for key in before & now
        )


def drawn(number: int, bindings: int, objects: int, chosen: int) -> list[World]:
    """The same worlds each time. chosen: the seed"""
    found: list[World] = []

    @seed(chosen)
    @settings(
        max_examples=number,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(world=worlds(bindings, objects))
    def draw(world: World) -> None:
        found.append(world)

    draw()
    return found
