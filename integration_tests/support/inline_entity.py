"""Entities with inline views: one has a single key, one a composite key, one is a UI entity."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from support.small_case import start_rule

OUTER = """an "odd" 'code' {{ 1 }}"""

ENTITY = {"schema": "crm", "table": "cases", "key": "case_id", "tenant": "tenant_id"}

COMPOSITE = {"schema": "crm", "table": "parcels"}


def config(
    entity: dict[str, Any] | None = None,
    key: list[str] | None = None,
    parcels: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    bindings = {
        "Case": {"entity": entity or ENTITY},
        "Parcel": {"key": key or ["Region", "number"], "entity": parcels or COMPOSITE},
    }
    return {
        "version": 1,
        "metadb": {"snapshot": "metadb/snapshot.json"},
        "journal": {"source": {"name": "ops", "schema": "raw", "table": "event_journal"}},
        "bindings": bindings,
        **more,
    }


def snapshot() -> dict[str, Any]:
    """Case: Inline, two SLAs that differ in case only, and an odd one. Parcel: Inline, Composite.
    Ticket: a UI entity, keyed by its id alone, Semantic.
    """

    def policy(id: str, code: str, target: int) -> dict[str, Any]:
        return {
            "id": id,
            "code": code,
            "objectType": "Workflow",
            "objectId": "w",
            "targetMinutes": target,
        }

    return {
        "snapshotVersion": 1,
        "objects": {
            "model": {
                "tables": [
                    {"id": "t1", "code": "Case", "cdCode": "CA"},
                    {"id": "t2", "code": "Parcel"},
                ],
                "uiEntities": [{"id": "u1", "code": "Ticket{{ 1 }}Desk"}],
            },
            "workflows": [
                {
                    "workflow": {"id": "w", "code": "Flow"},
                    "states": [
                        {"id": "s1", "code": "Open", "isInitial": True},
                        {"id": "s2", "code": "Busy"},
                        {"id": "s3", "code": "Done", "isTerminal": True},
                    ],
                    "transitions": [
                        {"id": "x1", "code": "Go", "fromStateId": "s1", "toStateId": "s2"},
                        {"id": "x2", "code": "Back", "fromStateId": "s2", "toStateId": "s1"},
                        {"id": "x3", "code": "End", "fromStateId": "s2", "toStateId": "s3"},
                    ],
                }
            ],
            "runtime": {
                "bindings": [
                    {
                        "id": "b1",
                        "objectType": "Table",
                        "objectId": "t1",
                        "workflowId": "w",
                        "runtimeMode": "Inline",
                    },
                    {
                        "id": "b2",
                        "objectType": "Table",
                        "objectId": "t2",
                        "workflowId": "w",
                        "runtimeMode": "Inline",
                        "instanceKeyStrategy": "Composite",
                    },
                    {
                        "id": "b3",
                        "objectType": "UiEntity",
                        "objectId": "u1",
                        "workflowId": "w",
                        "instanceKeyStrategy": "ObjectID",
                    },
                ],
                "templateBindings": [
                    {"bindingId": "b3", "purpose": p, "targetLayer": layer}
                    for p, layer in (
                        ("WorkflowInstance", "Semantic"),
                        ("SlaTracking", "Semantic"),
                        ("EscalationQueue", "Semantic"),
                        ("SlaTracking", "OLTP"),
                    )
                ],
                "slaPolicies": [
                    policy("p1", "Work", 60),
                    policy("p2", "work", 20),
                    policy("p3", OUTER, 500),
                ],
                "slaBindings": [
                    {"bindingId": "b1", "slaId": "p1", "startRule": start_rule("Busy")},
                    {"bindingId": "b1", "slaId": "p2", "startRule": start_rule("Busy")},
                    {"bindingId": "b1", "slaId": "p3"},
                    {"bindingId": "b3", "slaId": "p1", "startRule": start_rule("Busy")},
                ],
            },
        },
    }


def at(minute: int) -> dt.datetime:
    return dt.datetime(2026, 1, 1) + dt.timedelta(minutes=minute)


def event(
    id: str, minute: int, code: str, type_: str, object_id: str | None, **columns: Any
) -> dict[str, Any]:
    return {
        "EJ_ID": id,
        "_TenantID": "t1",
        "EJ_EventType": "X",
        "EJ_EventTimeUTC": at(minute),
        "EJ_ObjectType": type_,
        "EJ_ObjectID": object_id,
        "EJ_Payload": json.dumps({"transition": {"code": code}}),
        "_SyncDate": at(minute),
    } | columns


TICKET = "Ticket{{ 1 }}Desk"

FIRST = [
    event("a", 0, "Go", "Case", "1"),
    event("b", 0, "Go", "CA", "1", _TenantID="t2"),
    event("c", 10, "Back", "Case", "1", _TenantID="t2"),
    event("d", 0, "Go", "Parcel", None, region="a|b", number="c"),
    event("e", 0, "Go", "Parcel", None, region="a", number="b|c"),
    event("f", 5, "End", "Parcel", None, region="a", number="b|c"),
    event("g", 0, "Go", "Parcel", "ignored", region="a\\", number="|c"),
    event("h", 0, "Go", "Parcel", "ignored", region="a", number=None),
    event("i", 0, "Go", "Parcel", None, region="", number="c"),
    event("j", 0, "Note", TICKET, "7"),
    event("k", 30, "Go", TICKET, "7", _TenantID="t2"),
    event("l", 45, "End", TICKET, "7", _TenantID=None),
    event("m", 0, "Go", TICKET, "8"),
    event("n", 60, "Go", TICKET, "9"),
]

SECOND = [
    event("o", 90, "Back", TICKET, "8"),
    event("p", 95, "End", "Case", "1"),
    event("q", 96, "End", "Parcel", None, region="a|b", number="c"),
]
