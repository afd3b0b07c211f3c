"""The hand-worked cases of service levels, played through the reference and through dbt.

Their README says how they are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from support.cases import AS_OF, Case, journal_row, read_cases, snake
from support.dbt_project_under_test import (
    JOURNAL_COLUMNS,
    OBJECT_COLUMN,
    DbtProject,
    differences,
)
from support.service_level_cases import FOLDER, bindings, shown, tables
from support.service_level_project import project_files

CASES = read_cases(FOLDER)
MODELS = ("sla_cycle", "sla_timer", "escalation_queue", "workflow_instance")
Row = dict[str, Any]
Outcome = dict[int, dict[str, list[Row]]]


def title(case: Case) -> str:
    return f"{case.id}: {case.title}"


def check(case: Case, run: int, model: str, rows: Iterable[Row]) -> None:
    for expected_model, expected_run, columns, expected in case.expected:
        if (expected_model, expected_run) == (model, run):
            found = [
                [shown(row[column]) for column in columns]
                for row in rows
                if row[OBJECT_COLUMN[model]] == case.id
            ]
            assert sorted(found) == sorted(expected), f"{model} after run {run}"


def own_name(case: Case) -> str:
    """Bindings of two files may have one name, but they share a project."""
    return f"{case.id.rpartition('-')[0].title().replace('_', '')}{case.binding}"


@pytest.fixture(scope="module")
def outcome(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """{run: {model of a binding: its rows}}, and the full refresh's differences under run 0. If
    pytest runs some cases only, these have only the bindings of these cases.
    """
    items = [item for item in request.session.items if "outcome" in item.fixturenames]
    chosen = [item.callspec.params["case"] for item in items if hasattr(item, "callspec")]
    cases = CASES if len(chosen) < len(items) else chosen
    together: dict[str, Row] = {}
    calendars: dict[str, Row] = {}
    for case in cases:
        path = FOLDER / f"{case.id.rpartition('-')[0]}.md"
        binding = bindings(path)[case.binding]
        for code, keys in binding["calendars"].items():
            assert calendars.setdefault(code, keys) == keys, f"{code} of {path.name} differs"
        together[own_name(case)] = binding | {"calendars": calendars}
    config, snapshot = project_files(together)
    project = DbtProject(tmp_path_factory.mktemp("service_levels"), config, snapshot)
    project.create_journal(JOURNAL_COLUMNS | {"EJ_EventTimeUTC": "varchar"})
    files = {path.stem for path in project.folder.rglob("*.sql")}
    built = {  # a binding without levels has no queue
        name: [model for model in MODELS if f"{snake(name)}_{model}" in files] for name in together
    }
    select = ["--select", *(f"+{snake(name)}_{m}" for name in together for m in built[name])]
    select += [f"{snake(name)}_run" for name in together]
    found: Outcome = {}
    for run, as_of in AS_OF.items():
        project.append(
            journal_row(case, event, place) | {"EJ_ObjectType": own_name(case)}
            for case in cases
            for place, event in enumerate(case.events)
            if int(event.get("run") or 1) == run
        )
        project.run(as_of, *select)
        found[run] = {
            f"{name}.{model}": project.rows(
                f"select * from {snake(name)}_{model} where _DeleteDate is null"
            )
            for name in together
            for model in built[name]
        }
    with project.connect() as connection:
        connection.execute("create schema increments")
        for name in together:
            for model in built[name]:
                table = f"{snake(name)}_{model}"
                connection.execute(f"create table increments.{table} as from main.{table}")
    project.run(AS_OF[3], *select, "--full-refresh")
    with project.connect() as connection:
        found[0] = {
            name: differences("increments", "main", connection, snake(name), built[name])
            for name in together
        }
    return found


@pytest.mark.parametrize("case", CASES, ids=title)
def test_the_reference_gives_the_worked_rows(case: Case) -> None:
    assert case.events and case.expected
    for run in AS_OF:
        for model, rows in tables(case, run).items():
            if model in MODELS:
                check(case, run, model, rows)
    assert {model for model, *_ in case.expected} <= set(MODELS)


@pytest.mark.parametrize("case", CASES, ids=title)
def test_dbt_gives_the_worked_rows(case: Case, outcome: Outcome) -> None:
    for run in AS_OF:
        for model in MODELS:
            check(case, run, model, outcome[run].get(f"{own_name(case)}.{model}", []))


def test_a_full_refresh_gives_the_same_rows(outcome: Outcome) -> None:
    assert not any(outcome[0].values()), outcome[0]


def test_every_binding_has_a_case() -> None:
    declared = {
        (path.stem, name)
        for path in FOLDER.glob("*.md")
        if path.name != "README.md"
        for name in bindings(path)
    }
    assert declared == {(case.id.rpartition("-")[0], case.binding) for case in CASES}
