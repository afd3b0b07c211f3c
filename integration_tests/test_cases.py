"""The hand-worked cases under cases/: see its README for how they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cases import AS_OF, CASES, CONFIG, Case, journal_row, read_cases, snake
from support.dbt_project_under_test import JOURNAL_COLUMNS, OBJECT_COLUMN, DbtProject, differences
from support.shrinking import shown


@pytest.fixture(scope="module")
def outcome(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """{run: {model of a binding: its rows}}, with the full refresh's differences under run 0. If
    pytest runs only some cases, only their models.
    """
    chosen = [
        item.callspec.params["case"] if hasattr(item, "callspec") else None
        for item in request.session.items
        if item.path == Path(__file__)
    ]
    everything = None in chosen
    folder = tmp_path_factory.mktemp("cases")
    (folder / "metadb").symlink_to(CASES / "metadb", target_is_directory=True)
    project = DbtProject(folder, CONFIG)
    project.create_journal(JOURNAL_COLUMNS | {"EJ_EventTimeUTC": "varchar"})
    cases = read_cases()
    bindings = sorted({snake(case.binding) for case in (cases if everything else chosen)})
    needed = {
        f"+{snake(case.binding)}_{model}"
        for case in ([] if everything else chosen)
        for model, *_ in case.expected
    }
    select = (
        ["--select", *sorted(needed), *(f"{binding}_run" for binding in bindings)] if needed else []
    )
    found: dict[int, Any] = {}
    for run, as_of in AS_OF.items():
        project.append(
            journal_row(case, event, place)
            for case in cases
            for place, event in enumerate(case.events)
            if int(event.get("run") or 1) == run
        )
        project.run(as_of, *select)
        with project.connect() as connection:
            tables = {
                row[0]
                for row in connection.execute(
                    "select table_name from information_schema.tables where table_schema = 'main'"
                ).fetchall()
            }
        found[run] = {
            f"{b}_{m}": project.rows(f"select * from {b}_{m}")
            for b in bindings
            for m in OBJECT_COLUMN
            if f"{b}_{m}" in tables
        }
    if not everything:
        return found
    with project.connect() as connection:
        connection.execute("create schema increments")
        for table in found[3]:
            connection.execute(f"create table increments.{table} as from main.{table}")
    project.run(AS_OF[3], "--full-refresh")
    with project.connect() as connection:
        found[0] = {
            b: differences(
                "increments",
                "main",
                connection,
                b,
                [m for m in OBJECT_COLUMN if f"{b}_{m}" in tables],
            )
            for b in bindings
        }
    return found


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: f"{case.id}: {case.title}")
def test_case(case: Case, outcome: dict[int, dict[str, list[dict[str, Any]]]]) -> None:
    binding = snake(case.binding)
    assert case.events and case.expected
    for model, run, columns, rows in case.expected:
        actual = [
            row
            for row in outcome[run][f"{binding}_{model}"]
            if row[OBJECT_COLUMN[model]] == case.id
        ]
        if "_DeleteDate" not in columns:
            actual = [row for row in actual if row.get("_DeleteDate") is None]
        assert sorted([shown(row[c]) for c in columns] for row in actual) == sorted(rows), (
            f"{model} after run {run}"
        )


def test_a_full_refresh_gives_the_same_rows(outcome: dict[int, Any]) -> None:
    assert not any(outcome[0].values()), outcome[0]
