"""`ozmeta-dbt purge` (SPEC 8.6): what goes, what stays, and what later runs do."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engines.base import JOURNAL_TYPES, Worker
from support.dbt_project_under_test import JOURNAL_COLUMNS, DbtProject
from support.purged_case import (
    AS_OF,
    COMPARED,
    NOW,
    TABLES,
    compared_with,
    configuration,
    contents,
    finished,
    keep,
    late,
    metadata,
    refreshed,
    restore,
    rows_of,
    save,
)
from support.small_case import HOSTILE, event
from support.verification import command, dbt_of, tampered, verified

INVALID = 2
EVERYWHERE = set(TABLES)


def purged(project: DbtProject, *args: str) -> str:
    """What `ozmeta-dbt purge --no-dry-run` says."""
    status, said = command(project, "purge", "--no-dry-run", *args, *NOW)
    assert status == 0, said
    return said


def plan(project: DbtProject, older_than: int | None = None) -> dict[str, Any]:
    """What a dry run answers for the binding."""
    dbt = dbt_of(project).with_vars(ozmeta_as_of=AS_OF)
    return dbt.operation("purge", as_json=True, older_than=older_than)["case"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """o1 and o2 have ended, o3 has not."""
    project = DbtProject(tmp_path_factory.mktemp("purge"), configuration(), metadata())
    project.create_journal()
    project.append([*finished("o1"), *finished("o2"), *finished("o3")[:-1]])
    project.run("2026-01-02T00:00:00")
    project.run(AS_OF)
    save(project)
    return project


@pytest.fixture
def project(built: DbtProject) -> DbtProject:
    restore(built)
    built.configure(configuration(), metadata())
    return built


def test_a_dry_run_says_what_then_goes(project: DbtProject) -> None:
    before = contents(project)
    status, said = command(project, "purge", *NOW)
    assert status == 0 and "case: 2 objects would go" in said
    assert "1 object stays, not in a terminal state" in said
    assert contents(project) == before  # it writes nothing
    told = {table: int(n) for table, n in re.findall(r"^  (case_\w+) +(\d+) rows?$", said, re.M)}
    assert {name.removeprefix("case_") for name in told} == EVERYWHERE
    assert "case: 2 objects go" in purged(project)
    gone = {
        name: len(rows) - len(contents(project)[name])
        for name, rows in before.items()
        if name.startswith("case_")
    }
    assert told == {name: number for name, number in gone.items() if number}
    assert rows_of(project, "o1") == rows_of(project, "o2") == {}
    assert set(rows_of(project, "o3")) == EVERYWHERE


def test_a_second_purge_and_a_run_do_nothing(project: DbtProject) -> None:
    purged(project)
    before = contents(project)
    assert "case: 0 objects go" in purged(project) and contents(project) == before
    project.run(AS_OF)
    after = contents(project)
    changed = {name for name in before if name != "case_run" and before[name] != after[name]}
    assert changed == set()
    assert verified(project, lookback=60)[0]


def test_late_events_are_quarantined_and_found_no_object(project: DbtProject) -> None:
    purged(project)
    project.append([late("o1"), late("o3"), late("new", EJ_Actor="carl")])
    project.run("2026-03-02T00:00:00")
    assert rows_of(project, "o1") == {"quarantine": 1}
    columns = "QR_Reason, QR_EventID, QR_Actor, QR_Payload"
    sql = f"select {columns} from case_quarantine where QR_ObjectID = 'o1'"
    assert [list(row.values()) for row in project.rows(sql)] == [["Purged", "o1-late", None, None]]
    assert rows_of(project, "new")["timeline"] == 1 and rows_of(project, "o3")["timeline"] == 5
    same, said = verified(project, lookback=60)
    assert same, said
    assert "case: 0 objects go" in purged(project)  # the quarantine's row stays
    assert rows_of(project, "o1") == {"quarantine": 1}
    assert refreshed(project, "2026-03-02T00:00:00") == {}
    assert rows_of(project, "o1") == {"quarantine": 1} and rows_of(project, "o2") == {}


def test_impact_knows_that_objects_were_purged(project: DbtProject) -> None:
    purged(project)
    project.append([late("o1")])
    project.run("2026-03-02T00:00:00")
    status, said = command(project, "impact")
    assert status == 0 and "nothing would change" in said and "left out" not in said, said


def test_a_full_refresh_brings_nothing_back_unless_asked_to(project: DbtProject) -> None:
    keep(project, "whole")
    purged(project)
    assert compared_with(project, "whole").keys() == {*COMPARED} - {"backlog"}
    assert refreshed(project, AS_OF) == {}
    asked = {"ozmeta_bring_back_purged": True}
    project.run(AS_OF, vars=asked)  # without --full-refresh, it has no effect
    assert rows_of(project, "o1") == {}
    project.dbt("compile", "--full-refresh", as_of=AS_OF, vars=asked)
    assert len(project.rows("from ozmeta_tombstone")) == 2
    project.run(AS_OF, "--full-refresh", vars=asked)
    assert compared_with(project, "whole") == {}
    assert project.rows("from ozmeta_tombstone union all by name from ozmeta_purged_move") == []
    project.append([late("o1")])
    project.run("2026-03-02T00:00:00")
    assert rows_of(project, "o1")["timeline"] == 6
    assert refreshed(project, "2026-03-02T00:00:00") == {}


def test_an_object_that_left_the_journal_keeps_its_tombstone(project: DbtProject) -> None:
    purged(project)
    tampered(project, "delete from raw.event_journal where EJ_ObjectID = 'o1'")
    project.run(AS_OF, "--full-refresh", vars={"ozmeta_bring_back_purged": True})
    assert [row["PG_ObjectID"] for row in project.rows("from ozmeta_tombstone")] == ["o1"]
    project.append([late("o1")])
    project.run("2026-03-02T00:00:00")
    assert rows_of(project, "o1") == {"quarantine": 1}
    assert refreshed(project, "2026-03-02T00:00:00") == {}


def test_the_backlog_counts_on(project: DbtProject) -> None:
    purged(project)
    project.append([late("new", "go", EJ_EventTimeUTC="2026-01-01 08:00")])
    project.run("2026-03-02T00:00:00")
    sql = (
        "select WS_Code, BL_Objects, BL_Entered, BL_Left from case_backlog"
        " where BL_Day = '2026-01-01' and _DeleteDate is null order by 1"
    )
    counted = [["Busy", 0, 3, 3], ["Done", 2, 2, 0], ["Open", 2, 4, 2]]
    assert [list(row.values()) for row in project.rows(sql)] == counted
    same, said = verified(project, lookback=60)
    assert same, said
    assert refreshed(project, "2026-03-02T00:00:00") == {}


@pytest.mark.parametrize(
    ("hold", "goes"),
    [
        (["o1", *HOSTILE], {"o2"}),
        ([{"object": "o1", "tenant": "t1"}, {"object": "o2", "tenant": "other"}, 4711], {"o2"}),
    ],
)
def test_a_hold(project: DbtProject, hold: list[Any], goes: set[str]) -> None:
    project.configure(configuration(hold=hold), metadata())
    found = plan(project)
    assert found["stays"].get("Held", 0) == 2 - len(goes)
    purged(project)
    assert {id for id in ("o1", "o2") if rows_of(project, id) == {}} == goes


def with_policy(code: str, days: int = 20, **more: Any) -> dict[str, Any]:
    document = metadata(event_days=None)
    policy = {"id": "r", "code": code, "days": days} | more
    document["objects"]["documents"] = {"retentionPolicies": [policy]}
    return document


@pytest.mark.parametrize(
    ("given", "document", "older_than", "stays"),
    [
        # the objects ended 58.9 days ago, and their signals were noticed on the next day;
        # generator/tests/test_retention.py has where the days come from
        ({}, metadata(59), 1, "Recent"),  # it cannot shorten
        ({}, with_policy("Case", 58), 59, "Recent"),
        ({"days": 58, "signal_days": 57}, metadata(400), None, None),
        ({"days": 58, "signal_days": 58}, metadata(400), None, "Signal"),
        ({}, with_policy("Case", legalHold=True), None, "Held"),
        ({}, metadata(None), None, "NoDays"),
    ],
)
def test_days(
    project: DbtProject,
    given: dict[str, Any],
    document: dict[str, Any],
    older_than: int | None,
    stays: str | None,
) -> None:
    project.configure(configuration(**given), document)
    found = plan(project, older_than)
    assert found["objects"] == (2 if stays is None else 0)
    open_too = stays == "Held"  # a hold is asked first
    expected = {stays: 2 + open_too} if stays else {}
    assert found["stays"] == expected | ({} if open_too else {"NotTerminal": 1})


def test_the_event_type_with_the_most_days_decides(project: DbtProject) -> None:
    document = metadata(30)
    document["objects"]["runtime"]["eventTypes"].append(
        {"id": "e2", "code": "Approval.Approved", "defaultRetentionDays": 59}
    )
    project.configure(configuration(), document)
    assert plan(project)["stays"] == {"NotTerminal": 1, "Recent": 2}


def test_without_days_nothing_goes(project: DbtProject) -> None:
    project.configure(configuration(), metadata(None))
    before = contents(project)
    said = purged(project)
    assert "2 objects stay, because nothing says how long they are kept" in said
    assert "Nothing is purged without days" in said and contents(project) == before
    assert "case: 2 objects go" in purged(project, "--older-than", "58d")
    assert rows_of(project, "o1") == {}


OPEN: list[tuple[str, Callable[[DbtProject], None]]] = [
    ("Pending", lambda p: p.append([event("o1-x", 999_999, None, "o1", _SyncDate="2026-02-01")])),
    (
        "Open",
        lambda p: p.append(
            [late("o1", EJ_EventType="Approval.Requested", EJ_EventTimeUTC="2026-01-01 03:30")]
        ),
    ),
    (
        "NotTerminal",
        lambda p: p.append(
            [
                late(
                    "o1",
                    EJ_Payload='{"transition":{"toState":"Open"}}',
                    EJ_EventTimeUTC="2026-01-01 04:00",
                )
            ]
        ),
    ),
]


@pytest.mark.parametrize(("why", "change"), OPEN, ids=[why for why, _ in OPEN])
def test_open_objects_stay(
    project: DbtProject, why: str, change: Callable[[DbtProject], None]
) -> None:
    before = plan(project)["stays"].get(why, 0)
    change(project)
    project.run("2026-03-03T00:00:00")
    assert plan(project)["stays"][why] == before + 1
    purged(project)
    assert rows_of(project, "o2") == {} and set(rows_of(project, "o1")) == EVERYWHERE


@pytest.mark.parametrize(
    "opening",
    [
        "update case_sla_cycle set ST_StopUTC = null where ST_ObjectID = 'o1'",
        "update case_escalation_queue set EQ_Status = 'Ack' where EQ_ObjectID = 'o1'",
        "update case_approval_instance set AI_Status = 'Pending' where AI_ObjectID = 'o1'",
    ],
)
def test_whatever_is_open_keeps_its_object(project: DbtProject, opening: str) -> None:
    tampered(project, opening)
    found = plan(project)
    assert (found["objects"], found["stays"]) == (1, {"NotTerminal": 1, "Open": 1})


def test_rows_that_no_completed_run_has_used_keep_their_object(project: DbtProject) -> None:
    project.append([late("o1"), late("o2", "bad2", EJ_Payload="nonsense")])
    project.run("2026-03-02T00:00:00", "--exclude", "case_run")
    assert plan(project)["stays"] == {"NotTerminal": 1, "Unread": 2}
    project.run("2026-03-02T00:00:00")
    assert plan(project)["stays"] == {"NotTerminal": 1}


def test_a_purge_that_fails_is_completed(project: DbtProject) -> None:
    """A view in the place of the last table: the tombstones are written, nothing is deleted."""
    keep(project, "whole")
    tampered(
        project,
        "alter table case_timeline rename to held",
        "create view case_timeline as from held",
    )
    status, said = command(project, "purge", "--no-dry-run", *NOW)
    assert status not in (0, INVALID) and "case_timeline" in said
    tampered(project, "drop view case_timeline", "alter table held rename to case_timeline")
    assert compared_with(project, "whole") == {}
    assert len(project.rows("from ozmeta_tombstone")) == 2
    project.append([late("o1")])
    project.run("2026-03-02T00:00:00")  # a run in between admits nothing
    sql = "select QR_Reason from case_quarantine where QR_EventID = 'o1-late'"
    assert project.rows(sql) == [{"QR_Reason": "Purged"}]
    assert rows_of(project, "o1")["timeline"] == 5
    found = plan(project)
    assert found["objects"] == 0 and found["unfinished"] == sum(found["tables"].values()) > 0
    said = purged(project)
    assert "An earlier purge has left" in said
    assert rows_of(project, "o1") == {"quarantine": 1} and rows_of(project, "o2") == {}
    assert refreshed(project, "2026-03-02T00:00:00") == {}


@pytest.mark.parametrize("table", ["runtime_signal", "timeline", "moves"])
def test_whatever_a_failure_leaves_is_deleted(project: DbtProject, table: str) -> None:
    """The state after the warehouse stopped between two statements: a table still has all its rows,
    or nothing was deleted and counted.
    """
    keep(project, "whole")
    purged(project)
    moves = project.rows("from ozmeta_purged_move order by all")
    for model in TABLES if table == "moves" else (table,):
        tampered(
            project,
            f"delete from case_{model}",
            f"insert into case_{model} from whole.case_{model}",
        )
    if table == "moves":
        tampered(project, "delete from ozmeta_purged_move")
    assert plan(project)["unfinished"] > 0
    purged(project)
    assert rows_of(project, "o1") == rows_of(project, "o2") == {}
    unnamed = [{**row, "PM_Purge": ""} for row in moves]
    found = project.rows("from ozmeta_purged_move order by all")
    assert [{**row, "PM_Purge": ""} for row in found] == unnamed
    assert refreshed(project, AS_OF) == {}


def test_tables_that_a_purge_empties_are_not_read_again(tmp_path: Path) -> None:
    """A row far behind the watermark shows whether a run read the journal from the start."""
    project = DbtProject(tmp_path, configuration(), metadata())
    project.create_journal()
    project.append(finished("o1", day=10))
    project.run(AS_OF)
    purged(project)
    assert all(project.rows(f"from case_{model}") == [] for model in TABLES)
    project.append([event("old", 0, "Go", "old")])
    project.run(AS_OF)
    project.run("2026-03-02T00:00:00")
    assert all(project.rows(f"from case_{model}") == [] for model in TABLES)
    project.append(finished("o2", day=20))
    project.run("2026-03-02T00:00:00")
    assert set(rows_of(project, "o2")) == EVERYWHERE and rows_of(project, "old") == {}


def test_keys_without_a_tenant(tmp_path: Path) -> None:
    document = metadata()
    document["objects"]["runtime"]["bindings"][0]["instanceKeyStrategy"] = "ObjectID"
    project = DbtProject(tmp_path, configuration(), document)
    project.create_journal()
    project.append([*finished("o1"), *finished("o2", _TenantID=None), *finished("o3")[:-1]])
    project.run(AS_OF)
    keep(project, "whole")
    purged(project)
    assert rows_of(project, "o1") == rows_of(project, "o2") == {}
    project.append([late("o1", _TenantID="t9"), late("o2", _TenantID="t9")])
    project.run("2026-03-02T00:00:00")
    assert rows_of(project, "o1") == rows_of(project, "o2") == {"quarantine": 1}
    assert refreshed(project, "2026-03-02T00:00:00") == {}
    config = configuration(hold=[{"object": "o1", "tenant": "t1"}])
    project.write("ozmeta.yml", config)
    status, said = command(project, "validate")
    assert status == INVALID and "the tenant is not part of the key of Case" in said


def test_tenants_are_apart(project: DbtProject) -> None:
    """o1 of another tenant, which has not ended."""
    project.append([late("o1", "other", _TenantID="t2"), late("o2", "x", 62, _TenantID="it's")])
    project.run("2026-03-05T00:00:00")
    purged(project)
    rows = project.rows("select _TenantID, EJ_ObjectID from case_timeline order by all")
    assert {tuple(row.values()) for row in rows} == {("t1", "o3"), ("t2", "o1"), ("it's", "o2")}
    journal = project.rows("select distinct _TenantID from case_journal where EJ_ObjectID = 'o1'")
    assert journal == [{"_TenantID": "t2"}]


def test_a_journal_without_arrival_times(tmp_path: Path) -> None:
    """Every run reads it from the start."""
    config = configuration()
    config["journal"]["columns"] = {"_SyncDate": None}
    project = DbtProject(tmp_path, config, metadata())
    project.create_journal({c: t for c, t in JOURNAL_COLUMNS.items() if c != "_SyncDate"})

    def unsynced(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{name: v for name, v in row.items() if name != "_SyncDate"} for row in rows]

    project.append(unsynced([*finished("o1"), *finished("o3")[:-1]]))
    project.run(AS_OF)
    purged(project)
    project.run(AS_OF)
    assert rows_of(project, "o1") == {}
    project.append(unsynced([event("o1-x", 300, None, "o1")]))
    project.run("2026-03-02T00:00:00")
    assert rows_of(project, "o1") == {"quarantine": 1}
    assert refreshed(project, "2026-03-02T00:00:00") == {}


def test_redeliveries_are_not_late_events(project: DbtProject) -> None:
    """A row that was read before the purge is accounted for, also if it arrived long after the
    object's last event. A row within the lookback is read again, and quarantined.
    """
    again = [{**row, "_SyncDate": "2026-02-01"} for row in finished("o1")]
    project.append(again)
    project.append([event("tick", 70_000, None, "o3", _SyncDate="2026-02-20")])
    project.run(AS_OF)
    purged(project)
    project.append([late("o2", _SyncDate="2026-02-19 23:30")])
    project.run("2026-03-02T00:00:00")
    assert rows_of(project, "o1") == {} and rows_of(project, "o2") == {"quarantine": 1}
    same, said = verified(project, lookback=60)
    assert same, said
    assert refreshed(project, "2026-03-02T00:00:00") == {}


@pytest.mark.parametrize("seed", range(int(os.environ.get("OZMETA_ROUNDS", "1"))))
def test_random_purges(tmp_path: Path, seed: int) -> None:
    """Runs and purges in turn, with events that arrive long after their time, then a full refresh,
    which changes nothing.
    """
    rng = random.Random(f"purge {seed}")
    project = DbtProject(tmp_path, configuration(), metadata(2))
    project.create_journal()
    rows = []
    for number in range(14):
        life = finished(f"o{number}", day=rng.randrange(40))
        for row in rng.sample(life, rng.randint(4, 6)):
            delay = dt.timedelta(minutes=rng.choice([0, 0, 0, 40, 3000, 30_000]))
            rows.append({**row, "_SyncDate": row["_SyncDate"] + delay})
            if rng.random() < 0.2:  # delivered again
                rows.append({**row, "_SyncDate": rows[-1]["_SyncDate"] + delay * 2})
    rows.sort(key=lambda row: row["_SyncDate"])
    refused = 0
    for day in (8, 25, 62):
        now = dt.datetime(2026, 1, 1) + dt.timedelta(days=day)
        project.append([row for row in rows if row["_SyncDate"] <= now])
        rows = [row for row in rows if row["_SyncDate"] > now]
        as_of = now.isoformat()
        project.run(as_of)
        same, said = verified(project, lookback=60)
        assert same, said
        command(project, "purge", "--no-dry-run", "--vars", json.dumps({"ozmeta_as_of": as_of}))
        same, said = verified(project, lookback=60)
        assert same, said
    project.run(as_of)
    refused = "select count(*) as n from case_quarantine where QR_Reason = 'Purged'"
    assert project.rows(refused)[0]["n"] > 0 and len(project.rows("from ozmeta_tombstone")) > 3
    assert refreshed(project, as_of) == {}
    assert verified(project, lookback=60)[0]


def test_signals_of_purged_objects_leave_the_table_of_notify(project: DbtProject) -> None:
    tampered(
        project,
        "create table ozmeta_notification as select 'c' as NT_Channel, 'case' as NT_Binding,"
        " _Key as NT_Key, RS_ObjectID as object_id from case_runtime_signal",
    )
    purged(project)
    rows = project.rows("select distinct object_id from ozmeta_notification")
    assert rows == [{"object_id": "o3"}]


def test_the_operation_speaks_for_itself(
    project: DbtProject, capsys: pytest.CaptureFixture[str]
) -> None:
    project.dbt("run-operation", "ozmeta_runtime.purge", as_of=AS_OF)
    said = capsys.readouterr().out
    assert "case: objects that would go: 2" in said and "stay, not in a terminal state: 1" in said
    assert rows_of(project, "o1") != {} and "OZMETA" not in said
    args = json.dumps({"binding": "Case", "dry_run": False})
    project.dbt("run-operation", "ozmeta_runtime.purge", "--args", args, as_of=AS_OF)
    assert "  case_timeline: 10 rows" in capsys.readouterr().out and rows_of(project, "o1") == {}


def test_what_is_refused(project: DbtProject) -> None:
    before = contents(project)
    for args, words in (
        (("--older-than", "a year"), "is not a number of days"),
        (("--older-than", "-1"), "is not a number of days"),
    ):
        status, said = command(project, "purge", "--no-dry-run", *args)
        assert status == INVALID and words in " ".join(said.split())
    status, said = command(project, "purge", "--no-dry-run", "--binding", "cas")
    assert status and "Did you mean case?" in said
    assert contents(project) == before
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"days": 0}, "expected at least 1"),
        ({"policy": "Evidnce"}, "did you mean 'Evidence'"),
        ({"hold": [""]}, "hold"),
        ({"hold": [{"tenant": "t1"}]}, "object"),
        ({"keep": 3}, "keep"),
    ]
    for retention, words in wrong:
        project.write("ozmeta.yml", configuration(**retention))
        project.write("metadb/snapshot.json", with_policy("Evidence"))
        status, said = command(project, "validate")
        assert status == INVALID and words in " ".join(said.split()), (retention, said)


def test_a_project_without_a_run(tmp_path: Path) -> None:
    project = DbtProject(tmp_path, configuration(), metadata())
    project.create_journal()
    assert "no completed run yet" in purged(project)


def test_purge_on_postgres(tmp_path: Path, postgres: Worker) -> None:
    made = DbtProject(tmp_path / "made", configuration(), metadata())
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("models", "metadb", "ozmeta.yml"):
        (folder / name).symlink_to(made.folder / name)
    postgres.open(folder, "main")
    engine = postgres.engine
    statements = [
        engine.create_schema("raw"),
        engine.create_table("raw", "event_journal", JOURNAL_TYPES),
    ]
    postgres.execute(
        [
            *statements,
            *engine.append(
                "raw", "event_journal", [*finished("o1"), *finished("o2"), *finished("o3")[:-1]]
            ),
        ]
    )
    postgres.dbt("run", as_of=AS_OF)
    args = {"dry_run": False, "as_json": True}
    answer = postgres.ask(operation="purge", args=args, vars={"ozmeta_as_of": AS_OF})
    assert answer["case"]["objects"] == 2 and set(answer["case"]["stays"]) == {"NotTerminal"}
    postgres.execute(engine.append("raw", "event_journal", [late("o1")]))
    postgres.dbt("run", as_of="2026-03-02T00:00:00")
    postgres.dbt("run", "--full-refresh", as_of="2026-03-02T00:00:00")
    found = {
        model: {row[0] for row in postgres.rows(f"select {column} from main.case_{model}")}
        for model, column in {
            "timeline": "EJ_ObjectID",
            "workflow_instance": "WI_ObjectID",
            "sla_cycle": "ST_ObjectID",
            "runtime_signal": "RS_ObjectID",
            "journal": "EJ_ObjectID",
        }.items()
    }
    assert all(objects == {"o3"} for objects in found.values()), found
    sql = "select QR_Reason, QR_Payload from main.case_quarantine where QR_ObjectID = 'o1'"
    assert postgres.rows(sql) == [["Purged", "None"]]
