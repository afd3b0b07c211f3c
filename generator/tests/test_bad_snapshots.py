"""Snapshots with what exporters write by mistake: nothing of it ends in an unexpected error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from metadb_samples import Project, as_snapshot, minimal

HALF = "\ud800"


@pytest.mark.parametrize(
    "columns", [{"configJson": {"a": HALF}}, {"configJson": HALF}, {"WF_Notes": HALF}, {HALF: 1}]
)
def test_half_a_character_in_a_column_without_effect(
    project: Project, columns: dict[str, Any]
) -> None:
    expected = project.generate()
    snapshot = as_snapshot(minimal())
    snapshot["objects"]["workflows"]["workflows"][0] |= columns
    project.put("snapshot.json", json.dumps(snapshot))
    assert project.generate().keys() == expected.keys()
    assert project.run("export", str(project.path / "out.json"))[0] == 0
    project.put("snapshot.json", (project.path / "out.json").read_text())
    assert project.generate().keys() == expected.keys()
