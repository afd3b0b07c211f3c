"""The hand-worked cases of service levels, played through the reference.

Their README says how they are read. When the macros know service levels, the same files run through
dbt, as test_cases.py does for the others.
"""

from __future__ import annotations

import pytest
from support.cases import Case, read_cases
from support.dbt_project_under_test import OBJECT_COLUMN
from support.service_level_cases import FOLDER, bindings, shown, tables

CASES = read_cases(FOLDER)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.id}: {case.title}")
def test_case(case: Case) -> None:
    assert case.events and case.expected
    for model, run, columns, rows in case.expected:
        found = [
            [shown(row[column]) for column in columns]
            for row in tables(case, run)[model]
            if row[OBJECT_COLUMN[model]] == case.id
        ]
        assert sorted(found) == sorted(rows), f"{model} after run {run}"


def test_every_binding_has_a_case() -> None:
    declared = {
        (path.stem, name)
        for path in FOLDER.glob("*.md")
        if path.name != "README.md"
        for name in bindings(path)
    }
    assert declared == {(case.id.rpartition("-")[0], case.binding) for case in CASES}
