"""The small project of most tests: one entity with two states and one SLA, and its events."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from support.dbt_project_under_test import MODELS, DbtProject, differences

CONFIG: dict[str, Any] = {
    "version": 1,
    "metadb": {"snapshot": "metadb/snapshot.json"},
    "journal": {"source": {"name": "ops", "schema": "raw", "table": "event_journal"}},
}


def start_rule(state: str) -> dict[str, Any]:
    return {
        "version": 1,
        "kind": "TimerStart",
        "expr": {"op": "eq", "args": [{"ref": "transition.toState"}, {"lit": state}]},
    }


def snapshot(
    name: str = "Case",
    first: str = "Open",
    second: str = "Busy",
    sla: str = "Work",
    target: int = 60,
) -> dict[str, Any]:
    """One entity, two states with transitions in both directions, and one SLA on the second."""
    return {
        "snapshotVersion": 1,
        "objects": {
            "tables": [{"id": "t", "code": name, "cdCode": "CA"}],
            "workflows": [
                {
                    "workflow": {"id": "w", "code": "Flow"},
                    "states": [
                        {"id": "s1", "code": first, "isInitial": True},
                        {"id": "s2", "code": second},
                    ],
                    "transitions": [
                        {"id": "x1", "code": "Go", "fromStateId": "s1", "toStateId": "s2"},
                        {"id": "x2", "code": "Back", "fromStateId": "s2", "toStateId": "s1"},
                    ],
                }
            ],
            "runtime": {
                "bindings": [
                    {"id": "b", "objectType": "Table", "objectId": "t", "workflowId": "w"}
                ],
                "slaPolicies": [
                    {
                        "id": "p",
                        "code": sla,
                        "objectType": "Table",
                        "objectId": "t",
                        "targetMinutes": target,
                    }
                ],
                "slaBindings": [{"bindingId": "b", "slaId": "p", "startRule": start_rule(second)}],
            },
        },
    }


def event(
    id: str, minute: int, code: str | None = None, object_id: str = "o1", **columns: Any
) -> dict[str, Any]:
    time = dt.datetime(2026, 1, 1) + dt.timedelta(minutes=minute)
    document: dict[str, Any] = {"transition": {"code": code}} if code else {}
    row = {
        "EJ_ID": id,
        "_TenantID": "t1",
        "EJ_EventType": "X",
        "EJ_EventTimeUTC": time,
        "EJ_ObjectType": "Case",
        "EJ_ObjectID": object_id,
        "EJ_Payload": json.dumps(document),
        "_SyncDate": time,
    }
    return row | columns


def keep(project: DbtProject, schema: str, binding: str = "case") -> None:
    with project.connect() as connection:
        connection.execute(f"create schema {schema}")
        for model in MODELS:
            connection.execute(
                f"create table {schema}.{binding}_{model} as from main.{binding}_{model}"
            )


def same_as_full_refresh(project: DbtProject, as_of: str, binding: str = "case") -> dict[str, int]:
    keep(project, "kept", binding)
    project.run(as_of, "--full-refresh")
    with project.connect() as connection:
        return differences("kept", "main", connection, binding)


HOSTILE = [
    'O\'Hara "quoted"',
    "{{ 1/0 }}",
    "{% raw %} %} {% endraw %} #}",
    "two\nlines -- comment",
    "select",
    "naïve 😀 \u202e",
    "back\\slash \\x41 \\'",
    "'; drop table case_timeline; --",
    "x" * 500,
    "$$ ${env} %(a)s %s",
    "{{ var('secret') }}",
]


def meta(restart: str = "newCycle") -> dict:
    """Two states with transitions in both directions. An SLA of 60 minutes on Busy, warned at 30,
    with a ladder. Go raises an escalation as well.
    """
    document = snapshot()
    runtime = document["objects"]["runtime"]
    runtime["slaPolicies"][0]["warnMinutes"] = 30
    runtime["slaBindings"][0]["startRule"]["params"] = {"onRestart": restart}
    runtime["slaBindings"][0]["stopRule"] = {
        "version": 1,
        "kind": "TimerStop",
        "expr": {"op": "eq", "args": [{"ref": "transition.toState"}, {"lit": "Open"}]},
    }
    runtime["slaPolicies"][0]["escalationRule"] = {
        "version": 1,
        "kind": "Escalation",
        "actions": [
            {"type": "EnqueueEscalation", "signalType": "SLA.Warned", "target": "role:Lead"},
            {"type": "EnqueueEscalation", "signalType": "SLA.Breached", "target": "principal:ann"},
        ],
    }
    document["objects"]["workflows"][0]["transitions"][0]["actionDsl"] = {
        "version": 1,
        "kind": "Action",
        "actions": [{"type": "EnqueueEscalation", "target": "role:Desk"}],
    }
    return document


def emitting() -> dict[str, Any]:
    document = meta()
    document["objects"]["workflows"][0]["transitions"][1]["actionDsl"] = {
        "version": 1,
        "kind": "Action",
        "actions": [
            {
                "type": "EmitSignal",
                "signalType": "Work.Handed'Back",
                "payload": {"severity": "Critical"},
                "notes": "{{ 1 }}",
            },
            {
                "type": "EmitEvent",
                "eventType": "Case.Returned",
                "payload": {"why": 'it\'s "{{ x }}"'},
            },
        ],
    }
    return document
