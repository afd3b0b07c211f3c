"""The generated test of cycles that the dates of their calendar do not cover (spec 5.10)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from support.dbt_project_under_test import DbtProject
from support.small_case import CONFIG, snapshot

NAME = "cycles_covered_case"
ODD = "O'Desk {{ 1 }}"


def config(until: str = "2026-01-09", first: str = "2026-01-05") -> dict[str, Any]:
    """Mon-Fri 09:00-17:00 in New York, which is 14:00-22:00 UTC. The first date begins at 05:00."""
    desk = {
        "time_zone": "America/New_York",
        "hours": {"mon-fri": "09:00-17:00"},
        "valid": {"from": first, "until": until},
    }
    slas = {
        "Work": {
            "calendar": {"ref": "object.Desk", "cases": {"none": "none"}, "default": ODD},
            "pauseWhen": {"op": "eq", "args": [{"ref": "object.Waits"}, {"lit": "yes"}]},
        }
    }
    return CONFIG | {"calendars": {ODD: desk}, "bindings": {"Case": {"slas": slas}}}


def policies() -> dict[str, Any]:
    """An SLA of 60 minutes from the first event until the state Busy."""
    document = snapshot()
    (rules,) = document["objects"]["runtime"]["slaBindings"]
    del rules["startRule"]
    rules["stopRule"] = {
        "version": 1,
        "kind": "TimerStop",
        "expr": {"op": "eq", "args": [{"ref": "state.current"}, {"lit": "Busy"}]},
    }
    return document


def event(id: str, time: str, code: str | None = None, **fields: str) -> dict[str, Any]:
    at = dt.datetime.fromisoformat(time)
    payload: dict[str, Any] = {"object": fields} if fields else {}
    if code:
        payload["transition"] = {"code": code}
    return {
        "EJ_ID": id,
        "_TenantID": "t1",
        "EJ_EventType": "X",
        "EJ_EventTimeUTC": at,
        "EJ_ObjectType": "Case",
        "EJ_ObjectID": id.split("-")[0],
        "EJ_Payload": json.dumps(payload),
        "_SyncDate": at,
    }


EVENTS = [
    event("before-1", "2026-01-05 04:59:59.999999"),
    event("first-1", "2026-01-05 05:00"),
    event("always-1", "2026-01-04 12:00", Desk="none"),  # its clock always runs
    event("used_up-1", "2026-01-09 21:00"),  # at closing of the last day
    event("beyond-1", "2026-01-09 21:00:00.000001"),
    event("met-1", "2026-01-09 21:30"),
    event("met-2", "2026-01-09 21:40", "Go"),
    event("waits-1", "2026-01-09 21:30", Waits="yes"),
    event("after-1", "2026-01-20 12:00"),
]
BEFORE = "it starts before the calendar is valid"
BEYOND = "the calendar is no longer valid when it is due"


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    project = DbtProject(tmp_path, config(), policies())
    project.create_journal()
    project.append(EVENTS)
    project.run("2026-01-21 00:00:00")
    return project


def outcome(project: DbtProject) -> tuple[str, int]:
    result = project.dbt("test", "--select", NAME, "--store-failures", check=False).result
    (found,) = result.results
    return str(found.status), found.failures


def named(project: DbtProject) -> dict[str, str]:
    rows = project.rows(f"select ST_ObjectID, problem from main_dbt_test__audit.{NAME}")
    found = {row["ST_ObjectID"]: row["problem"] for row in rows}
    assert len(found) == len(rows)
    return found


def test_cycles_outside_valid_are_named(project: DbtProject) -> None:
    assert outcome(project) == ("warn", 4)
    assert named(project) == {"before": BEFORE, "beyond": BEYOND, "met": BEYOND, "after": BEYOND}
    (row,) = project.rows(f"from main_dbt_test__audit.{NAME} where ST_ObjectID = 'beyond'")
    (cycle,) = project.rows("select SC_ID from case_sla_cycle where ST_ObjectID = 'beyond'")
    assert row == {
        "SC_ID": cycle["SC_ID"],
        "_TenantID": "t1",
        "ST_ObjectID": "beyond",
        "SL_Code": "Work",
        "ST_CycleNo": 1,
        "ST_Calendar": ODD,
        "ST_StartUTC": dt.datetime(2026, 1, 9, 21, 0, 0, 1),
        "problem": BEYOND,
    }


def test_a_paused_cycle_is_named_once_its_clock_goes_on(project: DbtProject) -> None:
    project.append([event("waits-2", "2026-01-20 13:00", Waits="no")])
    project.run("2026-01-21 01:00:00")
    assert outcome(project) == ("warn", 5)
    assert named(project)["waits"] == BEYOND


def test_a_cycle_that_a_late_event_undid_is_not_named_twice(project: DbtProject) -> None:
    late = event("before-0", "2026-01-05 04:00") | {"_SyncDate": dt.datetime(2026, 1, 21)}
    project.append([late])
    project.run("2026-01-21 01:00:00")
    assert len(project.rows("from case_sla_cycle where ST_ObjectID = 'before'")) == 2
    assert outcome(project) == ("warn", 4)
    assert named(project)["before"] == BEFORE


def test_it_passes_once_the_calendar_covers_all_cycles(project: DbtProject) -> None:
    project.configure(config(first="2026-01-04", until="2026-01-31"))
    project.run("2026-01-21 01:00:00")
    assert outcome(project) == ("pass", 0)
    assert project.rows("from case_sla_cycle where ST_DueUTC is null and not ST_IsPaused") == []


def test_a_binding_without_calendars_has_no_such_test(tmp_path: Path) -> None:
    project = DbtProject(tmp_path, CONFIG, policies())
    assert NAME not in (project.folder / "models/ozmeta/case/_case.yml").read_text("utf-8")
