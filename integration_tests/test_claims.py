"""Sentences of docs/semantics.md that need their own metadata, journal or clock. What a table of
events can show is a case under cases/.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from support.dbt_project_under_test import JOURNAL_COLUMNS, DbtProject, RunFailed
from support.small_case import CONFIG, event, same_as_full_refresh, snapshot, start_rule

NIGHT = dt.datetime(2026, 1, 1)


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    return started(tmp_path)


def started(folder: Path, meta: dict[str, Any] | None = None, **config: Any) -> DbtProject:
    project = DbtProject(folder, CONFIG | config, meta or snapshot())
    project.create_journal()
    return project


def at(minute: float) -> dt.datetime:
    return NIGHT + dt.timedelta(minutes=minute)


def with_sla(rules: dict[str, Any], **policy: Any) -> dict[str, Any]:
    """The small workflow of test_runs. Its only SLA (60 minutes) has these rules and columns."""
    meta = snapshot()
    meta["objects"]["runtime"]["slaPolicies"][0].update(policy)
    meta["objects"]["runtime"]["slaBindings"][0].update(rules)
    return meta


def uuid7(first_sync: dt.datetime, *seed: str) -> str:
    """SPEC 7, by hand: the milliseconds, then the MD5 of the seed."""
    h = hashlib.md5("|".join(seed).encode()).hexdigest()
    ms = int(first_sync.replace(tzinfo=dt.timezone.utc).timestamp() * 1000)
    return (
        f"{ms:012x}"[:8]
        + f"-{f'{ms:012x}'[8:]}-7{h[:3]}-{'89ab'[int(h[3], 16) & 3]}{h[4:7]}-{h[7:19]}"
    )


# ---------------------------------------------------------------- what counts, and in which order


@pytest.mark.parametrize(
    ("stream", "order", "anomaly"),
    [("EJ_SourceSystem", ["b", "a"], None), ("none", ["a", "b"], "ClockSkew")],
)
def test_without_streams_the_object_is_one(
    tmp_path: Path, stream: str, order: list[str], anomaly: str | None
) -> None:
    """b has the higher number and the earlier time. With `stream: none`, the clock was set back.
    With streams, b came first.
    """
    project = started(tmp_path, journal=CONFIG["journal"] | {"stream": stream})
    project.append(
        [
            event("a", 10, "Go", EJ_Sequence=1, EJ_SourceSystem="s"),
            event("b", 5, EJ_Sequence=2, EJ_SourceSystem="r"),
        ]
    )
    project.run("2026-01-01T01:00:00")
    rows = project.rows("select EJ_ID, TL_Anomaly from case_timeline order by TL_Position")
    assert [row["EJ_ID"] for row in rows] == order
    assert {row["EJ_ID"]: row["TL_Anomaly"] for row in rows} == {"a": None, "b": anomaly}


def test_a_blank_source_and_none_are_one_stream(project: DbtProject) -> None:
    project.append(
        [
            event("a", 10, EJ_Sequence=1, EJ_SourceSystem=""),
            event("b", 5, EJ_Sequence=2, EJ_SourceSystem=None),
        ]
    )
    project.run("2026-01-01T01:00:00")
    assert [
        (row["EJ_ID"], row["TL_Anomaly"])
        for row in project.rows("from case_timeline order by TL_Position")
    ] == [("a", None), ("b", "ClockSkew")]


@pytest.mark.parametrize(
    ("stream", "order"), [("EJ_SourceSystem", ["y", "x"]), ("none", ["x", "y"])]
)
def test_without_streams_the_source_breaks_no_tie(
    tmp_path: Path, stream: str, order: list[str]
) -> None:
    project = started(tmp_path, journal=CONFIG["journal"] | {"stream": stream})
    project.append([event("x", 5, EJ_SourceSystem="s2"), event("y", 5, EJ_SourceSystem="s1")])
    project.run("2026-01-01T01:00:00")
    assert [
        row["EJ_ID"] for row in project.rows("from case_timeline order by TL_Position")
    ] == order


@pytest.mark.parametrize(
    ("strategy", "requires", "refused"),
    [("ObjectID", False, False), ("ObjectID", True, True), ("Tenant+ObjectID", False, True)],
)
def test_when_a_tenant_is_needed(
    tmp_path: Path, strategy: str, requires: bool, refused: bool
) -> None:
    meta = snapshot()
    meta["objects"]["tables"][0]["requiresTenant"] = requires
    meta["objects"]["runtime"]["bindings"][0]["instanceKeyStrategy"] = strategy
    project = started(tmp_path, meta)
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 1, "Back", _TenantID=None),
            event("c", 2, "Back", _TenantID=""),
        ]
    )
    project.run("2026-01-01T00:10:00")
    assert [row["EJ_ID"] for row in project.rows("from case_timeline order by EJ_ID")] == (
        ["a"] if refused else ["a", "b", "c"]
    )
    assert project.rows("select QR_EventID, QR_Reason from case_quarantine order by 1") == (
        [{"QR_EventID": id, "QR_Reason": "MissingTenant"} for id in "bc"] if refused else []
    )


def test_a_row_without_object_is_told_after_one_without_id(project: DbtProject) -> None:
    project.append(
        [
            event("", 0, EJ_ObjectID=None, EJ_EventType=None),
            event("b", 0, EJ_ObjectID=None, EJ_EventType=None),
        ]
    )
    project.run("2026-01-01T01:00:00")
    assert {
        row["QR_EventID"]: row["QR_Reason"] for row in project.rows("from case_quarantine")
    } == {None: "MissingEventID", "b": "MissingObjectID"}


def test_tenant_and_id_are_not_run_together(project: DbtProject) -> None:
    """`t1` + `1x` and `t11` + `x` give the same text, and so do `a|b` + `c` and `a` + `b|c`. They
    are four objects nevertheless.
    """
    for number, (tenant, id) in enumerate([("t1", "1x"), ("t11", "x"), ("a|b", "c"), ("a", "b|c")]):
        project.append([event(f"e{number}", 0, "Go", id, _TenantID=tenant)])
    project.run("2026-01-01T00:10:00")
    assert [row["WI_RowVersion"] for row in project.rows("from case_workflow_instance")] == [
        1,
        1,
        1,
        1,
    ]


def test_a_row_without_sync_date_is_read_whenever_it_comes(project: DbtProject) -> None:
    project.append([event("a", 600, "Go")])
    project.run("2026-01-01T12:00:00")
    project.append([event("b", 10, "Go", "o2", _SyncDate=None)])
    project.run("2026-01-01T13:00:00")
    assert [row["EJ_ID"] for row in project.rows("from case_timeline order by EJ_ID")] == ["a", "b"]
    assert project.rows("select max(RUN_WatermarkUTC) as w from case_run") == [{"w": at(600)}]


@pytest.mark.parametrize("type_", ["timestamp", "timestamp with time zone", "varchar"])
def test_no_arrival_is_one_that_is_no_instant(tmp_path: Path, type_: str) -> None:
    """Infinity and minus infinity are no instants. Also tests the edge of the lookback for each
    type that a column may have.
    """
    project = DbtProject(tmp_path, CONFIG, snapshot())
    project.create_journal(JOURNAL_COLUMNS | {"_SyncDate": type_})
    project.append([event("a", 600, "Go", _SyncDate="2026-01-01 10:00:00+00")])
    project.run("2026-01-01T12:00:00")
    arrivals = {
        "null": None,
        "plus": "infinity",
        "minus": "-infinity",
        "edge": "2026-01-01 09:00:00+00",
        "out": "2026-01-01 08:59:59.999999+00",
    }
    project.append([event(id, 10, "Go", id, _SyncDate=arrival) for id, arrival in arrivals.items()])
    project.run("2026-01-01T13:00:00")
    assert [row["EJ_ID"] for row in project.rows("from case_timeline order by EJ_ID")] == [
        "a",
        "edge",
        "minus",
        "null",
        "plus",
    ]
    assert [
        row["EJ_ID"]
        for row in project.rows("from case_timeline where TL_IsUnsynced order by EJ_ID")
    ] == ["minus", "null", "plus"]


@pytest.mark.parametrize("type_", ["timestamp", "timestamp with time zone"])
def test_what_arrived_before_the_lookback_is_not_read(tmp_path: Path, type_: str) -> None:
    """An increment reads none of 500,000 older rows, whose types come before and after the
    binding's: DuckDB skips all row groups (122,880 rows) except the last in each read of the
    journal.
    """
    project = DbtProject(tmp_path, CONFIG, snapshot())
    project.create_journal(JOURNAL_COLUMNS | {"_SyncDate": type_})
    with project.connect() as connection:
        connection.execute(
            "insert into raw.event_journal (EJ_ID, EJ_ObjectType, _SyncDate) select i, case when i"
            " % 2 = 0 then 'Aid' else 'Other' end, timestamptz '2025-01-01 00:00:00+00' +"
            " to_seconds(i) from range(500000) as old(i)"
        )
    project.append([event("a", 0, "Go"), event("other", 0, "Go", "o2")])
    project.run("2026-01-01T01:00:00")
    project.append([event("b", 90, "Back")])
    sent: list[str] = []
    project.run(
        "2026-01-01T02:00:00",
        callbacks=[
            lambda said: sent.append(said.data.sql) if said.info.name == "SQLQuery" else None
        ],
    )
    scanned = [
        scan["rows_scanned"]
        for sql in sent
        if "create temporary table" in sql
        for scan in scans(project, sql)
        if "event_journal" in scan["extra_info"].get("Table", "")
    ]
    assert len(scanned) == 5 and max(scanned) <= 122_880, (
        scanned
    )  # two reads each by the timeline and the quarantine, one by journal_volume
    assert [row["EJ_ID"] for row in project.rows("from case_timeline order by EJ_ID")] == [
        "a",
        "b",
        "other",
    ]


def scans(project: DbtProject, sql: str) -> list[dict[str, Any]]:
    """Every scan of a table that a statement makes, from DuckDB's profile."""
    profile = project.folder / "profile.json"
    with project.connect() as connection:
        connection.execute(
            f"pragma enable_profiling = 'json'; pragma profiling_output = '{profile}'"
        )
        connection.execute(sql)
        connection.execute("pragma disable_profiling")
    found, left = [], json.loads(profile.read_text())["operator"]
    while left:
        operator = left.pop()
        left += operator.get("children", [])
        found += [operator] if operator["type"] == "TABLE_SCAN" else []
    return found


