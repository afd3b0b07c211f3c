"""Simultaneous runs (SPEC 8.8). On DuckDB, the test makes another run's changes between two models
of a run. On Postgres, several dbt processes really run at once (overlaps.py).
"""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engines.base import Worker
from overlaps import KINDS, play, warehouse
from support.dbt_project_under_test import DbtProject, RunFailed
from support.small_case import CONFIG, emitting, event, same_as_full_refresh
from support.verification import command

FIRST, SECOND, THIRD, FOURTH = (f"2026-01-01T0{hour}:00:00" for hour in (1, 2, 3, 4))
LAST = "(select max(RUN_Batch) from case_run)"


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    """Two completed runs, of three objects with cycles, escalations and signals."""
    project = DbtProject(tmp_path, copy.deepcopy(CONFIG) | {"backlog": True}, emitting())
    project.create_journal()
    project.append([event("a", 0, "Go"), event("b", 5, "Go", "o2"), event("c", 6, "Go", "o3")])
    project.run(FIRST)
    project.append([event("d", 70, "Back")])
    project.run(SECOND)
    return project


def change(project: DbtProject, sql: str) -> None:
    with project.connect() as connection:
        connection.execute(sql)


def between(project: DbtProject, model: str, sql: str) -> tuple[list[str], Callable[[Any], None]]:
    """Makes another run's changes when a model is written, and collects warnings."""
    warnings: list[str] = []

    def heard(message: Any) -> None:
        if message.info.level == "warn":
            warnings.append(message.info.msg)
        if message.info.name == "NodeFinished" and message.data.node_info.node_name == model:
            change(project, sql)

    heard.reads_debug = True  # type: ignore[attr-defined]
    return warnings, heard


# ---------------------------------------------------------------- rows that another run left


@pytest.mark.parametrize(
    ("table", "damage"),
    [
        ("timeline", "TL_State = 'Lost', TL_Position = 7"),
        ("workflow_instance", "WS_CurrentCode = 'Lost'"),
        ("sla_cycle", "ST_Status = 'Stopped', ST_NextUTC = null"),
        ("escalation_queue", "EQ_Status = 'Closed'"),
        ("backlog", "BL_Objects = 99"),
    ],
)
@pytest.mark.parametrize("number", [f"{LAST} + 5", f"{LAST} - 5"], ids=["later", "earlier"])
def test_rows_that_another_run_left_are_made_again(
    project: DbtProject, table: str, damage: str, number: str
) -> None:
    """By a run after the last completed one, or by one that began before it and wrote after it.
    Nothing has arrived since.
    """
    change(project, f"update case_{table} set {damage}, _Batch = {number}")
    project.run(SECOND)
    assert same_as_full_refresh(project, SECOND) == {}
    assert project.rows("select count(*) as n from case_backlog where BL_Objects = 99") == [
        {"n": 0}
    ]


@pytest.mark.parametrize("table", ["workflow_instance", "sla_cycle", "escalation_queue"])
def test_rows_that_another_run_soft_deleted_are_made_again(project: DbtProject, table: str) -> None:
    """A model that reads rows of completed runs must see that the rows are gone."""
    change(
        project,
        f"insert into case_{table} select * replace ('x' as _Key, {LAST} + 5 as _Batch,"
        f" timestamp '{SECOND}' as _DeleteDate) from case_{table} limit 1",
    )
    project.run(THIRD)
    (row,) = project.rows(
        f"select _Batch = {LAST} as is_last, * from case_{table} where _Key = 'x'"
    )
    assert row["is_last"] and str(row["_DeleteDate"]) == THIRD.replace("T", " ")


def test_a_row_older_than_the_last_two_runs_is_settled(project: DbtProject) -> None:
    before = "(select min(RUN_Batch) from case_run)"
    change(project, f"update case_workflow_instance set WI_LastActor = 'x', _Batch = {before}")
    project.run(SECOND)
    assert {row["WI_LastActor"] for row in project.rows("from case_workflow_instance")} == {"x"}


