"""Random workflows, SLAs, rules and journals: dbt's tables, by increments and by a full refresh, against reference_fold.

More rounds: OZMETA_ROUNDS=20 pytest integration_tests/test_reference.py; one seed alone: python integration_tests/test_reference.py journal 7
test_pinned_cases holds what earlier rounds found.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import reference_fold as ref  # noqa: E402
from dbt_project_under_test import JOURNAL_COLUMNS, DbtProject, canonical  # noqa: E402

ROUNDS = int(os.environ.get("OZMETA_ROUNDS", "1"))
MODELS = ("timeline", "workflow_instance", "sla_cycle", "sla_timer", "escalation_queue", "quarantine")
START = dt.datetime(2026, 3, 1)
EVENT_TYPES = ["Ev", "E.Go", "E.Back", "E.Off", "E.None", "Escalation.Acknowledged", "Escalation.Closed", "T.Start", "T.Stop"]
CODES = ["Go", "Back", "Approve", "approve", "It's"]
STATES = ["New", "Open", "Wait", "Done", "done", "Ünder {{ x }}"]
SIGNALS = {"SLA.Warned": "Info", "SLA.Breached": "Critical", "Escalation.Raised": "Warning", "Fraud.Seen": "Critical"}
VALUES = [
    None, "", "a", "A", "ab", "b", "é", "true", "TRUE", "False", "no", True, False, 0, 1, -1, 5, 10, 2.5, "5", "05", "2.5", "-1", "5.", ".5", "+5", " 5", "1e3", "5a",
    "2026-03-01", "2026-03-01T02:00:00Z", "2026-03-01 02:00:00", "2026-03-01T02:00:00.5+02:00", "2026-03-01T02:00", "2026-13-01", "2026-02-30T00:00:00", "2026-03-01T02:00:00-0130",
    "2026-03-01T02:00:00.123456789Z", "2026-03-01T25:00:00Z", [], ["a"], ["a", "b"], [1, 5], ["5", None], [True, "x"], [["a"], "b"], [{"a": 1}], {}, {"a": 1}, "100%", "a_b", "a\\b", "a'b", "null", "[]", "New", "Open",
]  # fmt: skip
KEYS = ["a.b", 'a"b', "*", "0", "{{ x }}", "a\\b"]
REFS = [
    "object.F", "object.f", "object.Other", "object.It's", *(f"object.{key}" for key in KEYS), "context.x", "context.a b", "user.roles", "user.claims.lvl", "user.id", "event.type", "event.id", "event.sourceSystem",
    "tenant.id", "transition.fromState", "transition.toState", "transition.code", "now.utc",
]  # fmt: skip
HUGE = ["99999999999999999999", 99999999999999999999]
TEXT_OPS = ("contains", "startsWith", "endsWith", "regex")


# ---------------------------------------------------------------- rules


def leaf(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.6:
        node: dict[str, Any] = {"ref": rng.choice(REFS[:14] if rng.random() < 0.7 else REFS)}
        if rng.random() < 0.25 and node["ref"] != "now.utc":
            node["as"] = rng.choice(["string", "number", "boolean", "datetime"])
        return node
    kind = rng.choice(["string", "string", "string", "number", "boolean", "datetime", "null", "bare number", "bare boolean"])
    if kind == "string":
        return {"lit": rng.choice([v for v in VALUES if isinstance(v, str)] + STATES + ["T.Start"])}
    if kind == "number":
        return {"lit": rng.choice(["5", "0", "-1", "2.5", "10"]), "type": "number"}
    if kind == "boolean":
        return {"lit": rng.choice(["true", "False"]), "type": "boolean"}
    if kind == "datetime":
        return {"lit": rng.choice(["2026-03-01", "2026-03-01T02:00:00Z", "2026-03-01 03:30:00+01:30"]), "type": "datetime"}
    return {"lit": None if kind == "null" else rng.choice([0, 1, 5, 10, 2.5, -1]) if kind == "bare number" else rng.choice([True, False])}


def expr(rng: random.Random, depth: int, kind: str = "boolean") -> dict[str, Any]:
    if kind == "any" or depth == 0:
        return leaf(rng) if depth == 0 or rng.random() < 0.6 else expr(rng, depth - 1, rng.choice(["boolean", "number", "datetime", "coalesce"]))
    if kind == "coalesce":
        return {"op": "coalesce", "args": [expr(rng, depth - 1, "any") for _ in range(rng.randint(1, 3))]}
    if kind == "number":
        op = rng.choice(["add", "sub", "mul", "div", "dateDiffMinutes"])
        return {"op": op, "args": [expr(rng, depth - 1, "any") for _ in range(2)]}
    if kind == "datetime":
        return {"op": "dateAdd", "args": [{"lit": rng.choice(["minute", "hour", "day"])}, {"lit": rng.choice([-3, 0, 5])} if rng.random() < 0.7 else {"ref": "object.N"}, expr(rng, depth - 1, "any")]}
    op = rng.choice(["and", "or", "not", "eq", "ne", "gt", "gte", "lt", "lte", "in", "in", "contains", "contains", "startsWith", "endsWith", "isNull", "isNotNull", "regex", "eq", "coalesce"])
    if op in ("and", "or"):
        return {"op": op, "args": [expr(rng, depth - 1) for _ in range(rng.randint(1, 3))]}
    if op == "not":
        return {"op": op, "args": [expr(rng, depth - 1)]}
    if op == "coalesce":
        return {"op": op, "args": [expr(rng, depth - 1), {"lit": rng.choice([True, False])}]}
    if op == "regex":
        return {"op": op, "args": [expr(rng, depth - 1, "any"), {"lit": rng.choice(["^a", "b$", "[0-9]+", "a.b", "^$", "(?i)TRUE", "a|b", "\\.", "a\\\\b"])}]}
    if op in ("isNull", "isNotNull"):
        return {"op": op, "args": [expr(rng, depth - 1, rng.choice(["any", "boolean"]))]}
    args = [expr(rng, depth - 1, "any") for _ in range(rng.randint(2, 4) if op == "in" else 2)]
    return {"op": op, "args": args}


def specified(node: dict[str, Any]) -> bool:
    """The SPEC leaves open how a number that is no whole literal, or a datetime, reads as text; and a truth value is due of refs, literals and boolean ops only."""
    if "op" not in node:
        return True
    op, args = node["op"], node["args"]
    if not all(map(specified, args)):
        return False
    if op in ("and", "or", "not") and any("op" in a and ref.type_of(a) != "boolean" for a in args):
        return False
    if op in TEXT_OPS or (op in ("eq", "ne", "gt", "gte", "lt", "lte", "in", "coalesce") and ref.ruling(args) == "text"):
        kinds = [(a, ref.type_of(a)) for a in args]
        return not any(k == "datetime" or (k == "number" and not ("lit" in a and "." not in str(a["lit"]))) for a, k in kinds)
    return True


def random_expr(rng: random.Random, depth: int = 3) -> dict[str, Any]:
    while True:
        node = expr(rng, rng.randint(0, depth))
        if specified(node) and ("op" not in node or ref.type_of(node) == "boolean"):
            return node


def rule(rng: random.Random, kind: str, states: list[str], restart: str | None = None) -> Any:
    """A start or stop rule: most of them such that they do match now and then."""
    chance = rng.random()
    if chance < 0.15 and not restart:
        return rng.choice([None, "", "allow", "deny", "tenant"])
    if chance < 0.45:
        node: dict[str, Any] = {"op": "eq", "args": [{"ref": "event.type"}, {"lit": "T.Start" if kind == "TimerStart" else "T.Stop"}]}
    elif chance < 0.7:
        node = {"op": "in", "args": [{"ref": "transition.toState"}, *({"lit": s} for s in rng.sample(states, rng.randint(1, len(states))))]}
    elif chance < 0.85:
        node = {"op": rng.choice(["eq", "ne"]), "args": [{"ref": rng.choice(["object.F", "object.f"])}, {"lit": rng.choice(["a", "b", 5])}]}
    else:
        node = random_expr(rng)
    if rng.random() < 0.2:
        node = {"op": rng.choice(["and", "or"]), "args": [node, random_expr(rng, 2)]}
    document = {"version": 1, "kind": kind, "expr": node} | ({"params": {"onRestart": restart}} if restart else {})
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


def random_binding(rng: random.Random, name: str, policy: str, tenant_in_key: bool, stream: str) -> dict[str, Any]:
    states = rng.sample(STATES, rng.randint(2, 6))
    transitions, keys = [], set()
    slas: list[dict[str, Any]] = []
    for number in range(rng.randint(1, 5)):
        warn = rng.choice([None, 0, 5, 20])
        target = rng.choice([t for t in (0, 10, 30, 60, 120) if warn is None or t > warn])
        restart = rng.choice([None, "newCycle", "ignore", "resume", "resume"])
        signals = ["SLA.Breached"] + (["SLA.Warned"] if warn is not None else [])
        escalation = None if rng.random() < 0.3 else {"version": 1, "kind": "Escalation", "actions": [*enqueue(rng, signals, rng.randint(0, 3)), *([{"type": "Notify"}] if rng.random() < 0.3 else [])]}
        slas.append({"code": f"{name}{number}", "target": target, "warn": warn, "start": rule(rng, "TimerStart", states, restart), "stop": rule(rng, "TimerStop", states), "escalation": escalation})
    for state in states:
        if rng.random() < 0.3:
            slas.append({"code": f"State.{state}", "target": rng.choice([0, 15, 60]), "state": state})
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
            actions.append({"type": rng.choice(["StartTimer", "StopTimer"]), "target": rng.choice([timer, f"SLA.{timer}"])})
        if rng.random() < 0.2:
            actions += enqueue(rng, ["Fraud.Seen", "SLA.Warned"], rng.randint(1, 2))
            for action in actions:
                if action["type"] == "EnqueueEscalation":
                    action.setdefault("signalType", "Fraud.Seen")
                    action["payload"]["level"] = len(keys) * 100 + actions.index(action)  # an illegal move may take several of one code, and (signal, level) tells their rows apart
        events = [e for e in ("E.Go", "E.Back", "E.Off") if rng.random() < bound]
        transitions.append({"code": key[0], "from": key[1], "to": key[2], "enabled": rng.random() < 0.9, "events": events, "actions": actions})
    needs_tenant = tenant_in_key or rng.random() < 0.3
    return {
        "name": name, "object_types": [name, name[:2].upper()], "tenant_in_key": tenant_in_key, "needs_tenant": needs_tenant, "policy": policy, "auto_close": rng.random() < 0.6,
        "stream": stream, "severities": SIGNALS, "slas": slas,
        "workflow": {"id": f"wf-{name}", "start": states[0], "states": states, "terminal": [s for s in states[1:] if rng.random() < 0.3], "transitions": transitions},
    }  # fmt: skip


def snapshot(bindings: list[dict[str, Any]]) -> dict[str, Any]:
    workflows, states, transitions, events, policies, sla_bindings, tables, runtime = [], [], [], [], [], [], [], []
    for b in bindings:
        name, workflow = b["name"], b["workflow"]
        tables.append({"id": f"tb-{name}", "code": name, "cdCode": name[:2].upper(), "requiresTenant": b["needs_tenant"]})
        runtime.append({"id": f"rb-{name}", "objectType": "Table", "objectId": f"tb-{name}", "workflowId": workflow["id"], "runtimeMode": "Sidecar", "instanceKeyStrategy": "Tenant+ObjectID" if b["tenant_in_key"] else "ObjectID"})
        workflows.append({"id": workflow["id"], "code": name, "objectType": "Table", "objectId": f"tb-{name}"})
        minutes = {s["state"]: s["target"] for s in b["slas"] if "state" in s}
        for s in workflow["states"]:
            states.append({"id": f"{name}-{s}", "workflowId": workflow["id"], "code": s, "isInitial": s == workflow["start"], "isTerminal": s in workflow["terminal"], "slaMinutes": minutes.get(s)})
        for number, t in enumerate(workflow["transitions"]):
            id = f"wt-{name}-{number}"
            action = {"version": 1, "kind": "Action", "actions": t["actions"]} if t["actions"] else ""
            transitions.append({"id": id, "workflowId": workflow["id"], "code": t["code"], "fromStateId": f"{name}-{t['from']}", "toStateId": f"{name}-{t['to']}", "actionDsl": action, "isEnabled": t["enabled"]})
            events += [{"transitionId": id, "eventTypeId": e} for e in t["events"]]
        for s in b["slas"]:
            if "state" not in s:
                policies.append({"id": f"sl-{s['code']}", "code": s["code"], "objectType": "Table", "objectId": f"tb-{name}", "targetMinutes": s["target"], "warnMinutes": s["warn"], "escalationRule": s["escalation"]})
                sla_bindings.append({"id": f"rsb-{s['code']}", "bindingId": f"rb-{name}", "slaId": f"sl-{s['code']}", "startRule": s["start"], "stopRule": s["stop"]})
    return {"snapshotVersion": 1, "generatedAtUTC": "2026-01-01T00:00:00Z", "clientCode": "X", "projectCode": "Y", "objects": {
        "model": {"tables": tables}, "workflows": {"workflows": workflows, "states": states, "transitions": transitions},
        "runtime": {"bindings": runtime, "slaPolicies": policies, "slaBindings": sla_bindings, "signalTypes": [{"code": c, "severity": s} for c, s in SIGNALS.items()],
                    "eventTypes": [{"id": e, "code": e} for e in EVENT_TYPES], "transitionEvents": events},
    }}  # fmt: skip


def config(bindings: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": 1, "metadb": {"snapshot": "metadb/snapshot.json"},
        "journal": {"source": {"name": "ops", "schema": "raw", "table": "event_journal"}, "stream": bindings[0]["stream"]},
        "bindings": {b["name"]: {"conflict_policy": b["policy"], "auto_close": b["auto_close"]} for b in bindings},
    }  # fmt: skip


# ---------------------------------------------------------------- journals


def random_payload(rng: random.Random, binding: dict[str, Any]) -> dict[str, Any]:
    workflow, payload = binding["workflow"], {}
    chance = rng.random()
    if chance < 0.75:
        said: dict[str, Any] = {}
        shape = rng.random()
        if shape < 0.5:
            said["code"] = rng.choice([*CODES, "Nope"] if rng.random() < 0.3 else [t["code"] for t in workflow["transitions"]])
        if shape > 0.4 or rng.random() < 0.3:
            said["toState"] = rng.choice([*workflow["states"], *workflow["states"], "Nowhere"])
        if rng.random() < 0.2:
            said["fromState"] = rng.choice([*workflow["states"], "Nowhere"])
        if rng.random() < 0.3:
            said["rowVersion"] = rng.choice([0, 0, 1, 1, 2, 3, "0", "1", "2", "x", "", None, True, [1], {}, 1.5, "1.5", *HUGE, "-1"])
        if rng.random() < 0.1:
            said[rng.choice(["code", "toState", "fromState"])] = rng.choice([None, "", [], {}, ["New"], 5, True])
        payload["transition"] = said
    elif chance < 0.8:
        payload["transition"] = rng.choice([None, "Go", [], 5, True])
    if rng.random() < 0.5:
        payload["object"] = {k: rng.choice(VALUES) for k in ("F", "f", "Other", "It's", "N", *KEYS) if rng.random() < (0.1 if k in KEYS else 0.5)}
        if "N" in payload["object"]:
            payload["object"]["N"] = rng.choice([None, 0, 1, -5, "3", "x"])
    elif rng.random() < 0.1:
        payload["object"] = rng.choice([None, "F", [], 5])
    if rng.random() < 0.3:
        payload["user"] = {"roles": rng.choice([[], ["a"], ["a", "b"], "a", None, {"a": 1}, ["5", None]]), "claims": rng.choice([{}, {"lvl": rng.choice(VALUES)}, None, [], "lvl"])}
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


def random_journal(rng: random.Random, bindings: list[dict[str, Any]], objects: int, batches: int, length: int = 12) -> list[dict[str, Any]]:
    """Rows with `batch`, the increment in which each appears."""
    rows, number = [], 0
    span = batches * 120
    for binding in bindings:
        for index in range(objects):
            tenant, object_id = rng.choice(["t1", "t2", "T1"] if binding["needs_tenant"] else ["t1", "", None]), f"O{index // 2}"
            if index < 2:
                tenant, object_id = (("a", "b|c"), ("a|b", "c"))[index]
            stations = rng.sample([None, "", "crm", "st1", "ST1"], rng.randint(1, 3))
            skew = {s: rng.choice([0, 0, 0, 7, -20, 200]) for s in stations}
            counter = dict.fromkeys(stations, 0)
            begin = rng.randint(0, span)
            ids = []
            for _ in range(rng.randint(1, length)):
                number += 1
                begin += rng.choice([0, 0, 1, 5, 10, 30, 61])
                station = rng.choice(stations)
                counter[station] += rng.choice([0, 1, 1, 1, 2])
                happened = START + dt.timedelta(minutes=begin + skew[station] + (rng.choice([-40, 3, 90]) if rng.random() < 0.1 else 0))
                arrived = START + dt.timedelta(minutes=begin + rng.choice([0, 0, 1, 30, 300]), milliseconds=rng.choice([0, 0, 1.5, 999]))
                id = rng.choice(ids) if ids and rng.random() < 0.02 else f"{rng.randrange(16**8):08x}-{number}"
                ids.append(id)
                payload: Any = random_payload(rng, binding)
                text = json.dumps(payload, ensure_ascii=rng.random() < 0.5)
                row = {
                    "EJ_ID": id, "_TenantID": tenant, "EJ_EventType": rng.choice(EVENT_TYPES), "EJ_EventTimeUTC": happened, "EJ_Actor": rng.choice(["ann", "bob", None]),
                    "EJ_ObjectType": rng.choice(binding["object_types"]), "EJ_ObjectID": object_id, "EJ_CorrelationID": rng.choice([None, "c"]), "EJ_CausationID": None,
                    "EJ_SourceSystem": station, "EJ_SourceKey": None, "EJ_Payload": text if rng.random() < 0.97 else None, "EJ_PayloadHash": None,
                    "EJ_Sequence": counter[station] if rng.random() < 0.7 else None, "_SyncDate": arrived,
                }  # fmt: skip
                rows.append(row)
                if rng.random() < 0.04:  # malformed
                    column, value = rng.choice([("EJ_ID", None), ("EJ_ObjectID", None), ("EJ_EventType", None), ("EJ_EventTimeUTC", None), ("_TenantID", None), *(("EJ_Payload", p) for p in ("", "[]", "null", "5", "{", "{\"a\":}", "\"x\"", "{} {}"))])
                    rows.append(row | {column: value, "_SyncDate": arrived + dt.timedelta(minutes=1)})  # the SPEC leaves a tie of rows that differ in the tenant alone open
                if rng.random() < 0.06:  # redelivered, and sometimes in conflict
                    again = copy.copy(row) | {"_SyncDate": arrived + dt.timedelta(minutes=rng.choice([0, 0, 1, 50, 400]))}
                    if rng.random() < 0.5:
                        column, value = rng.choice([("EJ_Payload", "{}"), ("EJ_EventTimeUTC", happened + dt.timedelta(minutes=1)), ("EJ_Actor", "eve"), ("EJ_EventType", "T.Stop"), ("EJ_CausationID", "z"), ("EJ_Sequence", None), ("EJ_SourceSystem", "crm")])
                        if column in ("EJ_CausationID",):
                            again["_SyncDate"] += dt.timedelta(minutes=1)
                        again[column] = value
                    rows.append(again)
                if rng.random() < 0.08:  # an older delivery that comes later, within the lookback
                    column, value = rng.choice([("EJ_Payload", "{}"), ("EJ_EventTimeUTC", happened + dt.timedelta(minutes=rng.choice([-5, 2000]))), ("EJ_EventType", "T.Start"), ("EJ_Actor", "zoe"), ("EJ_Sequence", 0)])
                    rows.append(row | {column: value, "older": dt.timedelta(minutes=rng.choice([0, 5, 40]))})
    rows.append(rows[0] | {"EJ_ObjectType": "Stranger"})
    for row in rows:
        late = (row["_SyncDate"] - START) / dt.timedelta(minutes=120)
        row["batch"] = min(max(int(late), 0), batches - 1)
        if "older" in row:
            older, earliest = row["_SyncDate"] - row.pop("older"), START + dt.timedelta(minutes=120 * (row["batch"] + 1) - 59)
            if row["batch"] + 1 < batches and earliest < row["_SyncDate"]:
                row["batch"] += 1
                row["_SyncDate"] = max(earliest, older)
        elif row["batch"] + 1 < batches and late - row["batch"] > 0.75 and rng.random() < 0.3:
            row["batch"] += 1  # a straggler: within the lookback
        elif row["batch"] and late - row["batch"] < 0.1 and rng.random() < 0.3:
            row["batch"] -= 1  # its _SyncDate lies after the run's as_of
    return rows


# ---------------------------------------------------------------- comparison


def cut(batch: int, batches: int) -> dt.datetime:
    return START + dt.timedelta(minutes=120 * (batch + 1)) + (dt.timedelta(minutes=200) if batch == batches - 1 else dt.timedelta(0))


def comparable(model: str, rows: list[dict[str, Any]]) -> list[tuple]:
    def plain(column: str, value: Any) -> Any:
        if column == "QR_Journal":
            return None
        if column in ("QR_EventTime", "QR_Sequence") and value is not None:
            return str(value)  # as text, as the engine writes it
        return value.isoformat(sep=" ", timespec="microseconds") if isinstance(value, dt.datetime) else value

    return sorted((tuple(plain(c, row.get(c)) for c in canonical(model)) for row in rows), key=repr)


def actual(project: DbtProject, binding: dict[str, Any], model: str) -> list[dict[str, Any]]:
    live = "" if model == "timeline" else " where _DeleteDate is null"
    return project.rows(f"select * from {binding['name'].lower()}_{model}{live}")


def object_of(model: str, row: tuple) -> tuple:
    columns = canonical(model)
    name = next(c for c in ("EJ_ObjectID", "WI_ObjectID", "ST_ObjectID", "EQ_ObjectID", "QR_ObjectID") if c in columns)
    return row[columns.index("_TenantID")], row[columns.index(name)]


def differing(project: DbtProject, binding: dict[str, Any], rows: list[dict[str, Any]], as_of: dt.datetime) -> dict[tuple, list[str]]:
    """{(tenant, object): what differs, as text}"""
    expected, found = ref.fold(rows, binding, as_of), {}
    for model in MODELS:
        if f"{binding['name'].lower()}_{model}" not in {r["table_name"] for r in project.rows("select table_name from information_schema.tables")}:
            assert not expected[model], f"{model} has not been generated"
            continue
        want, have = comparable(model, expected[model]), comparable(model, actual(project, binding, model))
        if want == have:
            continue
        for label, rest in (("SPEC", Counter(want) - Counter(have)), ("dbt ", Counter(have) - Counter(want))):
            for row in rest:
                found.setdefault(object_of(model, row), []).append(f"  {label} {model}: " + ", ".join(f"{c}={v}" for c, v in zip(canonical(model), row, strict=True) if v is not None))
    return found


def report(binding: dict[str, Any], rows: list[dict[str, Any]], found: dict[tuple, list[str]], limit: int = 3) -> str:
    lines = []

    def size(key: tuple) -> int:
        return sum(r["EJ_ObjectID"] == key[1] for r in rows)

    for key in sorted(found, key=size)[:limit]:
        mine = [r for r in rows if r["EJ_ObjectID"] == key[1] and (r["_TenantID"] == key[0] or not binding["tenant_in_key"]) and r["EJ_ObjectType"] in binding["object_types"]]
        lines.append(f"object {key} of {binding['name']} ({binding['policy']}, stream {binding['stream']}, auto_close {binding['auto_close']})")
        lines += ["  " + ", ".join(f"{k}={v}" for k, v in r.items() if v is not None) for r in sorted(mine, key=lambda r: str(r["EJ_EventTimeUTC"]))]
        lines += sorted(found[key])
    return f"{len(found)} objects differ\n" + "\n".join(lines)


def load(project: DbtProject, rows: list[dict[str, Any]]) -> None:
    names = list(JOURNAL_COLUMNS)
    if rows:
        with project.connect() as connection:
            connection.executemany(f"insert into raw.event_journal ({', '.join(names)}) values ({', '.join('?' * len(names))})", [[r[n] for n in names] for r in rows])


def play(folder: Path, bindings: list[dict[str, Any]], rows: list[dict[str, Any]], batches: int, every: bool = True) -> list[str]:
    """Run the increments and a full refresh; what differs from the reference, as text."""
    project = DbtProject(folder, config(bindings), snapshot(bindings), threads=2)
    project.create_journal()
    problems = []

    def check(title: str, seen: list[dict[str, Any]], as_of: dt.datetime) -> None:
        for binding in bindings:
            found = differing(project, binding, seen, as_of)
            if found:
                problems.append(f"--- {title}, as_of {as_of}: " + report(binding, seen, found))

    for batch in range(batches):
        load(project, [r for r in rows if r["batch"] == batch])
        project.run(str(cut(batch, batches)))
        if every or batch == batches - 1:
            check(f"increment {batch + 1} of {batches}", [r for r in rows if r["batch"] <= batch], cut(batch, batches))
    if batches > 1:
        project.run(str(cut(batches - 1, batches)), "--full-refresh")
        check("full refresh", rows, cut(batches - 1, batches))
    return problems


# ---------------------------------------------------------------- tests


def journal_round(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rng = random.Random(f"journal {seed}")
    stream = rng.choice(["EJ_SourceSystem", "EJ_SourceSystem", "none"])
    bindings = [
        random_binding(rng, "Alpha", "last_writer_wins", True, stream), random_binding(rng, "Beta", "first_writer_wins", True, stream),
        random_binding(rng, "Gamma", rng.choice(["last_writer_wins", "first_writer_wins"]), False, stream),
    ]  # fmt: skip
    return bindings, random_journal(rng, bindings, int(os.environ.get("OZMETA_OBJECTS", "100")), 4)


def rules_round(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Each SLA is a rule, each object an event or two: the SLA's cycle is there iff its rule is true."""
    rng = random.Random(f"rules {seed}")
    binding = random_binding(rng, "Rules", "last_writer_wins", True, "EJ_SourceSystem")
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
        binding["slas"].append({"code": f"R{number:02}", "target": 10, "warn": None, "start": {"version": 1, "kind": "TimerStart", "expr": node}, "stop": "deny", "escalation": {"version": 1, "kind": "Escalation"}})
    return [binding], random_journal(rng, [binding], 300, 1, 2)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_journals(tmp_path: Path, seed: int) -> None:
    bindings, rows = journal_round(seed)
    problems = play(tmp_path / "p", bindings, rows, 4)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_rules(tmp_path: Path, seed: int) -> None:
    bindings, rows = rules_round(seed)
    problems = play(tmp_path / "p", bindings, rows, 1)
    assert not problems, "\n".join(problems)