# ---------------------------------------------------------------- late rows, the lookback,
# duplicates


def test_the_lookback_is_inclusive_and_ends_there(project: DbtProject) -> None:
    """The lookback is 60 minutes. A row exactly that far behind is found. Only a full refresh finds
    one that is a microsecond further behind.
    """
    project.append([event("a", 100, "Go")])
    project.run("2026-01-01T03:00:00")
    project.append(
        [
            event("in", 1, object_id="o2", _SyncDate=at(40)),
            event("out", 1, object_id="o2", _SyncDate=at(40) - dt.timedelta(microseconds=1)),
        ]
    )
    project.run("2026-01-01T03:00:00")
    assert [row["EJ_ID"] for row in project.rows("from case_timeline order by EJ_ID")] == [
        "a",
        "in",
    ]
    project.run("2026-01-01T03:00:00", "--full-refresh")
    assert [row["EJ_ID"] for row in project.rows("from case_timeline order by EJ_ID")] == [
        "a",
        "in",
        "out",
    ]


def test_a_refused_duplicate_may_turn_out_to_be_the_first(project: DbtProject) -> None:
    """`Back` was refused as a conflict. Then the same row appears with an earlier _SyncDate: it
    counts, and the row that had counted is refused.
    """
    project.append(
        [event("a", 0, "Go", _SyncDate=at(100)), event("other", 0, "Go", "o2", _SyncDate=at(100))]
    )
    project.run("2026-01-01T02:00:00")
    project.append([event("a", 0, "Back", _SyncDate=at(110))])
    project.run("2026-01-01T02:00:00")
    refused = (
        "select json_extract_string(QR_Payload, '$.transition.code') as code from case_quarantine"
        " where _DeleteDate is null"
    )
    assert project.rows(refused) == [{"code": "Back"}]
    project.append([event("a", 0, "Back", _SyncDate=at(90))])
    project.run("2026-01-01T02:00:00")
    assert project.rows("select PL_Code from case_timeline where EJ_ID = 'a'") == [
        {"PL_Code": "Back"}
    ]
    assert project.rows(refused) == [{"code": "Go"}]
    assert same_as_full_refresh(project, "2026-01-01T02:00:00") == {}


