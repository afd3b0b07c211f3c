"""Each preset on hand-made tables with the mess of real ones: the journals that they become, and the
states of the objects; loaded in steps, and at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.dbt_project_under_test import DbtProject
from support.history_case import FOLDER, HistoryCase

CASES = sorted(path.parent.name for path in FOLDER.glob("*/expected.yml"))


def by_object(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(events, key=lambda event: (event["object"], event["at"]))


def check(case: HistoryCase, project: DbtProject, without: list[str]) -> None:
    for model in case.models:
        wanted = [event for event in case.wanted(model) if event["type"] not in without]
        assert by_object(case.events(project, model)) == by_object(wanted), model
    assert case.instances(project) == case.wanted_instances()


@pytest.mark.parametrize("name", CASES)
def test_a_preset_in_steps_and_at_once(tmp_path: Path, name: str) -> None:
    case = HistoryCase(name, tmp_path / name)
    project = case.project()
    for until in case.expected["loads"]:
        case.load(project, until)
        project.run(until.replace(" ", "T"))
    check(case, project, [])
    result = project.dbt("test", as_of=until.replace(" ", "T"))
    assert result.success
    project.run(until.replace(" ", "T"), "--full-refresh")
    check(case, project, case.expected.get("passing", []))
