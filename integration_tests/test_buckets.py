"""Buckets: the period of an object's first arrival, which a run names in what it reads and writes
(SPEC 8.5). DuckDB does not need them; the projects of the tests use them, an hour long. That rows
are right with them is also what every other test of a run shows.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from support.dbt_project_under_test import BUCKETS, DbtProject
from support.rendered_macros import CrossDbMacros
from support.small_case import CONFIG, event, meta, same_as_full_refresh

FIRST = 140257  # of 2026-01-01T00:00Z, in hours since 2010, from 1
TABLES = ("timeline", "workflow_instance", "sla_cycle", "escalation_queue", "runtime_signal")


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    """60 minutes on Busy, warned at 30, each with an escalation; every Go raises one of its own."""
    project = DbtProject(tmp_path, CONFIG, meta())
    project.create_journal()
    return project


def buckets(project: DbtProject, table: str = "timeline") -> dict[str, set[int]]:
    """{object: its buckets, counted from the first hour of 2026; -1 for pending events}"""
    found: dict[str, set[int]] = {}
    for row in project.rows(
        f"select i.WI_ObjectID as id, t._Bucket as bucket from case_{table} t"
        " join case_workflow_instance i using (_ObjectKey)"
    ):
        bucket = row["bucket"] - FIRST if row["bucket"] else -1
        found.setdefault(row["id"], set()).add(bucket)
    return found


def sent(project: DbtProject, model: str) -> str:
    """What dbt sent last for a model, the delete and the insert too."""
    ran = project.folder / f"target/run/under_test/models/ozmeta/case/case_{model}.sql"
    compiled = project.folder / f"target/compiled/under_test/models/ozmeta/case/case_{model}.sql"
    return compiled.read_text(encoding="utf-8") + ran.read_text(encoding="utf-8")


RANGE = r"(?:\w+\.)?_Bucket (?:= \d+|between \d+ and \d+)"


def named(project: DbtProject, model: str) -> set[str]:
    """The different lists of buckets that a model's statements name, as `buckets` counts them."""
    found = set()
    for text in re.findall(rf"\({RANGE}(?: or {RANGE})*\)", sent(project, model)):
        ends = re.findall(r"= (\d+)|between (\d+) and (\d+)", text)
        numbers = [
            [int(number) - FIRST if int(number) else -1 for number in end if number] for end in ends
        ]
        found.add(", ".join(" to ".join(map(str, part)) for part in numbers))
    return found


def test_rows_carry_the_bucket_of_their_object(project: DbtProject) -> None:
    project.append([event("a", 0, "Go"), event("b", 150, "Go", "o2"), event("c", 200, "Back")])
    project.run("2026-01-01T06:00:00")
    for table in TABLES:
        assert buckets(project, table) == {"o1": {0}, "o2": {2}}, table


def test_an_object_keeps_its_bucket(project: DbtProject) -> None:
    """An object keeps its bucket, even if an older row of it arrives later, or an older delivery
    replaces its only event.
    """
    project.configure(CONFIG | {"journal": CONFIG["journal"] | {"lookback_minutes": 180}}, meta())
    project.append([event("a", 130, "Go"), event("b", 130, "Go", "o2")])
    project.run("2026-01-01T03:00:00")
    assert buckets(project) == {"o1": {2}, "o2": {2}}
    project.append([event("c", 5, "Back"), event("b", 10, "Back", "o2", EJ_Actor="x")])
    project.run("2026-01-01T04:00:00")
    for table in TABLES:
        found = buckets(project, table)
        assert found == {name: {2} for name in found}, table
    assert same_as_full_refresh(project, "2026-01-01T04:00:00") == {}
    assert buckets(project) == {"o1": {0}, "o2": {0}}