def test_a_blank_and_none_are_other_content(project: DbtProject) -> None:
    project.append(
        [
            event("a", 0, "Go", EJ_Actor=None),
            event("a", 0, "Go", EJ_Actor="", _SyncDate=at(1)),
            event("a", 0, "Go", EJ_Actor=None, _SyncDate=at(2)),
        ]
    )
    project.run("2026-01-01T01:00:00")
    assert project.rows("select QR_Reason, QR_Actor, QR_Rows from case_quarantine") == [
        {"QR_Reason": "ConflictingDuplicate", "QR_Actor": "", "QR_Rows": 1}
    ]


def test_under_object_id_the_tenant_is_part_of_what_is_said(tmp_path: Path) -> None:
    """The tenant is not part of the object's key, so the same row of another tenant is a
    conflicting duplicate.
    """
    meta = snapshot()
    meta["objects"]["runtime"]["bindings"][0]["instanceKeyStrategy"] = "ObjectID"
    project = started(tmp_path, meta)
    project.append([event("a", 0, "Go"), event("a", 0, "Go", _TenantID="t2", _SyncDate=at(1))])
    project.run("2026-01-01T01:00:00")
    assert project.rows("select _TenantID as tenant from case_timeline") == [{"tenant": "t1"}]
    assert project.rows("select QR_Reason as reason, _TenantID as tenant from case_quarantine") == [
        {"reason": "ConflictingDuplicate", "tenant": "t2"}
    ]