def row(id: str, payload: Any, batch: int = 0, **columns: Any) -> dict[str, Any]:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return dict.fromkeys(ref.EJ) | {
        "EJ_ID": id, "_TenantID": "t", "EJ_EventType": "Ev", "EJ_EventTimeUTC": START, "EJ_ObjectType": "Alpha", "EJ_ObjectID": id, "EJ_Payload": text, "_SyncDate": START, "batch": batch,
    } | columns  # fmt: skip


def small_binding(rules: dict[str, Any], **others: Any) -> dict[str, Any]:
    """New to Open by Go, no terminal state, no bound event; an SLA per rule, which runs iff the rule is true."""
    actions = [{"type": "EnqueueEscalation", "signalType": "Fraud.Seen", "payload": {}}]
    workflow = {"id": "wf-Alpha", "start": "New", "states": ["New", "Open", "Done"], "terminal": [], "transitions": [{"code": "Go", "from": "Open", "to": "Done", "enabled": True, "events": [], "actions": actions}]}
    slas = [{"code": code, "target": 10, "warn": None, "start": node if isinstance(node, str) else {"version": 1, "kind": "TimerStart", "expr": node}, "stop": "deny", "escalation": {"version": 1, "kind": "Escalation"}} for code, node in rules.items()]
    return {"name": "Alpha", "object_types": ["Alpha", "AL"], "tenant_in_key": True, "needs_tenant": True, "policy": "last_writer_wins", "auto_close": True, "stream": "EJ_SourceSystem", "severities": SIGNALS, "slas": slas, "workflow": workflow} | others  # fmt: skip


