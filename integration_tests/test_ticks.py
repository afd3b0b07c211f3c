"""Runs that fold no event again, because only time passed or only a target changed. All unaffected
rows stay as they are (SPEC 5, 6, 6c, 8).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from support.dbt_project_under_test import DbtProject
from support.small_case import CONFIG, event, meta, same_as_full_refresh

TABLES = (
    "timeline",
    "quarantine",
    "workflow_instance",
    "sla_cycle",
    "sla_timer",
    "escalation_queue",
    "runtime_signal",
)
QUEUE = (
    "select EQ_ObjectID as id, ST_CycleNo as cycle, EQ_SignalCode as signal, EQ_Status as status,"
    " EQ_Notes as notes, _DeleteDate as gone from case_escalation_queue"
)


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    """60 minutes on Busy, warned at 30, each with an escalation; every Go raises one of its own."""
    project = DbtProject(tmp_path, CONFIG, meta())
    project.create_journal()
    return project


def at(minute: int) -> dt.datetime:
    return dt.datetime(2026, 1, 1) + dt.timedelta(minutes=minute)


def tables(project: DbtProject) -> dict[str, dict[str, dict[str, Any]]]:
    """{table: {key: row}}, without what changes with the clock alone"""
    by_clock = ("ST_ElapsedMinutes", "ST_RemainingMinutes")
    return {
        table: {
            row.get("_Key") or f"{row['_ObjectKey']} {row['EJ_ID']}": {
                name: value for name, value in row.items() if name not in by_clock
            }
            for row in project.rows(f"from case_{table}")
        }
        for table in TABLES
    }


def test_a_cycle_that_ticks_leaves_all_else_alone(project: DbtProject) -> None:
    """o1's first cycle was warned and stopped; its second falls due for a warning at 70. o2 is
    breached already, o3 is not yet due, o4 never started.
    """
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 35, "Back"),
            event("c", 40, "Go"),
            event("d", 0, "Go", "o2"),
            event("e", 50, "Go", "o3"),
            event("f", 1, object_id="o4"),
        ]
    )
    project.run("2026-01-01T01:05:00")
    before = tables(project)
    assert sorted(
        (row["ST_ObjectID"], row["ST_CycleNo"], row["ST_Status"])
        for row in before["sla_cycle"].values()
    ) == [("o1", 1, "Stopped"), ("o1", 2, "Running"), ("o2", 1, "Breached"), ("o3", 1, "Running")]
    project.run("2026-01-01T01:15:00")
    after = tables(project)
    written = {
        table: [row for key, row in after[table].items() if before[table].get(key) != row]
        for table in TABLES
    }
    assert {table: len(rows) for table, rows in written.items()} == {
        "timeline": 0,
        "quarantine": 0,
        "workflow_instance": 0,
        "sla_cycle": 1,
        "sla_timer": 1,
        "escalation_queue": 1,
        "runtime_signal": 2,
    }
    for table in ("sla_cycle", "sla_timer"):
        assert [
            (
                row["ST_ObjectID"],
                row["ST_CycleNo"],
                row["ST_Status"],
                row["ST_WarnedUTC"],
                row["_DeleteDate"],
            )
            for row in written[table]
        ] == [("o1", 2, "Warned", at(70), None)]
    assert [
        (
            row["EQ_ObjectID"],
            row["ST_CycleNo"],
            row["EQ_SignalCode"],
            row["EQ_Status"],
            row["_DeleteDate"],
        )
        for row in written["escalation_queue"]
    ] == [("o1", 2, "SLA.Warned", "Open", None)]
    assert sorted(
        (row["RS_ObjectID"], row["RS_SignalCode"], row["RS_Kind"])
        for row in written["runtime_signal"]
    ) == [("o1", "Escalation.Raised", "Raised"), ("o1", "SLA.Warned", "Raised")]
    assert not any(set(before[table]) - set(after[table]) for table in TABLES)
    assert not any(row.get("_DeleteDate") for rows in after.values() for row in rows.values())
    assert same_as_full_refresh(project, "2026-01-01T01:15:00") == {}


def test_a_model_with_nothing_to_do_asks_nothing(project: DbtProject) -> None:
    """The models for which a run has nothing to do, according to their statements. The two models
    that read the journal always run.
    """
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T00:10:00")

    def idle(as_of: str) -> set[str]:
        return {
            done.node.name
            for done in project.run(as_of).result
            if "no source of this table has changed since run" in done.node.compiled_code
        }

    derived = {
        f"case_{table}" for table in TABLES[2:] if table != "sla_timer"
    }  # that one is a view
    assert idle("2026-01-01T00:10:00") == idle("2026-01-01T00:20:00") == derived
    assert idle("2026-01-01T00:30:00") == {"case_workflow_instance"}  # a warning is due
    assert idle("2026-01-01T00:31:00") == derived
    project.append([event("f", 31, object_id="o4")])  # starts nothing
    assert idle("2026-01-01T00:32:00") == set()
    assert same_as_full_refresh(project, "2026-01-01T00:32:00") == {}


def test_a_longer_target_takes_back_what_it_had_raised(project: DbtProject) -> None:
    """No event is new. The breach at 01:00 no longer exists. The warning, and what the transitions
    raised, stay as they were.
    """
    project.append([event("a", 0, "Go"), event("b", 10, "Go", "o2"), event("c", 20, "Back", "o2")])
    project.run("2026-01-01T01:10:00")
    assert len(project.rows("from case_escalation_queue where _DeleteDate is null")) == 4
    desk = (
        "select * exclude (_DefinitionHash, _Batch, _UpdateDate) from case_escalation_queue where"
        " ST_ID is null order by _Key"
    )
    by_transition, said = project.rows(desk), project.rows("from case_runtime_signal order by _Key")
    assert len(by_transition) == 2
    longer = meta()
    longer["objects"]["runtime"]["slaPolicies"][0]["targetMinutes"] = 120
    project.configure(CONFIG, longer)
    project.run("2026-01-01T01:15:00")
    assert project.rows(
        "select ST_ObjectID as id, ST_Status as status, ST_BreachedUTC as breached from"
        " case_sla_timer order by 1"
    ) == [
        {"id": "o1", "status": "Warned", "breached": None},
        {"id": "o2", "status": "Stopped", "breached": None},
    ]
    assert project.rows(QUEUE + " where ST_ID is not null order by signal") == [
        {
            "id": "o1",
            "cycle": 1,
            "signal": "SLA.Breached",
            "status": "Closed",
            "notes": "Retracted",
            "gone": at(75),
        },
        {
            "id": "o1",
            "cycle": 1,
            "signal": "SLA.Warned",
            "status": "Open",
            "notes": None,
            "gone": None,
        },
    ]
    assert project.rows(desk) == by_transition
    new = project.rows(
        "select RS_ObjectID as id, RS_SignalCode as signal, RS_Kind as kind, RS_Level as level from"
        " case_runtime_signal where RS_NoticedUTC = '2026-01-01 01:15:00' order by signal"
    )
    assert new == [
        {"id": "o1", "signal": "Escalation.Raised", "kind": "Retracted", "level": 2},
        {"id": "o1", "signal": "SLA.Breached", "kind": "Retracted", "level": None},
    ]
    assert [
        row
        for row in project.rows("from case_runtime_signal order by _Key")
        if row["RS_NoticedUTC"] == at(70)
    ] == said
    project.run("2026-01-01T02:00:01")  # due again, and said again
    assert project.rows(
        "select RS_Number as n, RS_Kind as kind from case_runtime_signal where RS_SignalCode ="
        " 'SLA.Breached' order by 1"
    ) == [{"n": 1, "kind": "Raised"}, {"n": 2, "kind": "Retracted"}, {"n": 3, "kind": "Raised"}]
    assert project.rows(QUEUE + " where signal = 'SLA.Breached'") == [
        {
            "id": "o1",
            "cycle": 1,
            "signal": "SLA.Breached",
            "status": "Open",
            "notes": None,
            "gone": None,
        }
    ]
    assert project.rows(desk) == by_transition
    assert same_as_full_refresh(project, "2026-01-01T02:00:01") == {}


def test_a_transition_undone_takes_its_escalation_along(project: DbtProject) -> None:
    """A late Go makes the first one a restatement. What it had raised is retracted, and another
    object's rows do not change.
    """
    project.append([event("a", 10, "Go"), event("d", 10, "Go", "o2")])
    project.run("2026-01-01T00:20:00")
    project.append([event("b", 5, "Go", _SyncDate=at(21))])
    project.run("2026-01-01T00:25:00")
    assert project.rows(
        QUEUE.replace("select ", "select EQ_CreatedUTC as raised, ")
        + " where ST_ID is null order by id, raised"
    ) == [
        {
            "raised": at(5),
            "id": "o1",
            "cycle": None,
            "signal": "Escalation.Raised",
            "status": "Open",
            "notes": None,
            "gone": None,
        },
        {
            "raised": at(10),
            "id": "o1",
            "cycle": None,
            "signal": "Escalation.Raised",
            "status": "Closed",
            "notes": "Retracted",
            "gone": at(25),
        },
        {
            "raised": at(10),
            "id": "o2",
            "cycle": None,
            "signal": "Escalation.Raised",
            "status": "Open",
            "notes": None,
            "gone": None,
        },
    ]
    # o2's rows are older than this run: nothing is folded whole here, and the log finds what is
    # undone by the rows that are new
    assert project.rows(
        "select RS_ObjectID as id, RS_Kind as kind, RS_ScheduledUTC as due from case_runtime_signal"
        " where RS_NoticedUTC = '2026-01-01 00:25:00' order by due"
    ) == [
        {"id": "o1", "kind": "Raised", "due": at(5)},
        {"id": "o1", "kind": "Retracted", "due": at(10)},
    ]
    assert same_as_full_refresh(project, "2026-01-01T00:25:00") == {}


def test_a_table_that_is_empty_makes_no_run_write_again(project: DbtProject) -> None:
    """No cycle ever starts: what transitions raised stays as it was written, by the next run and
    the one after.
    """
    never = meta()
    never["objects"]["runtime"]["slaBindings"][0]["startRule"]["expr"]["args"][1]["lit"] = "Nowhere"
    project.configure(CONFIG, never)
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T00:10:00")
    before = tables(project)
    assert not before["sla_cycle"] and len(before["escalation_queue"]) == 1
    for clock in ("00:10", "00:20"):
        project.run(f"2026-01-01T{clock}:00")
        assert tables(project) == before


@pytest.mark.parametrize("others", [False, True], ids=["the only cycle", "one of two"])
def test_a_cycle_that_a_full_refresh_leaves_out_is_retracted(
    project: DbtProject, others: bool
) -> None:
    """A late event undoes the cycle, and only the cycles are rebuilt. No row is then the reason for
    what the cycle had raised, and it is retracted nevertheless.
    """
    project.append([event("a", 0, "Go")] + [event("d", 0, "Go", "o2")] * others)
    project.run("2026-01-01T00:40:00")
    project.append(
        [event("a", 0, _SyncDate=dt.datetime(2025, 12, 31, 23, 59))]
    )  # arrived before it, and moves nothing
    project.run(
        "2026-01-01T00:45:00", "--full-refresh", "--select", "case_timeline", "case_sla_cycle"
    )
    assert len(project.rows("from case_sla_cycle")) == others
    project.run("2026-01-01T00:50:00")
    assert {row["status"] for row in project.rows(QUEUE + " where id = 'o1'")} == {"Closed"}
    assert (
        project.rows("from case_sla_timer where ST_ObjectID = 'o1' and _DeleteDate is null") == []
    )
    assert same_as_full_refresh(project, "2026-01-01T00:50:00") == {}


def test_a_timer_whose_only_cycle_is_undone_is_gone(project: DbtProject) -> None:
    project.append([event("a", 0, "Go"), event("d", 0, "Go", "o2")])
    project.run("2026-01-01T00:40:00")
    project.append(
        [event("a", 0, _SyncDate=dt.datetime(2025, 12, 31, 23, 59))]
    )  # arrived before it, and moves nothing
    project.run("2026-01-01T00:50:00")
    assert project.rows("select ST_ObjectID as id from case_sla_timer") == [{"id": "o2"}]
    assert project.rows(
        "select ST_ObjectID as id, _DeleteDate as gone from case_sla_cycle order by 1"
    ) == [{"id": "o1", "gone": at(50)}, {"id": "o2", "gone": None}]
    assert same_as_full_refresh(project, "2026-01-01T00:50:00") == {}


def test_every_column_is_described(project: DbtProject) -> None:
    """The columns of a table are those of its properties file, in that order: the canonical
    columns, then the runtime's own. Only some engines use _Bucket, so the file leaves it out.
    """
    project.run("2026-01-01T00:10:00")
    nodes = {
        node.name: node for node in project.manifest.nodes.values() if node.resource_type == "model"
    }
    for table in (*TABLES, "run"):
        columns = [
            row["column_name"]
            for row in project.rows(
                "select column_name from information_schema.columns where table_name ="
                f" 'case_{table}' and column_name <> '_Bucket' order by ordinal_position"
            )
        ]
        described = nodes[f"case_{table}"].columns
        assert sorted(columns) == sorted(described) and all(
            column.description for column in described.values()
        ), table