def test_a_quarantine_made_afresh_reads_the_whole_journal(tmp_path: Path) -> None:
    """A payload field is no longer needed, so the quarantine's definition changes. Rows that were
    refused long ago stay refused.
    """
    wanting = with_sla(
        {
            "startRule": {
                "version": 1,
                "kind": "TimerStart",
                "expr": {"op": "eq", "args": [{"ref": "object.Kind"}, {"lit": "big"}]},
            }
        }
    )
    project = started(tmp_path, wanting)
    project.append(
        [
            event("bad", 0, EJ_Payload="{"),
            event("a", 0, "Go"),
            event("a", 0, "Back", _SyncDate=at(5)),
            event("b", 300),
        ]
    )
    project.run("2026-01-01T06:00:00")
    project.configure(CONFIG, snapshot())
    project.run("2026-01-01T06:10:00")
    assert project.rows(
        "select QR_EventID as id, _DeleteDate as gone from case_quarantine order by 1"
    ) == [{"id": "a", "gone": None}, {"id": "bad", "gone": None}]
    assert same_as_full_refresh(project, "2026-01-01T06:10:00") == {}


# ---------------------------------------------------------------- SLA cycles

LEAVES = {
    "version": 1,
    "kind": "TimerStop",
    "expr": {"op": "eq", "args": [{"ref": "transition.fromState"}, {"lit": "Busy"}]},
}
EITHER = {"op": "in", "args": [{"ref": "event.type"}, {"lit": "Ping"}, {"lit": "Stop"}]}
BOTH = [
    ("p1", 0, "Ping"),
    ("s1", 10, "Start"),
    ("s0", 15, "Start"),
    ("p2", 20, "Ping"),
    ("x", 30, "Stop"),
    ("p3", 40, "Ping"),
    ("s2", 50, "Start"),
]


