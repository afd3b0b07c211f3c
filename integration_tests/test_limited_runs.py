"""Flags that change what dbt lets a model read (--empty, --sample, --defer): existing tables keep
their rows, or the run stops with a sentence. Commands other than `dbt run` work before the first.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.dbt_project_under_test import MODELS, DbtProject, RunFailed, differences
from support.small_case import CONFIG, event, snapshot

EARLY, LATE = "2026-01-01T02:00:00", "2026-01-01T06:00:00"
TABLES = (*MODELS, "run", "runtime_signal")


def contents(project: DbtProject) -> dict[str, list[dict[str, Any]]]:
    return {table: project.rows(f"from case_{table} order by all") for table in TABLES} | {
        view: project.rows(f"from {view} order by all")
        for view in ("timeline", "sla_timer", "journal_volume", "unclaimed_object_type")
    }


def assert_as_a_fresh_fold(project: DbtProject, as_of: str) -> None:
    """The tables equal those of a full refresh."""
    with project.connect() as connection:
        connection.execute("create schema kept")
        for model in MODELS:
            connection.execute(f"create table kept.case_{model} as from main.case_{model}")
    project.run(as_of, "--full-refresh")
    with project.connect() as connection:
        assert differences("kept", "main", connection, "case") == {}
    signals = "select RS_Kind, count(*) as n from case_runtime_signal group by 1"
    assert {row["RS_Kind"] for row in project.rows(signals)} == {"Raised"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """One project for all tests, because parsing takes most of the time."""
    project = DbtProject(tmp_path_factory.mktemp("limited"), CONFIG, snapshot())
    # with an event_time on the source and on a generated model, `--sample` cuts both
    project.settings(
        models={"under_test": {"ozmeta": {"+event_time": "_UpdateDate"}}},
        sources={"under_test": {"+event_time": "_SyncDate"}},
    )
    return project


@pytest.fixture
def project(shared: DbtProject) -> DbtProject:
    with shared.connect() as connection:
        connection.execute("drop schema if exists kept cascade")
        for row in connection.execute(
            "select schema_name from information_schema.schemata where schema_name like 'other%'"
        ).fetchall():
            connection.execute(f"drop schema {row[0]} cascade")
    shared.start_afresh()
    other = event("z", 1, EJ_ObjectType="cases")
    shared.append(
        [event("a", 0, "Go"), event("b", 5, "Go", "o2"), event("bad", 6, EJ_Payload="{"), other]
    )
    return shared


LIMITS = (
    ["--empty"],
    ["--sample", "1 day"],
    ["--sample", "{'start': '2026-01-01', 'end': '2026-01-01 00:03'}"],
)


@pytest.mark.parametrize("limit", LIMITS, ids=" ".join)
def test_a_limited_run_leaves_existing_tables_as_they_are(
    project: DbtProject, limit: list[str]
) -> None:
    project.run(EARLY)
    before = contents(project)
    assert before["sla_timer"] and before["escalation_queue"] and before["runtime_signal"]
    project.append([event("c", 10, "Back")])
    for command in ("run", "build"):
        project.dbt(
            command, *limit, as_of=EARLY, check=command == "run"
        )  # a test of the build fails
        assert contents(project) == before
    project.run(LATE)
    assert len(project.rows("from case_timeline")) == 3
    assert_as_a_fresh_fold(project, LATE)


@pytest.mark.parametrize("limit", LIMITS, ids=" ".join)
def test_a_limited_run_makes_a_fresh_schema_empty_and_the_next_run_fills_it(
    project: DbtProject, limit: list[str]
) -> None:
    project.run(EARLY, *limit)
    assert not any(contents(project)[table] for table in TABLES)
    project.run(LATE)
    assert len(project.rows("from case_timeline")) == 2
    assert_as_a_fresh_fold(project, LATE)


@pytest.mark.parametrize("limit", LIMITS[:2], ids=" ".join)
def test_a_limited_full_refresh_of_existing_rows_stops(
    project: DbtProject, limit: list[str]
) -> None:
    project.run(EARLY)
    before = contents(project)
    with pytest.raises(
        RunFailed, match=r"(?s)reads only a part.*Nothing was written.*schema of its own"
    ):
        project.run(EARLY, *limit, "--full-refresh")
    assert contents(project) == before


def test_a_limited_full_refresh_of_empty_tables_goes_through(project: DbtProject) -> None:
    project.run(EARLY, "--empty")
    project.run(EARLY, "--empty", "--full-refresh")
    project.run(LATE)
    assert_as_a_fresh_fold(project, LATE)


@pytest.mark.parametrize("model", ["timeline", "sla_cycle", "quarantine"])
def test_a_table_that_was_dropped_and_made_empty_is_filled_again(
    project: DbtProject, model: str
) -> None:
    project.run(EARLY)
    with project.connect() as connection:
        connection.execute(f"drop table case_{model} cascade")
    project.run(EARLY, "--empty")
    assert not project.rows(f"from case_{model}")
    project.run(LATE)
    assert project.rows(f"from case_{model}")
    assert_as_a_fresh_fold(project, LATE)


# ---------------------------------------------------------------- --defer


def with_state(project: DbtProject, tmp_path: Path) -> list[str]:
    """The project as another environment has it: schema `other`, whose manifest is the state."""
    target = tmp_path / "state"
    options = [
        "--project-dir",
        str(project.folder),
        "--profiles-dir",
        str(project.folder),
        "--quiet",
    ]
    profiles = project.folder / "profiles.yml"
    own = profiles.read_text()
    profiles.write_text(own.replace("type: duckdb", "type: duckdb\n      schema: other"))
    try:
        from dbt.cli.main import dbtRunner

        done = dbtRunner().invoke(
            [
                "run",
                *options,
                "--target-path",
                str(target),
                "--vars",
                json.dumps({"ozmeta_as_of": EARLY}),
            ]
        )
        assert done.success
    finally:
        profiles.write_text(own)
    return ["--defer", "--state", str(target)]


def test_a_deferred_upstream_table_never_reaches_tables_of_completed_runs(
    project: DbtProject, tmp_path: Path
) -> None:
    defer = with_state(project, tmp_path)
    project.append([event("c", 10, "Back")])
    project.run(EARLY)
    before = contents(project)
    for rebuilt in ([], ["--full-refresh"]):
        with pytest.raises(
            RunFailed, match=r"(?s)belongs to another environment.*--select \+case_sla_cycle"
        ):
            project.run(LATE, "--select", "case_sla_cycle", *defer, "--favor-state", *rebuilt)
    assert contents(project) == before
    project.run(LATE, *defer)  # everything is selected or there, so nothing is deferred
    assert_as_a_fresh_fold(project, LATE)


def test_a_fresh_schema_may_be_built_from_deferred_tables_again_and_again(
    project: DbtProject, tmp_path: Path
) -> None:
    defer = with_state(project, tmp_path)
    for _ in range(2):
        project.run(EARLY, "--select", "case_sla_cycle", *defer)
        assert len(project.rows("from case_sla_cycle where _DeleteDate is null")) == 2
    project.run(LATE)
    assert_as_a_fresh_fold(project, LATE)


# ---------------------------------------------------------------- before the first run

COMMANDS = (
    ["compile"],
    ["docs", "generate"],
    ["ls"],
    ["show", "--select", "case_workflow_instance"],
    ["seed"],
    ["snapshot"],
    ["source", "freshness"],
    ["compile", "--empty"],
    ["compile", "--full-refresh"],
)


@pytest.mark.parametrize("command", COMMANDS[:3] + COMMANDS[4:], ids=" ".join)
def test_every_command_works_before_the_first_run(project: DbtProject, command: list[str]) -> None:
    project.dbt(*command, as_of=EARLY)
    project.run(EARLY)
    project.dbt(*command, as_of=EARLY)
    assert project.rows("from case_timeline")


def test_compiling_without_the_journal_names_it(project: DbtProject) -> None:
    with project.connect() as connection:
        connection.execute("drop table raw.event_journal")
    with pytest.raises(RunFailed, match=r"The journal .*event_journal.* does not exist"):
        project.dbt("compile", as_of=EARLY)


# ---------------------------------------------------------------- variables


@pytest.mark.parametrize(
    "name", ["ozmeta_asof", "ozmeta-as-of", "OZMETA_AS_OF", "ozmeta_as_of_utc", "ozmta_as_of"]
)
def test_an_unknown_variable_of_ours_stops_the_run(project: DbtProject, name: str) -> None:
    with pytest.raises(
        RunFailed, match=f"'{name}' is not a variable of ozmeta_runtime.*ozmeta_as_of"
    ):
        project.dbt("run", "--vars", json.dumps({name: EARLY}))
    assert not project.rows("from information_schema.tables where table_schema = 'main'")


def test_a_projects_own_variable_may_begin_with_ozmeta(project: DbtProject) -> None:
    project.dbt("run", "--vars", json.dumps({"ozmeta_warehouse": "x", "ozmeta_as_of": EARLY}))
    assert project.rows("from case_run")[0]["RUN_AsOfUTC"].isoformat() == EARLY