def test_pinned_cases(tmp_path: Path) -> None:
    """Each object is one case; WI_IsTerminal of all of them is false, though the workflow has no terminal state."""
    tags = {"ref": "object.Tags", "as": "string"}
    rules = {
        "Tenant": {"op": "eq", "args": [{"ref": "tenant.id"}, {"lit": "t"}]}, "TenantShort": "tenant", "Null": {"lit": None},
        "HintedIn": {"op": "in", "args": [{"lit": "a"}, tags]}, "HintedContains": {"op": "contains", "args": [tags, {"lit": "a"}]},
    }  # fmt: skip
    rows = [
        row("tenant", {}), row("no tenant", {}, _TenantID=None), row("array", {"object": {"Tags": ["a", "b"]}}),
        row("huge version", {"transition": {"code": "Go", "rowVersion": 99999999999999999999}}), row("version 2.0", {"transition": {"code": "Go", "rowVersion": 2.0}}),
        row("illegal by state, no event bound", {"transition": {"toState": "Done"}}), row("delivered twice", {}), row("delivered twice", {}, EJ_ObjectType="AL"),
    ]  # fmt: skip
    for one in list(rows):
        if one["EJ_ID"] in ("huge version", "version 2.0"):  # into the state from which Go is legal, first
            rows.append(row(f"{one['EJ_ID']}, before", {"transition": {"toState": "Open"}}, EJ_ObjectID=one["EJ_ID"], EJ_EventTimeUTC=START - dt.timedelta(minutes=1)))
            one["EJ_EventTimeUTC"] = START + dt.timedelta(minutes=1)
    binding = small_binding(rules, tenant_in_key=False, needs_tenant=False)
    problems = play(tmp_path / "p", [binding], rows, 1)
    terminal = DbtProject(tmp_path / "p", config([binding])).rows("select distinct WI_IsTerminal from alpha_workflow_instance")
    assert not problems, "\n".join(problems)
    assert terminal == [{"WI_IsTerminal": False}]