@pytest.mark.parametrize(
    ("mode", "spans"),
    [
        ("newCycle", [(10, 20), (20, 30), (50, None)]),
        ("ignore", [(10, 20)]),
        ("resume", [(10, None)]),
    ],
)
def test_an_event_that_starts_and_stops(
    tmp_path: Path, mode: str, spans: list[tuple[int, int | None]]
) -> None:
    """Ping is both a start and a stop. It does nothing to an idle timer. It stops a running one
    and, under newCycle, starts the next cycle. A Start does nothing to a running timer.
    """
    start = {
        "version": 1,
        "kind": "TimerStart",
        "params": {"onRestart": mode},
        "expr": {"op": "in", "args": [{"ref": "event.type"}, {"lit": "Ping"}, {"lit": "Start"}]},
    }
    project = started(
        tmp_path,
        with_sla(
            {"startRule": start, "stopRule": {"version": 1, "kind": "TimerStop", "expr": EITHER}}
        ),
    )
    project.append([event(id, minute, EJ_EventType=type_) for id, minute, type_ in BOTH])
    project.run("2026-01-01T00:55:00")
    found = [
        (row["ST_StartUTC"], row["ST_StopUTC"])
        for row in project.rows("from case_sla_cycle order by ST_CycleNo")
    ]
    assert found == [(at(a), None if b is None else at(b)) for a, b in spans]


def test_a_stop_that_resume_forgot_closes_nothing(tmp_path: Path) -> None:
    """Breached at 60 and raised, stopped at 70, resumed at 80: the row is closed while the timer is
    stopped, and open again afterwards.
    """
    rule = start_rule("Busy") | {"params": {"onRestart": "resume"}}
    project = started(tmp_path, with_sla({"startRule": rule, "stopRule": LEAVES}))
    project.append([event("a", 0, "Go"), event("b", 70, "Back")])
    project.run("2026-01-01T01:15:00")
    assert [
        (row["EQ_Status"], row["EQ_ClosedUTC"])
        for row in project.rows("from case_escalation_queue")
    ] == [("Closed", at(70))]
    project.append([event("c", 80, "Go")])
    project.run("2026-01-01T01:30:00")
    assert [
        (row["EQ_Status"], row["EQ_ClosedUTC"])
        for row in project.rows("from case_escalation_queue")
    ] == [("Open", None)]
    assert [
        (row["ST_Status"], row["ST_DueUTC"]) for row in project.rows("from case_sla_timer")
    ] == [("Breached", at(60))]
    assert same_as_full_refresh(project, "2026-01-01T01:30:00") == {}


def test_a_timer_of_the_start_state_runs_from_the_first_event(tmp_path: Path) -> None:
    meta = snapshot()
    meta["objects"]["workflows"][0]["states"][0]["slaMinutes"] = 30
    project = started(tmp_path, meta)
    project.append([event("a", 0), event("b", 10), event("c", 20, "Go"), event("d", 25, "Back")])
    project.run("2026-01-01T01:00:00")
    rows = project.rows("from case_sla_cycle where SL_Code = 'State.Open' order by ST_CycleNo")
    assert [(row["ST_StartUTC"], row["ST_StopUTC"], row["ST_BreachedUTC"]) for row in rows] == [
        (at(0), at(20), None),
        (at(25), None, at(55)),
    ]