def test_pending_events_wait_in_a_bucket_of_their_own(project: DbtProject) -> None:
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 300, "Back", _SyncDate=dt.datetime(2026, 1, 1, 0, 30)),
            event("c", 300, "Go", "o2", _SyncDate=dt.datetime(2026, 1, 1, 0, 30)),
        ]
    )
    project.run("2026-01-01T01:00:00")
    rows = "select EJ_ID as id, _Bucket as bucket from case_timeline order by 1"
    assert [row["bucket"] for row in project.rows(rows)] == [FIRST, 0, 0]
    project.append([event("d", 130, "Go", "o3")])
    project.run("2026-01-01T03:00:00")
    assert named(project, "timeline") == {"-1, 0"}  # the last rows are read again: SPEC 8.1
    project.run("2026-01-01T06:00:00")
    assert named(project, "timeline") == {"-1, 0, 2"}
    assert [row["bucket"] - FIRST for row in project.rows(rows)] == [0, 0, 0, 2]
    assert same_as_full_refresh(project, "2026-01-01T06:00:00") == {}


def test_a_run_names_the_buckets_of_its_objects(project: DbtProject) -> None:
    """A run names buckets in what it reads and in what it replaces. A new object needs none. o4's
    row is read again.
    """
    project.append([event(f"a{n}", 60 * n, "Go", f"o{n}") for n in range(5)])
    project.run("2026-01-01T06:00:00")
    project.append([event("b", 361, "Back", "o1"), event("c", 361, "Back", "o3")])
    project.append([event("d", 361, "Go", "o9")])
    project.run("2026-01-01T06:05:00")
    assert named(project, "timeline") == {"-1, 1, 3 to 4"}
    for model in ("workflow_instance", "sla_cycle", "escalation_queue", "runtime_signal"):
        assert named(project, model) == {"-1, 1, 3, 6"}, model
    assert named(project, "quarantine") == {"-1, 1, 3 to 4, 6"}
    replaced = sent(project, "timeline").partition("delete from")[2].partition(";")[0]
    assert f"or DBT_INCREMENTAL_TARGET._Bucket between {FIRST + 3} and {FIRST + 4})" in replaced
    assert same_as_full_refresh(project, "2026-01-01T06:05:00") == {}


def test_a_tick_names_the_buckets_of_due_cycles(project: DbtProject) -> None:
    project.append([event("a", 0, "Go"), event("b", 200, "Go", "o2")])
    project.run("2026-01-01T03:25:00")
    project.run("2026-01-01T03:55:00")
    assert named(project, "sla_cycle") == {"-1, 3"}
    assert named(project, "escalation_queue") == {"-1, 3"}
    assert same_as_full_refresh(project, "2026-01-01T03:55:00") == {}


def test_a_failed_run_is_in_the_next_runs_buckets(project: DbtProject) -> None:
    """The next run finds what a killed run wrote, in whatever bucket."""
    project.append([event("a", 0, "Go"), event("b", 100, "Go", "o2"), event("x", 70, "Go", "o9")])
    project.run("2026-01-01T02:00:00")
    project.append([event("c", 121, "Back", "o2")])
    project.run("2026-01-01T02:05:00", "--select", "case_timeline")
    project.append([event("d", 122, "Back"), event("e", 122, "Go", "o3")])
    project.run("2026-01-01T02:10:00")
    assert named(project, "timeline") == {"-1, 0 to 1"}
    assert named(project, "sla_cycle") == {"-1, 0 to 2"}
    assert same_as_full_refresh(project, "2026-01-01T02:10:00") == {}


def test_too_many_buckets_mean_the_whole_table(project: DbtProject) -> None:
    count = 2001
    project.append([event("first", 0, "Go", "o0")])
    with project.connect() as connection:
        connection.execute(
            "insert into raw.event_journal select e.* replace ('a' || n as EJ_ID, 'o' || n as"
            " EJ_ObjectID, EJ_EventTimeUTC + n * interval 1 hour as EJ_EventTimeUTC, _SyncDate + n"
            f" * interval 1 hour as _SyncDate) from raw.event_journal e, range(1, {count}) r(n)"
        )
    project.run("2026-04-01T00:00:00")
    late = dt.datetime(2026, 4, 1, 1)
    with project.connect() as connection:
        connection.execute(
            "insert into raw.event_journal select * replace ('b' || EJ_ID as EJ_ID, timestamp"
            f" '{late}' as EJ_EventTimeUTC, timestamp '{late}' as _SyncDate)"
            " from raw.event_journal"
        )
    project.run("2026-04-01T02:00:00")
    assert named(project, "timeline") == named(project, "sla_cycle") == set()
    assert project.rows("select count(*) as n from case_timeline") == [{"n": 2 * count}]


