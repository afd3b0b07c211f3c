"""The facts for BI: cycles with the columns that reports group by, at edges of days and weeks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from support.dbt_project_under_test import DbtProject
from support.small_case import CONFIG, event, meta

EPOCH = dt.datetime(2026, 1, 1)
EDGES = [
    "2023-12-31 23:59:59.999999",  # a Sunday
    "2024-01-01 00:00:00",  # a Monday
    "2024-02-29 12:30:00",
    "2024-03-01 00:00:00",
    "2025-12-29 01:00:00",  # a Monday in the week of New Year
    "2026-01-04 22:59:59",
    "1969-12-31 23:00:00",  # before the epoch
    "1900-02-28 05:00:00",
]


def minute(text: str) -> float:
    return (dt.datetime.fromisoformat(text) - EPOCH) / dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """Cycles that start at the edges: each second one is missed, and the last two are open."""
    project = DbtProject(tmp_path_factory.mktemp("facts"), CONFIG, meta())
    project.create_journal()
    for number, edge in enumerate(EDGES):
        start = minute(edge)
        project.append([event(f"go{number}", start, "Go", f"o{number}")])
        if number < len(EDGES) - 2:
            stop = start + (90.5 if number % 2 else 59)
            project.append([event(f"back{number}", stop, "Back", f"o{number}")])
    project.run("2026-02-01T00:00:00")
    return project


def expected(moment: dt.datetime | None, name: str) -> dict[str, Any]:
    if moment is None:
        return {f"CF_{name}{part}": None for part in ("Day", "Week", "Month", "Weekday", "Hour")}
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        f"CF_{name}Day": day,
        f"CF_{name}Week": day - dt.timedelta(days=day.weekday()),
        f"CF_{name}Month": day.replace(day=1),
        f"CF_{name}Weekday": day.isoweekday(),
        f"CF_{name}Hour": moment.hour,
    }


def test_days_weeks_and_hours_are_those_of_the_calendar(project: DbtProject) -> None:
    rows = project.rows("from case_cycle_fact order by ST_ObjectID")
    assert [row["ST_StartUTC"] for row in rows] == list(map(dt.datetime.fromisoformat, EDGES))
    for row in rows:
        instants = {"Start": "ST_StartUTC", "Stop": "ST_StopUTC", "Breach": "ST_BreachedUTC"}
        for name, column in instants.items():
            want = expected(row[column], name)
            assert {part: row[part] for part in want} == want


def test_minutes_are_measured_against_the_target(project: DbtProject) -> None:
    shown = ("CF_IsOpen", "ST_Outcome", "ST_ElapsedMinutes", "CF_TargetPercent", "CF_LateMinutes")
    rows = project.rows(f"select {', '.join(shown)} from cycle_fact order by ST_ObjectID")
    met, missed = (False, "Met", 59, 98, 0), (False, "Missed", 90, 150, 30)
    assert [tuple(row.values()) for row in rows[:6]] == [met, missed] * 3
    for row in rows[6:]:
        assert (row["CF_IsOpen"], row["ST_Outcome"]) == (True, "Missed")
        assert row["CF_LateMinutes"] == row["ST_ElapsedMinutes"] - 60 > 0
