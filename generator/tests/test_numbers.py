"""A number that no database holds is an error only where something reads it."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from metadb_samples import Project, as_snapshot, minimal, rule
from ozmeta_dbt.documents import OutOfRange
from ozmeta_dbt.plugin import DbtEmitter
from ozmeta_dbt.problems import Problems
from ozmeta_dbt.schema import check
from test_contract import SAMPLE

HUGE = ["1e301", "-1e400", "1e999999999", "1e99999999999999999999", "9" * 5000, "1e-400"]


def write(project: Project, snapshot: Any, number: str) -> None:
    """Each text '#' in the snapshot becomes the number."""
    project.put("snapshot.json", json.dumps(snapshot).replace('"#"', number))


@pytest.mark.parametrize("number", HUGE)
def test_a_number_that_nothing_reads(project: Project, number: str) -> None:
    expected = project.generate()
    snapshot = as_snapshot(minimal()) | {"extra": "#"}
    objects = snapshot["objects"]
    objects["metrics"] = [{"id": "#", "weight": ["#"]}]
    objects["model"]["tables"][0] |= {"fields": [{"default": "#"}], "Colour": "#", "TB_Notes": "#"}
    objects["workflows"]["workflows"][0] |= {"configJson": {"limit": "#"}}
    objects["workflows"]["workflows"][1] |= {"WF_ID": "#"}
    objects["workflows"]["slas"].append({"SL_ID": 9, "SL_Code": "x", "SL_TargetMinutes": "#"})
    objects["workflows"]["transitions"].append(
        {"WT_ID": 9, "WF_ID": 2, "WT_FromWS_ID": 3, "WT_ToWS_ID": 3, "WT_Code": "x"}
        | {"WT_GuardLogical": rule("Guard", {"op": "eq", "args": [{"lit": "#"}, {"lit": 1}]})}
    )
    write(project, snapshot, number)
    assert project.generate() == expected
    assert project.run("export", str(project.path / "out.json"))[0] == 0
    text = (project.path / "out.json").read_text()
    assert f'"WF_ConfigJSON": {{"limit": {number}}}' in text
    project.put("snapshot.json", text)
    assert project.generate() == expected


@pytest.mark.parametrize("number", HUGE)
def test_a_number_that_is_read_is_refused_with_its_place(project: Project, number: str) -> None:
    tables = minimal()
    tables["Workflow"][0]["WF_Code"] = "#"
    tables["SlaPolicy"][0]["SL_TargetMinutes"] = "#"
    expr = {"op": "gt", "args": [{"ref": "object.Size"}, {"lit": "#"}]}
    tables["RuntimeSlaBinding"][0]["RSB_StartRule"] = rule("TimerStart", expr)
    write(project, as_snapshot(tables), number)
    found = {error.origin.pointer.rpartition("/")[2]: error.message for error in project.refused()}
    assert found.keys() == {"WF_Code", "SL_TargetMinutes"}
    write(
        project, as_snapshot(minimal() | {"RuntimeSlaBinding": tables["RuntimeSlaBinding"]}), number
    )
    (error,) = project.refused()
    assert error.origin.pointer == "/objects/runtime/slaBindings/0/RSB_StartRule"
    assert "is out of range" in error.message and len(error.message) < 100


@pytest.mark.parametrize("number", HUGE)
def test_the_schema_takes_such_a_number_where_it_takes_any(project: Project, number: str) -> None:
    snapshot = json.loads(SAMPLE.read_text())
    snapshot["objects"]["enums"]["values"][0]["sort"] = "#"
    write(project, snapshot, number)
    check(project.path / "snapshot.json", None, problems := Problems())
    assert problems.errors == []


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_the_emitter_takes_what_python_makes_of_such_a_number(value: float) -> None:
    snapshot = as_snapshot(minimal())
    expected = DbtEmitter.emit(snapshot)
    snapshot["objects"]["metrics"] = [{"weight": value}]
    snapshot["objects"]["workflows"]["workflows"][0]["configJson"] = {"limit": value}
    assert DbtEmitter.emit(snapshot).keys() == expected.keys()


@pytest.mark.parametrize(("text", "json_text"), [("1e400", "1e400"), ("+1.0e+400", '"+1.0e+400"')])
def test_it_is_json_however_yaml_writes_it(text: str, json_text: str) -> None:
    assert OutOfRange(text).json == json_text