def test_a_run_without_news_notices_a_threshold_at_its_very_instant(tmp_path: Path) -> None:
    """Warned when as_of reaches 30 minutes, breached only when it has passed 60, and the next level
    only when it has passed 90. All have the instant at which they fell due.
    """
    ladder = [
        {"type": "EnqueueEscalation"},
        {"type": "EnqueueEscalation", "payload": {"afterMinutes": 30}},
    ]
    project = started(
        tmp_path,
        with_sla(
            {},
            warnMinutes=30,
            escalationRule={"version": 1, "kind": "Escalation", "actions": ladder},
        ),
    )
    project.append([event("a", 0, "Go")])
    seen = []
    for clock in (
        "00:29:59.999999",
        "00:30:00",
        "01:00:00",
        "01:00:00.000001",
        "01:30:00",
        "01:30:00.000001",
    ):
        project.run(f"2026-01-01T{clock}")
        seen += [
            (
                row["ST_Status"],
                row["ST_WarnedUTC"],
                row["ST_BreachedUTC"],
                row["ST_EscalationLevel"],
            )
            for row in project.rows("from case_sla_timer")
        ]
    assert seen == [
        ("Running", None, None, 0),
        ("Warned", at(30), None, 0),
        ("Warned", at(30), None, 0),
        ("Breached", at(30), at(60), 1),
        ("Breached", at(30), at(60), 1),
        ("Breached", at(30), at(60), 2),
    ]
    assert [
        (row["EQ_Level"], row["EQ_CreatedUTC"])
        for row in project.rows("from case_escalation_queue order by EQ_Level")
    ] == [(1, at(60)), (2, at(90))]


def test_a_start_undone_takes_its_timer_and_its_escalation_along(project: DbtProject) -> None:
    """A late Go before the Go makes the Go a restatement, so another event now starts the cycle.
    The old cycle stays as a deleted row.
    """
    project.append([event("a", 50, "Go")])
    project.run("2026-01-01T02:00:00")
    first = project.rows("select EQ_ID, EQ_Status from case_escalation_queue")
    project.append([event("b", 10, "Go", _SyncDate=at(100))])
    project.run("2026-01-01T02:30:00")
    cycles = project.rows(
        "select ST_StartEventID, ST_CycleNo, _DeleteDate from case_sla_cycle order by 1"
    )
    assert cycles == [
        {"ST_StartEventID": "a", "ST_CycleNo": 1, "_DeleteDate": at(150)},
        {"ST_StartEventID": "b", "ST_CycleNo": 1, "_DeleteDate": None},
    ]
    assert project.rows("select ST_StartUTC, ST_CycleNo from sla_timer") == [
        {"ST_StartUTC": at(10), "ST_CycleNo": 1}
    ]
    queue = project.rows(
        "select EQ_ID, EQ_Status, EQ_Notes, EQ_ClosedUTC, _DeleteDate from case_escalation_queue"
        " order by _DeleteDate nulls last"
    )
    assert queue[0] == {
        "EQ_ID": first[0]["EQ_ID"],
        "EQ_Status": "Closed",
        "EQ_Notes": "Retracted",
        "EQ_ClosedUTC": at(150),
        "_DeleteDate": at(150),
    }
    assert [(row["EQ_Status"], row["_DeleteDate"]) for row in queue[1:]] == [("Open", None)]
    assert (
        project.rows("select count(*) as n from escalation_queue")
        == project.rows("select count(*) as n from sla_cycle")
        == [{"n": 1}]
    )  # the views: live rows only
    assert same_as_full_refresh(project, "2026-01-01T02:30:00") == {}


def test_a_cycle_that_vanishes_leaves_the_timer_to_the_one_before(tmp_path: Path) -> None:
    """c started the second cycle, until another row with its id appeared that had arrived earlier
    and moves nothing.
    """
    project = started(tmp_path, with_sla({"stopRule": LEAVES}))
    project.append([event("a", 0, "Go"), event("b", 20, "Back"), event("c", 50, "Go")])
    project.run("2026-01-01T01:00:00")
    timer = "select ST_CycleNo, ST_StopUTC, ST_Status from case_sla_timer"
    assert project.rows(timer) == [{"ST_CycleNo": 2, "ST_StopUTC": None, "ST_Status": "Running"}]
    project.append([event("c", 50, _SyncDate=at(49))])
    project.run("2026-01-01T01:01:00")
    assert project.rows(timer) == [{"ST_CycleNo": 1, "ST_StopUTC": at(20), "ST_Status": "Stopped"}]
    assert same_as_full_refresh(project, "2026-01-01T01:01:00") == {}


