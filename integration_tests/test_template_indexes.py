"""Event templates: the indexes that they ask for exist, and their key of the escalation queue is
not the key of its rows.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import support.small_case as small_case
from engines.base import Worker
from engines.scenarios import Scenario, Step
from support.dbt_project_under_test import DbtProject

CANONICAL = json.loads(
    (Path(__file__).parent.parent / "generator/tests/canonical_templates.json").read_text(
        encoding="utf-8"
    )
)
PURPOSES = {
    "WorkflowInstance": "WorkflowInstance",
    "SlaTracking": "SlaTimer",
    "EscalationQueue": "EscalationQueue",
}
QUEUE_KEY = CANONICAL["EscalationQueue"]["key"]


def snapshot() -> dict[str, Any]:
    """Two SLAs of 60 minutes. Two levels of the first are due at the breach."""
    document = small_case.snapshot()
    runtime = document["objects"]["runtime"]
    level = {"type": "EnqueueEscalation", "signalType": "SLA.Breached"}
    runtime["slaPolicies"][0]["escalationRule"] = {
        "version": 1,
        "kind": "Escalation",
        "actions": [level | {"target": "role:Lead"}, level | {"target": "role:Boss"}],
    }
    second = copy.deepcopy(runtime["slaPolicies"][0]) | {"id": "q", "code": "Other"}
    del second["escalationRule"]
    runtime["slaPolicies"].append(second)
    runtime["slaBindings"].append(runtime["slaBindings"][0] | {"slaId": "q"})
    document["objects"]["templates"] = [
        {"ET_ID": name, "ET_SpecJSON": json.dumps(CANONICAL[name])} for name in PURPOSES.values()
    ]
    runtime["templateBindings"] = [
        {"bindingId": "b", "templateId": name, "purpose": purpose}
        for purpose, name in PURPOSES.items()
    ]
    return document


def wanted(is_unique: bool) -> set[tuple[str, str, bool]]:
    """Table, columns and whether they are unique, of each index of the canonical templates."""
    tables = {
        "WorkflowInstance": "case_workflow_instance",
        "SlaTimer": "case_sla_cycle",
        "EscalationQueue": "case_escalation_queue",
    }
    return {
        (table, ", ".join(index["on"]).lower(), is_unique and index.get("unique", False))
        for name, table in tables.items()
        for index in CANONICAL[name]["indexes"]
    }


def test_two_levels_and_two_slas_share_the_canonical_key(tmp_path: Path) -> None:
    """All three rows exist, with an EQ_ID and a _Key of their own, on tables with the indexes of
    the canonical templates.
    """
    project = DbtProject(tmp_path, small_case.CONFIG, snapshot())
    project.create_journal()
    project.append([small_case.event("a", 0, "Go"), small_case.event("b", 0, "Go", "o2")])
    project.run("2026-01-01T00:30:00")
    project.append([small_case.event("c", 70, "Back", "o2")])
    project.run("2026-01-01T02:00:00")
    rows = project.rows("select * from case_escalation_queue where EQ_ObjectID = 'o1'")
    assert sorted((row["SL_Code"], row["EQ_Level"]) for row in rows) == [
        ("Other", 1),
        ("Work", 1),
        ("Work", 2),
    ]
    assert list(Counter(tuple(row[name] for name in QUEUE_KEY) for row in rows).values()) == [3]
    assert len({row["EQ_ID"] for row in rows}) == len({row["_Key"] for row in rows}) == 3
    assert not any(small_case.same_as_full_refresh(project, "2026-01-01T02:00:00").values())
    made = project.rows("select table_name, expressions, is_unique from duckdb_indexes()")
    assert wanted(False) == {
        (
            str(row["table_name"]),
            str(row["expressions"]).strip("[]").replace("'", "").replace('"', "").lower(),
            bool(row["is_unique"]),
        )
        for row in made
    }


def test_postgres_has_the_indexes_of_templates(tmp_path: Path, postgres: Worker) -> None:
    steps = [
        Step("2026-01-01T02:00:00", [small_case.event("a", 0, "Go")]),
        Step("2026-01-01T03:00:00", [small_case.event("b", 150, "Back")]),
    ]
    scenario = Scenario("templates", small_case.CONFIG, steps, snapshot())
    for _ in scenario.play(postgres, tmp_path / "templates"):
        pass
    made = {
        (str(table), str(columns).lower(), "UNIQUE" in str(definition))
        for table, columns, definition in postgres.rows(
            "select tablename, regexp_replace(indexdef, '^.* USING btree \\((.*)\\)$', '\\1'),"
            " indexdef from pg_indexes where schemaname = 'oz_templates'"
        )
    }
    assert wanted(True) <= made
