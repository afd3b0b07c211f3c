"""The hand-worked cases of service levels, played through the reference and through dbt.

Their README says how they are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from support.cases import AS_OF, Case, journal_row, read_cases, snake
from support.dbt_project_under_test import JOURNAL_COLUMNS, OBJECT_COLUMN, DbtProject, differences
from support.service_level_cases import FOLDER, bindings, shown, tables
from support.service_level_groups import Place, together
from support.service_level_project import project_files

CASES = read_cases(FOLDER)
MODELS = ("sla_cycle", "sla_timer", "escalation_queue", "workflow_instance")
READ = {"sla_cycle": "sla_elapsed"}  # the cycles with their minutes
Row = dict[str, Any]


@dataclass
class Outcome:
    """The results of dbt for the cases."""

    project: DbtProject
    select: list[str]
    built: dict[str, list[str]]  # {binding: models}
    rows: dict[int, dict[str, list[Row]]]  # {run: {table: rows}}
    places: dict[str, Place]

    def of(self, case: Case, run: int, model: str) -> list[Row]:
        """The rows of a case, with the SLA codes that the case has."""
        place = self.places[case.id]
        table = f"{snake(place.binding)}_{READ.get(model, model)}"
        return [
            row | {"SL_Code": place.codes.get(row.get("SL_Code"))}
            for row in self.rows.get(run, {}).get(table, [])
            if "SL_Code" not in row or row["SL_Code"] in place.codes
        ]


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


@pytest.fixture(scope="module")
def outcome(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """If pytest runs some cases only, the project has only the bindings and runs that they need."""
    items = [item for item in request.session.items if "outcome" in item.fixturenames]
    chosen = [item.callspec.params["case"] for item in items if hasattr(item, "callspec")]
    cases = CASES if len(chosen) < len(items) else chosen
    groups, places = together(cases)
    project = DbtProject(tmp_path_factory.mktemp("service_levels"), *project_files(groups))
    project.create_journal(JOURNAL_COLUMNS | {"EJ_EventTimeUTC": "varchar"})
    files = {path.stem for path in project.folder.rglob("*.sql")}
    built = {  # a binding without levels has no queue
        name: [m for m in (*MODELS, *READ.values()) if f"{snake(name)}_{m}" in files]
        for name in groups
    }
    tables = [f"{snake(name)}_{model}" for name in groups for model in built[name]]
    runs = [f"{snake(name)}_run" for name in groups]
    select = ["--select", *(f"+{table}" for table in tables), *runs]
    rows: dict[int, dict[str, list[Row]]] = {}
    last = max(run for case in cases for _, run, *_ in case.expected)
    for run in range(1, last + 1):
        project.append(
            journal_row(case, event, place) | {"EJ_ObjectType": places[case.id].binding}
            for case in cases
            for place, event in enumerate(case.events)
            if int(event.get("run") or 1) == run
        )
        project.run(AS_OF[run], *select)
        rows[run] = {
            table: project.rows(f"select * from {table} where _DeleteDate is null")
            for table in tables
        }
    return Outcome(project, select, built, rows, places)


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
            check(case, run, model, outcome.of(case, run, model))


def test_a_full_refresh_gives_the_same_rows(outcome: Outcome) -> None:
    tables = [
        f"{snake(name)}_{model}" for name, models in outcome.built.items() for model in models
    ]
    with outcome.project.connect() as connection:
        connection.execute("create schema increments")
        for table in tables:
            connection.execute(f"create table increments.{table} as from main.{table}")
    outcome.project.run(AS_OF[max(outcome.rows)], *outcome.select, "--full-refresh")
    with outcome.project.connect() as connection:
        found = {
            name: differences("increments", "main", connection, snake(name), models)
            for name, models in outcome.built.items()
        }
    assert not any(found.values()), found


def test_every_binding_has_a_case() -> None:
    declared = {
        (path.stem, name)
        for path in FOLDER.glob("*.md")
        if path.name != "README.md"
        for name in bindings(path)
    }
    assert declared == {(case.id.rpartition("-")[0], case.binding) for case in CASES}