def test_field_named_star(tmp_path: Path) -> None:
    binding = small_binding({"Star": {"op": "eq", "args": [{"ref": "object.*"}, {"lit": "a"}]}})
    problems = play(tmp_path / "p", [binding], [row("1", {"object": {"*": "a"}}), row("2", {"object": {"x": "a"}})], 1)
    assert not problems, "\n".join(problems)


@pytest.mark.xfail(strict=True, reason="several journals: the row that gives way lies outside its own journal's slice; to come with offline stations")
def test_older_delivery_through_another_source(tmp_path: Path) -> None:
    """It replaces an event whose own journal has long been read past: that one goes to quarantine, by increments as by a full refresh."""
    binding = small_binding({})
    project = DbtProject(tmp_path / "p", config([binding]), snapshot([binding]))
    sources = [{"name": "ops", "schema": "raw", "table": table} for table in ("event_journal", "station")]
    project.create_journal()
    with project.connect() as connection:
        connection.execute("create table raw.station as from raw.event_journal")
    project.configure(config([binding]) | {"journal": {"sources": sources}}, snapshot([binding]))
    late = dt.timedelta(minutes=600)
    first, other = row("1", {"object": {"F": 1}}, _SyncDate=START + dt.timedelta(minutes=100)), row("2", {}, _SyncDate=START + late)
    load(project, [first, other])
    project.run(str(START + late))
    again = row("1", {"object": {"F": 2}}, _SyncDate=START + dt.timedelta(minutes=80))
    with project.connect() as connection:
        connection.execute(f"insert into raw.station ({', '.join(ref.EJ)}) values ({', '.join('?' * len(ref.EJ))})", [again[c] for c in ref.EJ])
    project.run(str(START + late))
    found = [(r["QR_Reason"], r["QR_Payload"]) for r in actual(project, binding, "quarantine")]
    assert found == [("ConflictingDuplicate", '{"object": {"F": 1}}')]


if __name__ == "__main__":
    import tempfile

    kind, seed = sys.argv[1], int(sys.argv[2])
    bindings, rows = (journal_round if kind == "journal" else rules_round)(seed)
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(play(Path(os.environ.get("OZMETA_KEEP") or folder) / "p", bindings, rows, 4 if kind == "journal" else 1)) or "no difference")
