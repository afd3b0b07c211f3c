"""The signal log and the journal's mirror (SPEC 6c): a signal is raised once, whatever runs do, and
retracted if a late event undoes it.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest
from ozmeta_dbt.operations.verify import Choice
from support.dbt_project_under_test import DbtProject
from support.small_case import CONFIG, emitting, event
from support.verification import tampered, verified

LOG = (
    "select RS_SignalCode, RS_Kind, RS_Number, RS_Severity, RS_ObjectID, RS_Subject,"
    " RS_CausingEventID, strftime(RS_ScheduledUTC, '%d %H:%M') as due, strftime(RS_NoticedUTC, '%d"
    " %H:%M') as seen, RS_Level from case_runtime_signal order by RS_NoticedUTC, RS_ScheduledUTC,"
    " RS_SignalCode, RS_Level, RS_Number"
)


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    config = copy.deepcopy(CONFIG)
    config["journal"]["mirror"] = True
    project = DbtProject(tmp_path, config, emitting())
    project.create_journal()
    return project


def log(project: DbtProject, of: str | None = None) -> list[tuple]:
    return [tuple(row.values()) for row in project.rows(LOG) if of in (None, row["RS_ObjectID"])]


@pytest.mark.parametrize("elsewhere", ["o1", "o2"], ids=["all is folded", "an increment"])
def test_each_signal_is_said_once_and_taken_back_where_it_is_undone(
    project: DbtProject, elsewhere: str
) -> None:
    """With a single object, every row is new, so everything is folded. With a second object, the
    run is an increment.
    """
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 100, "Back"),
            event("x", -200, "Go", elsewhere),
            event("y", -90, "Back", elsewhere),
        ][: 2 if elsewhere == "o1" else 4]
    )
    project.run("2026-01-01T00:40:00")
    first = [
        (
            "Escalation.Raised",
            "Raised",
            1,
            "Warning",
            "o1",
            "escalation_queue",
            None,
            "01 00:00",
            "01 00:40",
            1,
        ),
        (
            "Escalation.Raised",
            "Raised",
            1,
            "Warning",
            "o1",
            "escalation_queue",
            None,
            "01 00:30",
            "01 00:40",
            1,
        ),
        (
            "SLA.Warned",
            "Raised",
            1,
            "Warning",
            "o1",
            "sla_cycle",
            "a",
            "01 00:30",
            "01 00:40",
            None,
        ),
    ]
    assert log(project, "o1") == first
    project.run("2026-01-01T00:40:00")
    assert log(project, "o1") == first
    # the power goes after the log was written: what it says is not said again by the run that makes
    # up for it
    models = [
        "case_timeline",
        "case_quarantine",
        "case_workflow_instance",
        "case_sla_cycle",
        "case_sla_timer",
        "case_escalation_queue",
        "case_runtime_signal",
    ]
    project.run("2026-01-01T02:00:00", "--select", *models)
    project.run("2026-01-01T03:00:00")
    second = [
        (
            "SLA.Breached",
            "Raised",
            1,
            "Critical",
            "o1",
            "sla_cycle",
            "a",
            "01 01:00",
            "01 02:00",
            None,
        ),
        (
            "Escalation.Raised",
            "Raised",
            1,
            "Critical",
            "o1",
            "escalation_queue",
            None,
            "01 01:00",
            "01 02:00",
            2,
        ),
        (
            "Work.Handed'Back",
            "Raised",
            1,
            "Critical",
            "o1",
            "timeline",
            "b",
            "01 01:40",
            "01 02:00",
            None,
        ),
    ]
    assert sorted(log(project, "o1")) == sorted(first + second)
    # a late event stops the timer in time: the breach, its escalation and the later transition are
    # taken back; then it is itself found to be no stop
    project.append([event("late", 50, "Back", _SyncDate=dt.datetime(2026, 1, 1, 3, 30))])
    project.run("2026-01-01T04:00:00")
    third = [
        (
            "SLA.Breached",
            "Retracted",
            2,
            "Critical",
            "o1",
            "sla_cycle",
            "a",
            "01 01:00",
            "01 04:00",
            None,
        ),
        (
            "Escalation.Raised",
            "Retracted",
            2,
            "Critical",
            "o1",
            "escalation_queue",
            None,
            "01 01:00",
            "01 04:00",
            2,
        ),
        (
            "Work.Handed'Back",
            "Retracted",
            2,
            "Critical",
            "o1",
            "timeline",
            "b",
            "01 01:40",
            "01 04:00",
            None,
        ),
        (
            "Work.Handed'Back",
            "Raised",
            1,
            "Critical",
            "o1",
            "timeline",
            "late",
            "01 00:50",
            "01 04:00",
            None,
        ),
    ]
    assert sorted(log(project, "o1")) == sorted(first + second + third)
    project.append([event("later still", 51, "Go", _SyncDate=dt.datetime(2026, 1, 1, 4, 10))])
    project.run("2026-01-01T05:00:00")
    assert (
        "Work.Handed'Back",
        "Raised",
        3,
        "Critical",
        "o1",
        "timeline",
        "b",
        "01 01:40",
        "01 05:00",
        None,
    ) in log(project, "o1")
    project.append([event("last", 52, "Back", _SyncDate=dt.datetime(2026, 1, 1, 5, 10))])
    project.run("2026-01-01T06:00:00")
    assert (
        "Work.Handed'Back",
        "Retracted",
        4,
        "Critical",
        "o1",
        "timeline",
        "b",
        "01 01:40",
        "01 06:00",
        None,
    ) in log(project, "o1")
    assert [
        row[2] for row in log(project, "o1") if row[0] == "Work.Handed'Back" and row[6] == "b"
    ] == [1, 2, 3, 4]
    assert len(log(project, "o1")) == len(set(log(project, "o1")))
    # a full refresh neither loses nor repeats anything, not even one to an instant before what was
    # said
    before = log(project, "o1")
    project.run("2026-01-01T06:00:00", "--full-refresh")
    assert log(project, "o1") == before
    project.run("2026-01-01T00:40:00", "--full-refresh")
    assert log(project, "o1") == before
    project.run("2026-01-01T06:00:00")
    assert log(project, "o1") == before
    project.dbt("test", as_of="2026-01-01T06:00:00")


def test_a_log_with_the_keys_of_an_earlier_version_goes_on(project: DbtProject) -> None:
    """Earlier keys were the text that is now hashed. They stay, and nothing is raised again."""
    project.append([event("a", 0, "Go"), event("b", 100, "Back")])
    project.run("2026-01-01T02:00:00")
    parts = ["_ObjectKey", "RS_SignalCode", "RS_Subject", "RS_SubjectKey"]
    joined = " || '|' || ".join(parts)
    lengths = " || '.' || ".join(f"length({part})" for part in parts)
    as_text = f"{joined} || '|' || {lengths}"
    (unequal,) = project.rows(
        f"select count(*) as n from case_runtime_signal where _SignalKey <> md5({as_text})"
    )
    assert unequal == {"n": 0}
    tampered(
        project,
        f"update case_runtime_signal set _SignalKey = {as_text}",
        "update case_runtime_signal set _Key = _SignalKey || '|' || RS_Number || '|' ||"
        " length(_SignalKey) || '.' || length(cast(RS_Number as varchar))",
    )
    before = project.rows("select _Key from case_runtime_signal")
    project.run("2026-01-01T02:00:00", "--full-refresh")
    assert project.rows("select _Key from case_runtime_signal order by 1") == sorted(
        before, key=lambda row: row["_Key"]
    )
    project.append([event("late", 50, "Back", _SyncDate=dt.datetime(2026, 1, 1, 3, 30))])
    project.run("2026-01-01T04:00:00")
    breached = project.rows(
        "select RS_Number as n from case_runtime_signal where _SignalKey in (select _SignalKey from"
        " case_runtime_signal where RS_SignalCode = 'SLA.Breached') order by 1"
    )
    assert breached == [{"n": 1}, {"n": 2}]


def test_a_changed_definition_takes_back_what_it_no_more_bears_out(project: DbtProject) -> None:
    project.append([event("a", 0, "Go"), event("b", 10, "Back")])
    project.run("2026-01-01T02:00:00")
    document = emitting()
    document["objects"]["workflows"][0]["transitions"][1]["actionDsl"]["actions"][0][
        "signalType"
    ] = "Other"
    config = copy.deepcopy(CONFIG)
    config["journal"]["mirror"] = True
    project.configure(config, document)
    project.run("2026-01-01T03:00:00")
    said = [(row[0], row[1]) for row in log(project) if row[5] == "timeline"]
    assert sorted(said) == [
        ("Other", "Raised"),
        ("Work.Handed'Back", "Raised"),
        ("Work.Handed'Back", "Retracted"),
    ]


def test_the_mirror_holds_the_journal_and_what_the_runtime_says(project: DbtProject) -> None:
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 100, "Back", EJ_CorrelationID="c"),
            event("bad", 1, EJ_Payload="{"),
            event("a", 0, "Go", _SyncDate=dt.datetime(2026, 1, 1, 0, 5)),
        ]
    )
    project.run("2026-01-01T02:00:00")
    project.append([event("c", 200, "Go", "o2")])
    project.run("2026-01-01T04:00:00")
    rows = project.rows("from case_journal order by EJ_EventTimeUTC, EJ_EventType, EJ_ID")
    delivered = [
        (row["EJ_ID"], row["EJ_Payload"])
        for row in rows
        if row["MJ_Journal"] == "ops.event_journal"
    ]
    assert sorted(delivered) == sorted(
        (row["EJ_ID"], row["EJ_Payload"]) for row in project.rows("from raw.event_journal")
    )
    own = [row for row in rows if row["EJ_SourceSystem"] == "ozmeta_runtime"]
    assert all(
        row["EJ_PayloadHash"] == hashlib.sha256(row["EJ_Payload"].encode()).hexdigest()
        for row in own
    )
    returned = [row for row in own if row["EJ_EventType"] == "Case.Returned"]
    assert [
        (row["EJ_CausationID"], row["EJ_CorrelationID"], json.loads(row["EJ_Payload"]))
        for row in returned
    ] == [("b", "c", {"why": 'it\'s "{{ x }}"'})]
    signal = next(row for row in own if row["EJ_EventType"] == "Work.Handed'Back")
    assert json.loads(signal["EJ_Payload"])["signal"] == {
        "kind": "Raised",
        "severity": "Critical",
        "slaCode": None,
        "subject": "timeline",
        "notes": "{{ 1 }}",
        "level": None,
        "number": 1,
    }
    assert len(own) == 1 + len(log(project))
    # the fold never reads them back, and nothing is said twice: not by another run, not by a full
    # refresh
    project.run("2026-01-01T04:00:00")
    project.run("2026-01-01T04:00:00", "--full-refresh")
    again = project.rows("from case_journal order by EJ_EventTimeUTC, EJ_EventType, EJ_ID")
    assert [
        {k: v for k, v in row.items() if k not in ("_Batch", "_UpdateDate")} for row in again
    ] == [{k: v for k, v in row.items() if k not in ("_Batch", "_UpdateDate")} for row in rows]
    assert verified(project)[0]
    # a row changed or missing, in the mirror or in the journal, is noticed
    tampered(
        project,
        "update case_journal set EJ_Payload = '{}' where EJ_ID = 'a'",
        "delete from case_journal where EJ_ID = 'b'",
        "delete from raw.event_journal where EJ_ID = 'bad'",
    )
    same, said = verified(project, Choice(("o1",)))
    assert not same
    assert (
        "journal: EJ_Payload is {}, should be" in said
        and "journal: a row is missing: EJ_ID b" in said
        and "journal: an extra row: EJ_ID bad" in said
    )


def test_the_rollup_shows_what_is_known_of_the_types(tmp_path: Path) -> None:
    """MetaDB's retention days come first, then the seed, once it is loaded."""
    document = emitting()
    document["objects"].setdefault("runtime", {})["signalTypes"] = [
        {"code": "SLA.Warned", "severity": "Warning", "defaultRetentionDays": 0},
        {"code": "Work.Handed'Back", "severity": "Info", "defaultRetentionDays": 30},
        {"code": "Other", "severity": "Info"},
    ]
    project = DbtProject(tmp_path, copy.deepcopy(CONFIG), document)
    project.create_journal()
    project.append([event("a", 0, "Go"), event("b", 100, "Back")])
    project.run("2026-01-01T03:00:00")
    shown = (
        "select distinct RS_SignalCode, RS_RetentionDays, RS_Description from runtime_signal"
        " order by RS_SignalCode"
    )
    types = {row["RS_SignalCode"]: (*row.values(),)[1:] for row in project.rows(shown)}
    assert types == {
        "Escalation.Raised": (None, None),
        "SLA.Breached": (None, None),
        "SLA.Warned": (0, None),
        "Work.Handed'Back": (30, None),
    }
    described = project.rows("describe runtime_signal")[:-2]
    names = ", ".join(row["column_name"] for row in described)
    log = f"select {names} from {{}} order by all"
    rows = project.rows(log.format("case_runtime_signal"))
    assert project.rows(log.format("runtime_signal")) == rows

    project.dbt("seed")
    project.run("2026-01-01T03:00:00", "--select", "runtime_signal")
    types = {row["RS_SignalCode"]: (*row.values(),)[1:] for row in project.rows(shown)}
    assert types == {
        "Escalation.Raised": (730, "A case was put in the escalation queue"),
        "SLA.Breached": (730, "A running SLA timer has passed its target"),
        "SLA.Warned": (0, "A running SLA timer has reached its warning threshold"),
        "Work.Handed'Back": (30, None),
    }
    assert project.rows(log.format("runtime_signal")) == rows
