"""The cases of cases/service_levels: their policies, and the reference's results for their events.

Nothing here runs dbt.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import support.reference_fold as ref
from support.cases import AS_OF, CASES, Case, journal_row, moment

FOLDER = CASES / "service_levels"
STATES = ("New", "Open", "Pending", "Solved", "Closed")
WORKFLOW = {
    "id": "w",
    "start": "New",
    "states": list(STATES),
    "terminal": ["Solved", "Closed"],
    "transitions": [],
}
METADATA = ("target", "warn", "start", "stop", "levels", "state")


@cache
def bindings(path: Path) -> dict[str, dict[str, Any]]:
    """The bindings of a file: the YAML block before its first case."""
    found = re.search(r"^```yaml\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S)
    assert found, f"{path.name} has no YAML block"
    declared = yaml.safe_load(found[1])
    return {
        name: binding(name, keys, declared.get("calendars", {}))
        for name, keys in declared["bindings"].items()
    }


def binding(name: str, keys: dict[str, Any], calendars: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "object_types": [name],
        "tenant_in_key": True,
        "needs_tenant": False,
        "policy": "last_writer_wins",
        "auto_close": keys.get("auto_close", True),
        "stream": "EJ_SourceSystem",
        "severities": {},
        "workflow": WORKFLOW,
        "calendars": calendars,
        "calendar": keys.get("calendar"),
        "report_fields": keys.get("report_fields", []),
        "slas": [policy(code, own) for code, own in keys["slas"].items()],
    }


def policy(code: str, keys: dict[str, Any]) -> dict[str, Any]:
    """What MetaDB has of a policy, and its options."""
    levels = [{"type": "EnqueueEscalation"} | level for level in keys.get("levels", [])]
    found = {
        "code": code,
        "target": keys["target"],
        "warn": keys.get("warn"),
        "start": rule("TimerStart", keys.get("start")),
        "stop": rule("TimerStop", keys.get("stop")),
        "escalation": {"version": 1, "kind": "Escalation", "actions": levels},
        "options": {key: value for key, value in keys.items() if key not in METADATA},
    }
    return found | ({"state": keys["state"]} if "state" in keys else {})


def rule(kind: str, expr: Any) -> dict[str, Any] | None:
    return None if expr is None else {"version": 1, "kind": kind, "expr": expr}


def tables(case: Case, run: int) -> dict[str, list[dict[str, Any]]]:
    """The reference's results for the events that have arrived by a run."""
    path = FOLDER / f"{case.id.rpartition('-')[0]}.md"
    rows = [
        journal_row(case, event, place) | {"EJ_EventTimeUTC": moment(event["time"])}
        for place, event in enumerate(case.events)
        if int(event.get("run") or 1) <= run
    ]
    as_of = dt.datetime.fromisoformat(AS_OF[run])
    return ref.fold(rows, bindings(path)[case.binding], as_of)


def shown(value: Any) -> str:
    """As a table of a case has it."""
    if value is None:
        return "-"
    if isinstance(value, dt.datetime):
        january = (value.year, value.month) == (2026, 1)
        date = str(value.day) if january else f"{value:%Y-%m-%d}"
        return f"{date} {value.time().isoformat().removesuffix(':00')}"
    return str(value).lower() if isinstance(value, bool) else str(value)
