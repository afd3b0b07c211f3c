"""The daily backlog: after each run, it equals the reference and a full refresh."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import support.reference_fold as ref
from ozmeta_dbt.operations.verify import Choice
from support.dbt_project_under_test import DbtProject, RunFailed
from support.invariants import load
from support.small_case import CONFIG, event, snapshot
from support.verification import tampered, verified
from support.worlds import START, World, drawn

STRETCHED = 37  # a world of hours becomes one of weeks
SHOWN = ("_TenantID", "WS_Code", "BL_Day", "BL_Objects", "BL_Entered", "BL_Left")
MARKS = ("BL_IsTerminal", "BL_IsComplete")
DAY = dt.timedelta(days=1)
SEED = int(os.environ.get("OZMETA_SEED", "3"))
Rows = list[tuple]


def stretched(world: World) -> World:
    """The same without timers, over weeks."""

    def later(value: Any) -> Any:
        return START + (value - START) * STRETCHED if isinstance(value, dt.datetime) else value

    rows = [{name: later(value) for name, value in row.items()} for row in world.rows]
    for binding in world.bindings:
        binding["slas"] = []
        for transition in binding["workflow"]["transitions"]:
            transition["actions"] = []
    return World(world.bindings, rows, [later(as_of) for as_of in world.as_of])


def midnight(moment: dt.datetime) -> dt.datetime:
    return max(moment.replace(hour=0, minute=0, second=0, microsecond=0), dt.datetime(1970, 1, 1))


def expected(rows: list[dict[str, Any]], binding: dict[str, Any], as_of: dt.datetime) -> Rows:
    """The backlog, counted day by day from the reference's timeline."""
    ends: dict[tuple[str, str], dict[dt.datetime, str]] = {}
    moves: Counter[tuple] = Counter()
    for event_ in ref.fold(rows, binding, as_of)["timeline"]:  # those of an object are in order
        if not event_.get("TL_Position"):
            continue
        tenant = event_["_TenantID"] if binding["tenant_in_key"] else ""
        day, is_first = midnight(event_["TL_EffectiveUTC"]), event_["TL_Position"] == 1
        ends.setdefault((tenant, event_["EJ_ObjectID"]), {})[day] = event_["TL_State"]
        if is_first or (event_["TL_IsApplied"] and event_["TL_FromState"] != event_["TL_ToState"]):
            moves[tenant, day, event_["TL_State"], "entered"] += 1
            moves[tenant, day, event_["TL_FromState"], "left"] += not is_first
    found: Rows = []
    workflow, last = binding["workflow"], midnight(as_of)
    for tenant in {tenant for tenant, _ in ends}:
        own = [days for (of, _), days in ends.items() if of == tenant]
        now: list[str | None] = [None] * len(own)
        day = min(min(days) for days in own)
        while day <= last:
            now = [days.get(day, state) for days, state in zip(own, now, strict=True)]
            for state in workflow["states"]:
                flows = (moves[tenant, day, state, "entered"], moves[tenant, day, state, "left"])
                marks = (state in workflow["terminal"], day < last)
                found.append((tenant, state, day, now.count(state), *flows, *marks))
            day += DAY
    return sorted(found)


def backlog(project: DbtProject, binding: str = "case") -> Rows:
    rows = project.rows(
        f"select {', '.join(SHOWN + MARKS)} from {binding}_backlog where _DeleteDate is null"
    )
    return sorted(tuple(row.values()) for row in rows)