def test_a_table_without_buckets_gets_them(project: DbtProject) -> None:
    """This is the situation when the package begins to use buckets on an engine."""
    macros = project.folder / "macros/buckets.sql"
    macros.write_text(BUCKETS.replace("return(true)", "return(false)"))
    project.append([event("a", 0, "Go"), event("b", 130, "Go", "o2")])
    project.run("2026-01-01T03:00:00")
    columns = "select 1 as n from information_schema.columns where column_name = '_Bucket'"
    assert not project.rows(columns)
    macros.write_text(BUCKETS)
    project.manifest = None
    with project.connect() as connection:  # as a release with another fold_version
        connection.execute("update case_run set _DefinitionHash = ''")
    project.append([event("c", 190, "Back")])
    project.run("2026-01-01T03:30:00")
    assert len(project.rows(columns)) == len(TABLES)
    assert buckets(project) == {"o1": {0}, "o2": {2}}
    for table in ("workflow_instance", "sla_cycle"):
        assert buckets(project, table) == {"o1": {0}, "o2": {2}}, table
    assert same_as_full_refresh(project, "2026-01-01T03:30:00") == {}


def test_a_bucket_is_a_day_and_counts_from_2010(project: DbtProject) -> None:
    """The length is dispatched; without the tests' own, it is a day."""
    macros = project.folder / "macros/buckets.sql"
    macros.write_text(BUCKETS.splitlines()[0])
    project.manifest = None
    arrivals = {
        "before": "1999-12-31 23:59:59",
        "first": "2010-01-01 23:59:59",
        "second": "2010-01-02 00:00:00",
        "later": "2026-01-01 00:00:00",
    }
    project.append(
        [
            event(id, 0, "Go", id, _SyncDate=dt.datetime.fromisoformat(arrived))
            for id, arrived in arrivals.items()
        ]
    )
    project.run("2026-01-01T06:00:00")
    found = project.rows("select EJ_ID as id, _Bucket as bucket from case_timeline")
    days = (dt.date(2026, 1, 1) - dt.date(2010, 1, 1)).days
    assert {row["id"]: row["bucket"] for row in found} == {
        "before": 1,
        "first": 1,
        "second": 2,
        "later": days + 1,
    }


@pytest.mark.parametrize(
    ("buckets", "condition"),
    [
        ([0], "b = 0"),
        ([0, 5, 6, 7, 9], "b = 0 or b between 5 and 7 or b = 9"),
        # of 201 gaps, the smallest is closed
        ([0, 2, *range(10, 10 * 201, 10)], "b between 0 and 2 or b = 10"),
    ],
)
def test_near_buckets_are_named_as_a_range(buckets: list[int], condition: str) -> None:
    """At most 201 ranges, and none leaves out a bucket."""
    text = " ".join(CrossDbMacros("duckdb").default__bucket_condition("b", buckets).split())
    text = text.replace("( ", "(")
    assert text.startswith("(" + condition)
    ranges = [
        [int(number) for number in found if number]
        for found in re.findall(r"= (\d+)|between (\d+) and (\d+)", text)
    ]
    assert len(ranges) <= 201
    assert all(any(part[0] <= bucket <= part[-1] for part in ranges) for bucket in buckets)


def test_bigquery_names_each_bucket() -> None:
    """A partition costs as much as it has bytes, so no gap is closed."""
    text = CrossDbMacros("duckdb").bigquery__bucket_condition("b", [0, 5, 6, 9])
    assert text.strip() == "b in (0, 5, 6, 9)"