# ---------------------------------------------------------------- identity


def test_ids_are_what_the_spec_says_and_late_events_leave_them(tmp_path: Path) -> None:
    """Ids are the milliseconds of the object's first arrival, including pending events, and the MD5
    of the seed. An event that adds an earlier cycle renames nothing.
    """
    project = started(tmp_path, with_sla({"stopRule": LEAVES}))
    project.append([event("later", 9999, _SyncDate=at(5)), event("c", 60, "Go")])
    project.run("2026-01-01T02:30:00")
    ids = {
        "WI_ID": uuid7(at(5), "WI", "t1", "Case", "o1"),
        "ST_ID": uuid7(at(5), "ST", "t1", "Case", "o1", "Work"),
        "SC_ID": uuid7(at(5), "SC", "t1", "Case", "o1", "Work", "c"),
        "EQ_ID": uuid7(at(5), "EQ", "t1", "Case", "o1", "Work", "c", "SLA.Breached", "1"),
    }
    found = (
        "select ST_CycleNo, WI_ID, ST_ID, SC_ID, (select EQ_ID from case_escalation_queue where"
        " _DeleteDate is null) as EQ_ID from case_sla_cycle where ST_StartEventID = 'c'"
    )
    assert project.rows(found) == [{"ST_CycleNo": 1} | ids]
    assert uuid.UUID(ids["WI_ID"]).version == 7 and uuid.UUID(ids["WI_ID"]).variant == uuid.RFC_4122
    assert project.rows("select WI_ID from case_workflow_instance") == [
        {"WI_ID": ids["WI_ID"]}
    ] and project.rows("select ST_ID from case_sla_timer") == [{"ST_ID": ids["ST_ID"]}]
    project.append(
        [event("a", 0, "Go", _SyncDate=at(61)), event("b", 30, "Back", _SyncDate=at(62))]
    )  # a cycle before it
    project.run("2026-01-01T02:31:00")
    assert project.rows(found) == [{"ST_CycleNo": 2} | ids]
    project.append(
        [event("z", 61, _SyncDate=at(4))]
    )  # within the lookback: arrived before all that was read
    project.run("2026-01-01T02:32:00")
    assert project.rows("select WI_ID from case_workflow_instance") == [
        {"WI_ID": uuid7(at(4), "WI", "t1", "Case", "o1")}
    ]
    assert same_as_full_refresh(project, "2026-01-01T02:32:00") == {}


# ---------------------------------------------------------------- runs


def test_without_ozmeta_as_of_the_run_starts_the_clock(project: DbtProject) -> None:
    project.append(
        [event("a", 0, "Go"), event("b", 0, "Back", EJ_EventTimeUTC=dt.datetime(9000, 1, 1))]
    )
    before = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
    project.dbt("run")
    after = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
    stamps = {
        row["at"]
        for model in (
            "timeline",
            "workflow_instance",
            "sla_cycle",
            "sla_timer",
            "escalation_queue",
            "run",
        )
        for row in project.rows(f"select _UpdateDate as at from case_{model}")
    }
    assert len(stamps) == 1 and before <= stamps.copy().pop() <= after  # one clock for all models
    assert project.rows("select EJ_ID from case_timeline where TL_Position is null") == [
        {"EJ_ID": "b"}
    ]
    assert [row["ST_Status"] for row in project.rows("from case_sla_timer")] == ["Breached"]


