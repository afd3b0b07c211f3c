"""A generated project on the oldest dbt that the package takes and on the newest; `make test` runs
the one between. Each is in an environment of its own.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engines.base import NotRun, environment
from support.dbt_project_under_test import DbtProject
from support.measured_case import CONVENTIONS, EARLY, KEYS, LATER, SNAPSHOT

ALONE = {"1.10": (), "1.12": ("dbt-core==1.12.0",)}
# dbt 1.10 takes a test with a name and a config, and without arguments, for one with old arguments
DEPRECATED = {
    "1.10": {"MissingArgumentsPropertyInGenericTestDeprecation", "DeprecationsSummary"},
    "1.12": set(),
}
FLAGS = {
    "send_anonymous_usage_stats": False,
    # dbt 1.10 asks for it, later versions have it on
    "require_generic_test_arguments_property": True,
}


@pytest.mark.parametrize("version", ALONE)
def test_a_project_runs_on(
    version: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("static", f"dbt-core {version}")
    if os.environ.get("OZMETA_DBT") != "all":
        record_property("why", "`make test-dbt` runs it, with an environment of its own")
        pytest.skip("NOT RUN: `make test-dbt` runs it, with an environment of its own")
    try:
        python = environment(f"dbt-{version}", f"../dbt_versions/{version}.txt", *ALONE[version])
    except NotRun as why:  # a Python that this dbt does not support
        record_property("why", str(why))
        pytest.skip(f"NOT RUN: {why}")
    project = DbtProject(tmp_path / "p", copy.deepcopy(KEYS) | CONVENTIONS, SNAPSHOT)
    (project.folder / "macros/buckets.sql").unlink()
    project.settings(flags=FLAGS, dispatch=[])
    project.create_journal()
    project.append(EARLY)
    first = done(python, project, [["build", *at("2026-01-02T10:00:00")]])
    project.append(LATER)
    later = done(python, project, [["build", *at("2026-01-02T11:30:00")], ["source", "freshness"]])
    assert first["version"].startswith(version) and later["version"] == first["version"]
    for command in first["commands"] + later["commands"]:
        assert command["success"], command["said"]
    said = [line for run in (first, later) for c in run["commands"] for line in c["said"]]
    deprecated = {line.partition(":")[0] for line in said if "Deprecat" in line}
    assert deprecated == DEPRECATED[version]
    assert any("WARN freshness of ops.event_journal" in line for line in said)
    outcomes = project.rows(
        "select ST_Outcome, count(*) as n from case_sla_cycle where ST_Outcome is not null"
        " group by 1"
    )
    found = {row["ST_Outcome"]: row["n"] for row in outcomes}
    assert found == {"Cancelled": 1, "Met": 1, "Missed": 3}
    record_property("said", f"dbt-core {first['version']}: built twice, freshness checked")


def at(as_of: str) -> list[str]:
    return ["--vars", json.dumps({"ozmeta_as_of": as_of})]


def done(python: Path, project: DbtProject, commands: list[list[str]]) -> Any:
    folder = str(project.folder)
    script = Path(__file__).parent / "dbt_versions/run.py"
    run = subprocess.run(
        [str(python), str(script), folder, json.dumps(commands)],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return json.loads(run.stdout.rpartition("DONE ")[2])
