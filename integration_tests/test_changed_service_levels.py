"""Versions and calendars that change between two runs (SPEC 5.14, 8.3): a run folds again only the
cycles that the change concerns, and the tables are those of a full refresh.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pytest
from support.dbt_project_under_test import JOURNAL_COLUMNS, DbtProject, differences
from support.service_level_cases import binding
from support.service_level_project import project_files

Row = dict[str, Any]

DESK = {"time_zone": "Europe/Berlin", "hours": {"mon-fri": "09:00-17:00"}}
LEVELS = [{}, {"payload": {"level": 2, "afterMinutes": 600}}]
POLICY: Row = {"target": 480, "warn": 60, "calendar": "Desk", "levels": LEVELS}
AS_OF = "2026-07-01"
EVERY = {"January", "May", "Open", "Waiting"}


def equals(ref: str, value: str) -> Row:
    return {"op": "eq", "args": [{"ref": ref}, {"lit": value}]}


def policy(**changes: Any) -> Row:
    moved = equals("transition.toState", "Open")
    return {**POLICY, "start": moved, "pauseWhen": equals("state.current", "Pending"), **changes}


def desk(**changes: Any) -> Row:
    return {**DESK, **changes}


def files(slas: Row, calendars: Row) -> tuple[Row, Row]:
    """The config and the snapshot of a project with one binding."""
    return project_files({"Case": binding("Case", {"slas": slas}, calendars)})


def events(name: str, start: str, *moves: tuple[int, str], arrives: str | None = None) -> list[Row]:
    """Moves of one object, in hours after a start."""
    begun = dt.datetime.fromisoformat(start)
    return [
        {
            "EJ_ID": f"{name}-{place}",
            "_TenantID": "t",
            "EJ_EventType": "Moved",
            "EJ_EventTimeUTC": begun + dt.timedelta(hours=hours),
            "EJ_ObjectType": "Case",
            "EJ_ObjectID": name,
            "EJ_Payload": json.dumps({"transition": {"toState": state}}),
            "_SyncDate": arrives or begun + dt.timedelta(hours=hours),
        }
        for place, (hours, state) in enumerate(moves)
    ]


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    """Cycles that stopped in January and in May, one that is open since June, and one that waits
    for the customer since June.
    """
    project = DbtProject(
        tmp_path, *files({"S": policy(versions=[{"target": 600}])}, {"Desk": DESK})
    )
    project.create_journal(JOURNAL_COLUMNS)
    project.append(
        events("January", "2026-01-12T09:00:00", (0, "Open"), (30, "Solved"))
        + events("May", "2026-05-11T09:00:00", (0, "Open"), (30, "Solved"))
        + events("Open", "2026-06-30T09:00:00", (0, "Open"))
        + events("Waiting", "2026-06-30T09:00:00", (0, "Open"), (2, "Pending"))
    )
    project.run(AS_OF)
    return project


def written(project: DbtProject) -> set[str]:
    """The objects whose cycles the last run wrote."""
    last = "(select max(RUN_Batch) from case_run)"
    rows = project.rows(f"select ST_ObjectID from case_sla_cycle where _Batch = {last}")
    return {row["ST_ObjectID"] for row in rows}


def check_full_refresh(project: DbtProject, as_of: str = AS_OF) -> None:
    """The tables are those of a full refresh, which the project keeps."""
    tables = ["sla_cycle", "escalation_queue"]
    with project.connect() as connection:
        connection.execute("drop schema if exists increments cascade; create schema increments")
        for table in tables:
            connection.execute(f"create table increments.case_{table} as from main.case_{table}")
    project.run(as_of, "--full-refresh")
    with project.connect() as connection:
        assert differences("increments", "main", connection, "case", tables) == {}


def test_only_the_cycles_concerned(project: DbtProject) -> None:
    """Each step continues from the result of the step before."""
    late = {"from": "2026-05-01", "target": 120}
    steps: list[tuple[str, list[Row], Row, set[str]]] = [
        ("a version begins", [{"target": 600}, late], {}, {"May", "Open", "Waiting"}),
        ("one begins later", [{"target": 600}, late, {"from": "2026-07-01"}], {}, set()),
        ("it goes again", [{"target": 600}, late], {}, set()),
        ("one gets a name", [{"target": 600, "name": "v1"}, late], {}, {"January"}),
        (
            "one gets a calendar",
            [{"target": 600, "name": "v1"}, late | {"calendar": "none"}],
            {},
            {"May", "Open", "Waiting"},
        ),
        ("all of one say something else", [{"target": 600}], {}, EVERY),
        # A cycle that waits has no due instant, so any change of its calendar concerns it.
        ("next year's holidays", [{"target": 600}], {"holidays": ["2027-01-01"]}, {"Waiting"}),
        ("a holiday to come", [{"target": 600}], {"holidays": ["2026-07-02"]}, {"Open", "Waiting"}),
        ("next year only", [{"target": 600}], {"holidays": ["2027-01-01"]}, {"Open", "Waiting"}),
        (
            "a holiday that was",
            [{"target": 600}],
            {"holidays": ["2026-05-12"]},
            EVERY - {"January"},
        ),
        ("other dates", [{"target": 600}], {"valid": {"from": "2025-12-01"}}, EVERY),
    ]
    for name, versions, calendar, concerned in steps:
        project.configure(*files({"S": policy(versions=versions)}, {"Desk": desk(**calendar)}))
        project.run(AS_OF)
        assert written(project) == concerned, name
    project.run(AS_OF)
    assert written(project) == set(), "a second run has nothing to do"
    check_full_refresh(project)


def test_a_corrected_policy_folds_everything(project: DbtProject) -> None:
    changed = policy(versions=[{"target": 600}], warn=90)
    project.configure(*files({"S": changed}, {"Desk": DESK}))
    project.run(AS_OF)
    assert written(project) == EVERY
    check_full_refresh(project)


def test_a_late_event_of_an_object_that_a_change_left_alone(project: DbtProject) -> None:
    """It is folded by the current calendar, which has the same windows at that time."""
    slas = {"S": policy(versions=[{"target": 600}])}
    project.configure(*files(slas, {"Desk": desk(holidays=["2027-01-01"])}))
    project.run(AS_OF)
    late = events("January", "2026-01-13T09:00:00", (0, "Pending"), arrives="2026-07-01T01:00:00")
    project.append([row | {"EJ_ID": "late"} for row in late])
    project.run("2026-07-02")
    assert "January" in written(project)
    check_full_refresh(project, "2026-07-02")


def test_a_policy_that_was_away_is_folded_again(project: DbtProject) -> None:
    """The runs between did not have the model, so its rows tell nothing about their events."""
    config, snapshot = files({"S": policy(versions=[{"target": 600}])}, {"Desk": DESK})
    without = copy.deepcopy(snapshot)
    without["objects"]["runtime"]["slaPolicies"][0]["isEnabled"] = False
    less = copy.deepcopy(config)
    less["bindings"]["Case"].pop("slas")
    project.configure(less, without)
    project.append(events("Between", "2026-07-01T01:00:00", (0, "Open")))
    project.run("2026-07-02")
    project.configure(config, snapshot)
    project.run("2026-07-02T01:00:00")
    assert "Between" in written(project)
    check_full_refresh(project, "2026-07-02T01:00:00")


def test_random_changes_end_as_a_full_refresh(tmp_path: Path) -> None:
    rng = random.Random(17)
    days = [f"2026-01-{day:02}" for day in range(5, 24)]

    def drawn() -> tuple[Row, Row]:
        boundaries = sorted(rng.sample(days, rng.randint(0, 3)))
        versions: list[Row] = [{"target": rng.choice([120, 600])}]
        for day in boundaries:
            other = rng.choice(
                [{"target": 240}, {"warn": 30}, {"calendar": "none"}, {"calendar": "Night"}]
            )
            versions.append({"from": day, **other})
        calendars = {
            "Desk": desk(holidays=rng.sample(days, rng.randint(0, 2))),
            "Night": {"time_zone": "America/New_York", "hours": {"mon-fri": "22:00-06:00"}},
        }
        slas = {
            "S": policy(versions=versions),
            "R": policy(versions=versions[:1], onRestart="resume"),
        }
        return files(slas, calendars)

    project = DbtProject(tmp_path, *drawn())
    project.create_journal(JOURNAL_COLUMNS)
    states = ["Open", "Open", "Pending", "Solved"]
    as_of = ""
    for run in range(5):
        arriving = []
        for number in range(12):
            start = f"{rng.choice(days)}T{rng.randrange(24):02}:00:00"
            moves = [(hours, rng.choice(states)) for hours in sorted(rng.sample(range(60), 3))]
            name = f"o{rng.randrange(15)}"
            rows = events(name, start, *moves, arrives=f"2026-01-{20 + run}")
            arriving += [row | {"EJ_ID": f"{row['EJ_ID']}-{run}-{number}"} for row in rows]
        project.append(arriving)
        as_of = f"2026-01-{20 + run}T12:00:00"
        project.run(as_of)
        if run < 4:
            project.configure(*drawn())
    check_full_refresh(project, as_of)