@pytest.mark.parametrize(
    "world", [stretched(world) for world in drawn(2, 2, 40, SEED)], ids=["one", "other"]
)
def test_increments_equal_the_reference_and_a_full_refresh(world: World, tmp_path: Path) -> None:
    config, document = world.files()
    config["journal"]["lookback_minutes"] = 60 * STRETCHED
    project = DbtProject(tmp_path, config | {"backlog": True}, document)
    project.create_journal()
    late = 0
    names = [binding["name"].lower() for binding in world.bindings]
    selected = ("--select", *(f"{name}_*" for name in names))
    for number, as_of in enumerate(world.as_of):
        load(project, [r for r in world.rows if r["run"] == number])
        if number == 2:  # a run that fails before the backlog
            project.run(str(as_of), *selected, "--exclude", *(f"{name}_backlog" for name in names))
        if number == 1:  # and one that fails after it
            project.run(str(as_of), *selected, "--exclude", *(f"{name}_run" for name in names))
        project.run(str(as_of), *selected)
        for binding in world.bindings:
            found = backlog(project, binding["name"].lower())
            assert found == expected(world.arrived(number), binding, as_of), binding["name"]
            late += len({row[2] for row in found}) > 5
    assert late  # the worlds have enough days
    before = {name: project.rows(f"from {name}_backlog order by all") for name in names}
    project.run(str(world.as_of[-1]), *selected)
    assert before == {name: project.rows(f"from {name}_backlog order by all") for name in names}
    tables = {name: backlog(project, name) for name in names}
    project.run(str(world.as_of[-1]), *selected, "--full-refresh")
    assert tables == {name: backlog(project, name) for name in names}


def at(day: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, 1, day, hour)


def moved(id: str, day: int, code: str, object_id: str, **columns: Any) -> dict[str, Any]:
    return event(id, (day - 1) * 1440, code, object_id, **columns)


def counts(project: DbtProject, state: str = "Busy", tenant: str = "t1") -> list[int]:
    return [
        row[3] for row in sorted(backlog(project), key=lambda r: r[2]) if row[:2] == (tenant, state)
    ]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """Of two tenants: o1 and o2 become Busy on the first day, o1 is Open again on the third."""
    project = DbtProject(tmp_path_factory.mktemp("backlog"), CONFIG, snapshot())
    project.create_journal()
    project.append([moved("a", 1, "Go", "o1"), moved("b", 1, "Go", "o2")])
    project.append([moved("c", 3, "Back", "o1")])
    project.append([moved("t", 2, "Go", "o1", _TenantID="t2")])
    project.run(str(at(4)))  # without a backlog
    return project


def test_a_backlog_that_is_switched_on_later_counts_all_days(project: DbtProject) -> None:
    project.configure(CONFIG | {"backlog": True, "bindings": {"Case": {"backlog": False}}})
    assert not list(project.folder.rglob("case_backlog.sql"))
    project.configure(CONFIG | {"bindings": {"Case": {"backlog": True}}})
    project.run(str(at(4)))
    assert counts(project) == [2, 2, 1, 1] and counts(project, "Open") == [0, 0, 1, 1]
    assert counts(project, tenant="t2") == [1, 1, 1]
    assert len(project.rows("from backlog")) == 2 * (4 + 3)


def written(project: DbtProject, as_of: dt.datetime) -> list[tuple]:
    """(tenant, state, day) of the rows that a run writes."""
    project.run(str(as_of))
    sql = "select _TenantID, WS_Code, day(BL_Day) from case_backlog where _UpdateDate = "
    return sorted(tuple(row.values()) for row in project.rows(f"{sql} timestamp '{as_of}'"))


def test_a_run_writes_only_the_days_that_differ(project: DbtProject) -> None:
    states, tenants = ("Busy", "Open"), ("t1", "t2")
    assert written(project, at(4, 9)) == []
    on_both = [(tenant, state, day) for tenant in tenants for state in states for day in (4, 5)]
    assert written(project, at(5)) == sorted(on_both)  # the fourth is over
    # a late event of the second day: o2 was Open until the end of the third
    project.append([moved("d", 2, "Back", "o2", _SyncDate=at(5, 1))])
    project.append([moved("e", 4, "Go", "o2", _SyncDate=at(5, 1))])
    assert written(project, at(5, 2)) == [
        ("t1", state, day) for state in states for day in (2, 3, 4)
    ]
    assert counts(project) == [2, 1, 0, 1, 1]


