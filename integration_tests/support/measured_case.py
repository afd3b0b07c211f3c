"""A small case with service levels, a calendar, report fields, and every outcome of a cycle."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from support.small_case import CONFIG

EXPR = dict[str, Any]


def field_is(name: str, value: str) -> EXPR:
    return {"op": "eq", "args": [{"ref": f"object.{name}"}, {"lit": value}]}


KEYS = CONFIG | {
    "calendars": {
        "Desk": {
            "time_zone": "UTC",
            "hours": {"mon-sun": "00:00-24:00"},
            "valid": {"from": "2025-01-01", "until": "2027-12-31"},
        }
    },
    "bindings": {
        "Case": {
            # the second and the third differ only in their case, and the last one names a column
            # that the dimension of an SLA has
            "report_fields": ["Priority", "ClosedBy", "closed_by", "SL_Code"],
            "slas": {
                "Solve": {
                    "calendar": "Desk",
                    "pauseWhen": {"op": "eq", "args": [{"ref": "state.current"}, {"lit": "Wait"}]},
                    "cancelWhen": field_is("Team", "Sales"),
                    "versions": [{"name": "old"}, {"name": "new", "from": "2026-01-02"}],
                }
            },
        }
    },
}
SNAPSHOT = {
    "snapshotVersion": 1,
    "objects": {
        "tables": [{"id": "t", "code": "Case"}],
        "workflows": [
            {
                "workflow": {"id": "w", "code": "Flow"},
                "states": [
                    {"id": "s1", "code": "Open", "isInitial": True},
                    {"id": "s2", "code": "Wait"},
                    {"id": "s3", "code": "Done", "isTerminal": True},
                ],
                "transitions": [],
            }
        ],
        "runtime": {
            "bindings": [{"id": "b", "objectType": "Table", "objectId": "t", "workflowId": "w"}],
            "slaPolicies": [
                {
                    "id": "p",
                    "code": "Solve",
                    "objectType": "Table",
                    "objectId": "t",
                    "targetMinutes": 60,
                }
            ],
            "slaBindings": [{"bindingId": "b", "slaId": "p"}],
            "templateBindings": [
                {"bindingId": "b", "purpose": purpose, "targetLayer": "Semantic"}
                for purpose in ("WorkflowInstance", "SlaTracking")
            ],
        },
    },
}


def event(id: str, time: str, object_id: str, state: str | None, **fields: str) -> dict[str, Any]:
    at = dt.datetime.fromisoformat(time)
    payload: dict[str, Any] = {"object": fields} if fields else {}
    if state:
        payload["transition"] = {"toState": state}
    return {
        "EJ_ID": id,
        "_TenantID": "t1",
        "EJ_EventType": "X",
        "EJ_EventTimeUTC": at,
        "EJ_ObjectType": "Case",
        "EJ_ObjectID": object_id,
        "EJ_Payload": json.dumps(payload),
        "_SyncDate": at,
    }


EVENTS = [
    # met under the old version
    event("a1", "2026-01-01 09:00", "a", "Open", Priority="High"),
    event("a2", "2026-01-01 09:30", "a", "Done"),
    # missed under each version
    event("b1", "2026-01-01 09:00", "b", "Open", Priority="High"),
    event("b2", "2026-01-01 11:00", "b", "Done"),
    event("c1", "2026-01-02 09:00", "c", "Open", Priority="Low"),
    event("c2", "2026-01-02 11:00", "c", "Done", Priority="High"),
    # cancelled in time, and cancelled after it was missed
    event("d1", "2026-01-02 09:00", "d", "Open", Priority="Low"),
    event("d2", "2026-01-02 09:30", "d", None, Team="Sales"),
    event("e1", "2026-01-02 09:00", "e", "Open", Priority="Low"),
    event("e2", "2026-01-02 11:00", "e", None, Team="Sales"),
    # open: one is paused, one runs
    event("f1", "2026-01-02 11:10", "f", "Wait", Priority="Low"),
    event("g1", "2026-01-02 11:10", "g", "Open"),
]

TEN = dt.datetime(2026, 1, 2, 10)
# for tests that run twice
EARLY, LATER = (
    [row for row in EVENTS if (row["_SyncDate"] < TEN) is is_early] for is_early in (True, False)
)

AGE = {"count": 1, "period": "day"}
# ozmeta.yml with dbt's conventions switched on
CONVENTIONS: dict[str, Any] = {
    "journal": KEYS["journal"] | {"freshness": {"warn_after": AGE}},
    "contracts": True,
    "warehouses": ["duckdb"],
    "group": {"name": "service_desk", "owner": {"name": "Desk"}},
    "exposures": {"ozmeta_report": {"owner": {"email": "desk@example.com"}}},
}
