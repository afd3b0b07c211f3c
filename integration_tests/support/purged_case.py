"""The project for the tests of `purge` and `erase`: two states, an end, a timer and an approval.
Also reads the rows of an object in its tables.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

from support.dbt_project_under_test import DbtProject, differences
from support.small_case import CONFIG, emitting, event

AS_OF = "2026-03-01T00:00:00"
NOW = ("--vars", json.dumps({"ozmeta_as_of": AS_OF}))
TABLES = (
    "timeline",
    "quarantine",
    "workflow_instance",
    "approval_event",
    "approval_step",
    "approval_instance",
    "sla_cycle",
    "escalation_queue",
    "runtime_signal",
    "journal",
)
COMPARED = (*TABLES[:8], "backlog", "sla_timer")


def metadata(event_days: int | None = 30) -> dict[str, Any]:
    """The small project with a state Done, to which Open leads. Approve.Me requests an approval
    from Buy.
    """
    document = emitting()
    flow = document["objects"]["workflows"][0]
    flow["states"].append({"id": "s3", "code": "Done", "isTerminal": True})
    flow["transitions"].append({"id": "x3", "code": "End", "fromStateId": "s1", "toStateId": "s3"})
    flow["transitions"][0]["actionDsl"] = None  # else an escalation stays open
    runtime = document["objects"]["runtime"]
    runtime["bindings"][0]["approvalFlowId"] = "f"
    document["objects"]["workflows"][0]["approvalFlows"] = [{"id": "f", "code": "Buy"}]
    runtime["approvalSteps"] = [{"id": "a1", "flowId": "f", "order": 1, "code": "Check"}]
    if event_days is not None:
        runtime["eventTypes"] = [{"id": "e", "code": "X", "defaultRetentionDays": event_days}]
    return document


def configuration(**retention: Any) -> dict[str, Any]:
    config: dict[str, Any] = copy.deepcopy(CONFIG)
    config["journal"]["mirror"] = True
    config["backlog"] = True
    if retention:
        config["bindings"] = {"Case": {"retention": retention}}
    return config


def finished(object_id: str, day: int = 0, **columns: Any) -> list[dict[str, Any]]:
    """An object's life of 200 minutes: its timer breaches, an approval is asked for and given."""
    start = day * 1440

    def at(name: str, minute: int, code: str | None = None, **more: Any) -> dict[str, Any]:
        return event(f"{object_id}-{name}", start + minute, code, object_id, **(columns | more))

    return [
        at("go", 0, "Go", EJ_Actor="ann"),
        at("ask", 10, EJ_EventType="Approval.Requested", EJ_Actor="ann"),
        at("yes", 20, EJ_EventType="Approval.Approved", EJ_Actor="ben"),
        at("back", 100, "Back", EJ_Actor="ann"),
        at("bad", 110, EJ_Payload="ann's nonsense", EJ_Actor="ann"),
        at("end", 200, "End", EJ_Actor="ben"),
    ]


def rows_of(project: DbtProject, object_id: str, binding: str = "case") -> dict[str, int]:
    """{model: rows} of an object, from all tables that have rows of it."""
    prefixes = {"timeline": "EJ", "journal": "EJ", "quarantine": "QR", "workflow_instance": "WI"}
    prefixes |= {"approval_event": "AE", "approval_step": "AP", "approval_instance": "AI"}
    prefixes |= {"sla_cycle": "ST", "escalation_queue": "EQ", "runtime_signal": "RS"}
    found = {}
    with project.connect() as connection:
        for model, prefix in prefixes.items():
            count = connection.execute(
                f"select count(*) from {binding}_{model} where {prefix}_ObjectID = ?", [object_id]
            ).fetchone()
            if count and count[0]:
                found[model] = count[0]
    return found


def contents(project: DbtProject) -> dict[str, list[Any]]:
    """Every row of every table of the project, in any order. Views have no rows of their own."""
    with project.connect() as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'main'"
            " and table_type = 'BASE TABLE' order by 1"
        ).fetchall()
        return {
            name: sorted(connection.execute(f'from "{name}"').fetchall(), key=repr)
            for (name,) in names
        }


def save(project: DbtProject) -> None:
    """A copy of all tables and of the journal, to `restore`."""
    with project.connect() as connection:
        connection.execute("create schema saved")
        for name in contents(project):
            connection.execute(f"create table saved.{name} as from main.{name}")
        connection.execute("create table saved.event_journal as from raw.event_journal")


def restore(project: DbtProject) -> None:
    tables = contents(project)
    with project.connect() as connection:
        saved = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'saved'"
        ).fetchall()
        for name in tables:
            connection.execute(f"drop table main.{name}")
        for (name,) in saved:
            schema = "raw" if name == "event_journal" else "main"
            connection.execute(f"create or replace table {schema}.{name} as from saved.{name}")


def keep(project: DbtProject, schema: str) -> None:
    """A copy of the tables, which must include the models that are compared."""
    with project.connect() as connection:
        connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute(f"create schema {schema}")
        for model in (*TABLES, "backlog", "sla_timer"):
            connection.execute(f"create table {schema}.case_{model} as from main.case_{model}")


def compared_with(project: DbtProject, schema: str) -> dict[str, int]:
    with project.connect() as connection:
        return differences(schema, "main", connection, "case", COMPARED)


def refreshed(project: DbtProject, as_of: str, **vars: Any) -> dict[str, int]:
    """What a full refresh changes."""
    keep(project, "kept")
    project.run(as_of, "--full-refresh", vars=vars)
    return compared_with(project, "kept")


def late(object_id: str, name: str = "late", day: int = 61, **columns: Any) -> dict[str, Any]:
    """An event of the first day that arrives after AS_OF."""
    arrival = dt.datetime(2026, 1, 1) + dt.timedelta(days=day)
    more = {"_SyncDate": arrival, "EJ_Actor": "ann"} | columns
    return event(f"{object_id}-{name}", 150, None, object_id, **more)
