"""A transition without a from-state leads from any state that is not terminal (spec 1.1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.dbt_project_under_test import DbtProject
from support.small_case import CONFIG, event, same_as_full_refresh, snapshot


def with_cancel() -> dict[str, Any]:
    """The small project with a terminal state, to which Cancel leads from any state."""
    document = snapshot()
    (pack,) = document["objects"]["workflows"]
    pack["states"].append({"id": "s3", "code": "Cancelled", "isTerminal": True})
    pack["transitions"].append({"id": "x3", "code": "Cancel", "toStateId": "s3"})
    return document


def test_a_transition_without_a_from_state_applies_in_any_open_state(tmp_path: Path) -> None:
    project = DbtProject(tmp_path, CONFIG, with_cancel())
    project.create_journal()
    project.append(
        [
            event("a", 1, "Cancel", "from_open"),
            event("b", 1, "Go", "from_busy"),
            event("c", 2, "Cancel", "from_busy"),
            event("d", 3, "Cancel", "from_busy"),
        ]
    )
    project.run("2026-01-01T01:00:00")
    rows = project.rows(
        "select EJ_ID, TL_IsApplied, TL_FromState, TL_State from case_timeline order by EJ_ID"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("a", True, "Open", "Cancelled"),
        ("b", True, "Open", "Busy"),
        ("c", True, "Busy", "Cancelled"),
        ("d", False, None, "Cancelled"),
    ]
    assert same_as_full_refresh(project, "2026-01-01T01:00:00") == {}