def test_what_is_undone_and_what_is_to_come(project: DbtProject) -> None:
    """t2's only event turns out to be delivered earlier with a later time, so its first day moves.
    A pending event counts once it is due.
    """
    project.append([moved("t", 4, "Go", "o1", _TenantID="t2", _SyncDate=at(1, 23))])
    project.append([moved("f", 7, "Back", "o2", _SyncDate=at(5, 3))])
    project.configure(CONFIG | {"backlog": True, "journal": wide_lookback()})
    project.run(str(at(5, 4)))
    assert counts(project, tenant="t2") == [1, 1] and counts(project) == [2, 1, 0, 1, 1]
    project.run(str(at(7, 1)))
    assert counts(project) == [2, 1, 0, 1, 1, 1, 0]
    undone = project.rows(
        "select day(BL_Day) as day from case_backlog where _DeleteDate is not null"
    )
    assert sorted(row["day"] for row in undone) == [2, 2, 3, 3]


def test_an_arrival_moves_a_later_event_of_its_stream(project: DbtProject) -> None:
    """The second event of a stream counts on its own day until the first event arrives, which has a
    later time by the writer's clock.
    """
    numbered = {"EJ_SourceSystem": "van", "_TenantID": "t3"}
    project.append([moved("s2", 2, "Back", "o3", EJ_Sequence=2, _SyncDate=at(7, 1), **numbered)])
    project.append([moved("s0", 1, "Go", "o3", EJ_Sequence=0, _SyncDate=at(7, 1), **numbered)])
    project.run(str(at(7, 1)))
    assert counts(project, "Open", tenant="t3") == [0, 1, 1, 1, 1, 1, 1]
    project.append([moved("s1", 4, "Go", "o3", EJ_Sequence=1, _SyncDate=at(7, 1), **numbered)])
    project.run(str(at(7, 1)))
    assert counts(project, "Open", tenant="t3") == [0, 0, 0, 1, 1, 1, 1]


def wide_lookback() -> dict[str, Any]:
    return CONFIG["journal"] | {"lookback_minutes": 7 * 1440}


def test_verify_compares_the_backlog_if_it_compares_all_objects(project: DbtProject) -> None:
    same, said = verified(project, lookback=7 * 1440)
    assert same and "case_backlog " in said
    same, said = verified(project, Choice(("o1",)), lookback=7 * 1440)
    assert same and "case_backlog is left out: it counts all objects" in said
    tampered(project, "update case_backlog set BL_Objects = 9 where BL_Day = '2026-01-02'")
    same, said = verified(project, lookback=7 * 1440)
    assert not same and "case_backlog" in said


def test_a_changed_workflow_counts_again(project: DbtProject) -> None:
    """All rows are written again, which also repairs rows that somebody changed."""
    document = snapshot()
    states = document["objects"]["workflows"][0]["states"]
    states[0]["isTerminal"] = True
    states.append({"id": "s3", "code": "New"})
    project.configure(CONFIG | {"backlog": True, "journal": wide_lookback()}, document)
    project.run(str(at(7, 1)))
    assert counts(project) == [2, 1, 0, 1, 1, 1, 0] and counts(project, "New") == [0] * 7
    assert {row[1] for row in backlog(project) if row[6]} == {"Open"}


def test_a_day_before_1970_counts_as_its_first(project: DbtProject) -> None:
    project.append([event("z", -60_000_000, "Go", "o9", _TenantID="t9", _SyncDate=at(7, 2))])
    project.run(str(at(7, 3)))
    found = counts(project, tenant="t9")
    assert found == [1] * (1 + (at(7) - dt.datetime(1970, 1, 1)).days)


def test_a_backlog_does_not_go_back_in_time(project: DbtProject) -> None:
    with pytest.raises(RunFailed, match="Time may not go back"):
        project.run(str(at(6)))
    project.run(str(at(6)), "--full-refresh")
    assert counts(project) == [2, 1, 0, 1, 1, 1]