def test_the_run_log_counts_what_was_folded(project: DbtProject) -> None:
    """The run log counts the events that the run wrote to the timeline, including earlier events of
    touched objects, and none if nothing is new. The watermark never goes back.
    """
    log = (
        "select RUN_Number as n, RUN_EventsFolded as events, RUN_ObjectsFolded as objects,"
        " RUN_WatermarkUTC as read, RUN_AsOfUTC as at from case_run order by 1"
    )
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 10, "Back"),
            event("c", 20, "Go", "o2"),
            event("bad", 50, EJ_Payload="[]"),
        ]
    )
    project.run("2026-01-01T01:00:00")
    project.append([event("d", 5, "Back", "o1", _SyncDate=at(15))])  # behind what was read
    project.run("2026-01-01T01:10:00")
    project.run("2026-01-01T01:20:00")
    assert [tuple(row.values()) for row in project.rows(log)] == [
        (1, 3, 2, at(20), at(60)),
        (2, 3, 1, at(20), at(70)),
        (3, 0, 0, at(20), at(80)),
    ]


def test_a_second_run_at_once_is_refused(project: DbtProject) -> None:
    project.append([event("a", 0, "Go")])
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "run",
        "--project-dir",
        str(project.folder),
        "--profiles-dir",
        str(project.folder),
        "--vars",
        json.dumps({"ozmeta_as_of": "2026-01-01T01:00:00"}),
    ]
    with project.connect():  # as another run would hold it
        process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode != 0 and "lock" in process.stdout
    project.run("2026-01-01T01:00:00")
    assert len(project.rows("from case_timeline")) == 1


def test_a_full_refresh_at_an_earlier_as_of_is_what_was_known_by_then(project: DbtProject) -> None:
    """Except for rows that had not arrived then: the whole journal is read, so a late event counts
    at its own time.
    """
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T00:30:00")
    assert project.rows("select ST_Status from case_sla_timer") == [{"ST_Status": "Running"}]
    project.append([event("b", 10, "Back", _SyncDate=at(90)), event("c", 100, "Go")])
    project.run("2026-01-01T02:00:00")
    project.run("2026-01-01T00:30:00", "--full-refresh")
    assert project.rows("select WS_CurrentCode from case_workflow_instance") == [
        {"WS_CurrentCode": "Open"}
    ]  # b, which came at 01:30, counts
    assert project.rows("select EJ_ID from case_timeline where TL_Position is null") == [
        {"EJ_ID": "c"}
    ]


def test_a_changed_conflict_policy_is_folded_again(project: DbtProject) -> None:
    project.append(
        [
            event("a", 0, "Back"),
            event("b", 1, "Go", EJ_Payload='{"transition":{"code":"Go","rowVersion":7}}'),
        ]
    )
    project.run("2026-01-01T00:10:00")
    applied = "select TL_IsApplied as yes from case_timeline order by TL_Position"
    assert project.rows(applied) == [{"yes": False}, {"yes": True}]
    project.configure(
        copy.deepcopy(CONFIG) | {"bindings": {"Case": {"conflict_policy": "first_writer_wins"}}}
    )
    project.run("2026-01-01T00:20:00")
    assert project.rows(applied) == [{"yes": False}, {"yes": False}]
    assert same_as_full_refresh(project, "2026-01-01T00:20:00") == {}


def test_as_of_of_a_failed_run_is_not_taken_back(project: DbtProject) -> None:
    """A run that died after its timeline has already moved the clock. An earlier as_of is refused,
    and a run with the next as_of recovers.
    """
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T00:10:00")
    project.append([event("b", 11, "Back")])
    project.run("2026-01-01T00:30:00", "--select", "case_timeline")
    with pytest.raises(RunFailed, match="Time may not go back"):
        project.run("2026-01-01T00:20:00")
    project.run("2026-01-01T00:30:00")
    assert project.rows("select WS_CurrentCode from case_workflow_instance") == [
        {"WS_CurrentCode": "Open"}
    ]