# ---------------------------------------------------------------- another run meanwhile


def test_a_run_that_was_overtaken_stops(project: DbtProject) -> None:
    project.append([event("e", 80, "Back", "o2")])
    other = f"insert into case_run select * replace ({LAST} + 1 as RUN_Batch) from case_run limit 1"
    _, heard = between(project, "case_timeline", other)
    with pytest.raises(RunFailed, match=r"Another run of 'case' \(number \d+\) completed after"):
        project.run(THIRD, callbacks=[heard])
    project.run(FOURTH)
    assert same_as_full_refresh(project, FOURTH) == {}


def test_a_full_refresh_that_was_overtaken_stops(project: DbtProject) -> None:
    other = f"insert into case_run select * replace ({LAST} + 1 as RUN_Batch) from case_run limit 1"
    _, heard = between(project, "case_timeline", other)
    with pytest.raises(RunFailed, match="completed after"):
        project.run(THIRD, "--full-refresh", callbacks=[heard])


@pytest.mark.parametrize(("number", "completes"), [(f"{LAST} + 1", False), ("9e18", True)])
def test_a_run_beside_another_does_not_count(
    project: DbtProject, number: str, completes: bool
) -> None:
    """Only if the other run began earlier. Rows of a later run are folded again in any case."""
    project.append([event("e", 80, "Back", "o2")])
    other = f"update case_workflow_instance set WS_CurrentCode = 'Lost', _Batch = {number}"
    warnings, heard = between(project, "case_workflow_instance", other)
    project.run(THIRD, callbacks=[heard])
    said = [text for text in warnings if "wrote rows while this run" in text]
    assert bool(said) is not completes
    assert len(project.rows("select distinct RUN_Batch from case_run")) == 2 + completes
    project.run(FOURTH)
    assert same_as_full_refresh(project, FOURTH) == {}


def test_runs_have_numbers_and_invocations_of_their_own(project: DbtProject) -> None:
    runs = project.rows("from case_run order by RUN_Number")
    assert [row["RUN_Number"] for row in runs] == [1, 2]
    assert len({row["RUN_InvocationID"] for row in runs}) == 2
    assert [len(str(row["RUN_Batch"])) for row in runs] == [19, 19]
    assert runs[0]["RUN_Batch"] < runs[1]["RUN_Batch"]


def test_a_run_after_one_whose_clock_was_fast_has_a_greater_number(project: DbtProject) -> None:
    for table in ("run", "timeline", "workflow_instance", "sla_cycle", "escalation_queue"):
        change(project, f"update case_{table} set _Batch = 2999010100000000000 where _Batch >= 0")
    change(project, "update case_run set RUN_Batch = RUN_Number + 2999010100000000000")
    project.append([event("e", 80, "Back", "o2")])
    project.run(THIRD)
    assert project.rows(f"select {LAST} as n") == [{"n": 2999010100000000003}]


# ---------------------------------------------------------------- real processes


def test_a_duckdb_file_that_is_open_is_said_in_a_sentence(project: DbtProject) -> None:
    with project.connect():
        done = subprocess.run(
            [sys.executable, "-m", "ozmeta_dbt", "explain", "case", "o1"],
            cwd=project.folder,
            capture_output=True,
            text=True,
        )
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 4, said
    assert f"another process has {project.database} open" in said
    assert f"(PID {os.getpid()})" in said
    assert "Traceback" not in said
    assert command(project, "explain", "case", "o1")[0] == 0


def test_processes_at_once_on_postgres(tmp_path: Path, postgres: Worker) -> None:
    """Each kind of turn once; `python integration_tests/overlaps.py --turns 200` plays more."""
    with warehouse(tmp_path, postgres, seed=21) as held:
        tally = play(held, len(KINDS))
    assert {f"turns: {kind}" for kind in KINDS} <= set(tally)
    assert tally["runs that ended so: completed"] >= len(KINDS)
