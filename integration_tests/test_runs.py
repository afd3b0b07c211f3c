"""How runs behave (SPEC 3, 8): clocks, crashes, changed definitions, odd journals, hostile text."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path

import pytest
from support.dbt_project_under_test import JOURNAL_COLUMNS, MODELS, DbtProject, RunFailed
from support.small_case import CONFIG, HOSTILE, event, same_as_full_refresh, snapshot, start_rule


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    project = DbtProject(tmp_path, CONFIG, snapshot())
    project.create_journal()
    return project


def test_an_empty_journal_then_events_then_nothing_new(project: DbtProject) -> None:
    project.run("2026-01-01T01:00:00")
    assert all(not project.rows(f"from case_{model}") for model in MODELS)
    project.append(
        [
            event("a", 0, "Go"),
            event("bad", 1, EJ_Payload="{"),
            event("a", 0, "Back", _SyncDate=dt.datetime(2026, 1, 1, 0, 5)),
        ]
    )
    project.run("2026-01-01T02:00:00")
    before = {model: project.rows(f"from case_{model}") for model in MODELS}
    assert [row["ST_Status"] for row in before["sla_timer"]] == ["Breached"]
    project.run("2026-01-01T02:00:00")
    assert {
        model: project.rows(f"from case_{model}") for model in MODELS
    } == before  # not one row, not one stamp


def test_a_second_run_writes_no_row_again(project: DbtProject) -> None:
    """Neither a refused row within the lookback nor a timer that is due exactly at as_of, and so
    not yet breached, makes a run write.
    """
    project.append(
        [
            event("a", 0, "Go"),
            event("a", 0, "Back", _SyncDate=dt.datetime(2026, 1, 1, 0, 50)),
            event("bad", 50, EJ_Payload="{"),
        ]
    )
    project.run("2026-01-01T01:00:00")
    before = {model: project.rows(f"from case_{model}") for model in MODELS}
    assert [row["ST_Status"] for row in before["sla_timer"]] == ["Running"] and len(
        before["quarantine"]
    ) == 2
    project.run("2026-01-01T01:00:00")
    assert {model: project.rows(f"from case_{model}") for model in MODELS} == before
    project.run("2026-01-01T01:00:01")
    assert [row["ST_Status"] for row in project.rows("from case_sla_timer")] == ["Breached"]


def test_a_timeline_that_still_has_the_key_of_an_earlier_version(project: DbtProject) -> None:
    project.append([event("a", 0, "Go"), event("b", 20)])
    project.run("2026-01-01T01:00:00")
    with project.connect() as connection:
        connection.execute("alter table case_timeline add column _Key varchar")
        connection.execute("update case_timeline set _Key = _ObjectKey || EJ_ID")
    project.append([event("c", 30, "Back"), event("d", 30, "Go", "o2")])
    project.run("2026-01-01T02:00:00")
    rows = project.rows("select EJ_ID as id, TL_State as state from case_timeline order by 1")
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert same_as_full_refresh(project, "2026-01-01T02:00:00") == {}


def test_time_may_not_go_back_but_for_a_full_refresh(project: DbtProject) -> None:
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T02:00:00")
    project.run("2026-01-01T05:00:00")  # nothing new in it
    with pytest.raises(RunFailed, match=r"(?s)Time may not go back.*--full-refresh"):
        project.run("2026-01-01T04:00:00")
    assert [row["ST_Status"] for row in project.rows("from case_sla_timer")] == ["Breached"]
    project.run("2026-01-01T00:30:00", "--full-refresh")
    assert [row["ST_Status"] for row in project.rows("from case_sla_timer")] == ["Running"]
    assert (
        project.rows("from case_escalation_queue") == []
    )  # not yet raised, so not retracted either
    project.run("2026-01-01T03:00:00")
    assert [row["EQ_Status"] for row in project.rows("from case_escalation_queue")] == ["Open"]


@pytest.mark.parametrize(
    "as_of", ["yesterday", "2026-01-01T25:00", "2026-01-01T10:00:00'; drop table x; --"]
)
def test_an_as_of_that_is_none(project: DbtProject, as_of: str) -> None:
    with pytest.raises(RunFailed):
        project.run(as_of)


def test_an_as_of_with_an_offset_is_brought_to_utc(project: DbtProject) -> None:
    project.run("2026-01-01T02:00:00+02:00")
    assert project.rows("select RUN_AsOfUTC from case_run")[0]["RUN_AsOfUTC"] == dt.datetime(
        2026, 1, 1
    )


@pytest.mark.parametrize(
    "done",
    [
        ["timeline"],
        ["timeline", "sla_cycle"],
        ["timeline", "quarantine", "workflow_instance", "sla_cycle", "sla_timer"],
    ],
)
def test_a_run_killed_between_models_is_made_up_for(project: DbtProject, done: list[str]) -> None:
    project.append([event("a", 0, "Go"), event("n", 0, "Go", "o2")])
    project.run("2026-01-01T00:30:00")
    project.append(
        [
            event("b", 40, "Back"),
            event("bad", 41, EJ_Payload="{"),
            event("a", 0, "Back", _SyncDate=dt.datetime(2026, 1, 1, 0, 40)),
        ]
    )
    project.run(
        "2026-01-01T01:30:00", "--select", *[f"case_{model}" for model in done]
    )  # and here the power went
    project.append([event("c", 95, "Go")])
    project.run("2026-01-01T05:00:00")
    assert {row["QR_Reason"] for row in project.rows("from case_quarantine")} == {
        "MalformedPayload",
        "ConflictingDuplicate",
    }
    assert same_as_full_refresh(project, "2026-01-01T05:00:00") == {}


@pytest.mark.parametrize(
    "left_out",
    [
        ["--exclude", "case_sla_cycle"],
        ["--select", "case_timeline", "case_run"],
        ["--select", "case_run"],
    ],
    ids=" ".join,
)
def test_a_run_that_leaves_a_model_out_is_not_complete(
    project: DbtProject, left_out: list[str]
) -> None:
    """It writes no row to the log. The next run of all models builds on the last complete run."""
    project.append([event("a", 0, "Go"), event("n", 0, "Go", "o2")])
    project.run("2026-01-01T00:30:00")
    project.append(
        [event("b", 40, "Back"), event("bad", 41, EJ_Payload="{"), event("c", 45, "Go", "o3")]
    )
    project.run("2026-01-01T01:30:00", *left_out)
    assert project.rows(
        "select max(RUN_Number) as number, count(*) as rows_of_it from case_run"
    ) == [{"number": 1, "rows_of_it": 1}]
    project.run("2026-01-01T02:00:00", *left_out)  # once more, and with nothing new
    assert len(project.rows("from case_run")) == 1
    project.run("2026-01-01T05:00:00")
    assert project.rows("select RUN_Number from case_run order by 1") == [
        {"RUN_Number": 1},
        {"RUN_Number": 2},
    ]
    assert {
        row["ST_ObjectID"]: row["ST_Status"] for row in project.rows("from case_sla_timer")
    } == {"o1": "Breached", "o2": "Breached", "o3": "Breached"}
    assert same_as_full_refresh(project, "2026-01-01T05:00:00") == {}


def test_a_first_run_that_leaves_a_model_out(project: DbtProject) -> None:
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T01:30:00", "--select", "case_timeline", "case_quarantine", "case_run")
    assert project.rows("from case_run") == []
    project.run("2026-01-01T01:40:00")
    assert [row["ST_Status"] for row in project.rows("from case_sla_timer")] == ["Breached"]
    assert [
        row["RS_SignalCode"]
        for row in project.rows("from case_runtime_signal order by RS_SignalCode")
    ] == ["Escalation.Raised", "SLA.Breached"]
    assert same_as_full_refresh(project, "2026-01-01T01:40:00") == {}


def test_a_full_refresh_that_leaves_models_out(project: DbtProject) -> None:
    """The timeline and the log are rebuilt. The log then has no complete run, so the next run folds
    everything else again.
    """
    project.append([event("a", 0, "Go"), event("n", 0, "Go", "o2")])
    project.run("2026-01-01T00:30:00")
    project.append(
        [
            event("late", 5, "Go", "o2", _SyncDate=dt.datetime(2026, 1, 1, 0, 31)),
            event("b", 40, "Back"),
        ]
    )
    project.run(
        "2026-01-01T01:30:00",
        "--full-refresh",
        "--exclude",
        "case_sla_cycle",
        "case_escalation_queue",
    )
    project.run("2026-01-01T05:00:00")
    assert same_as_full_refresh(project, "2026-01-01T05:00:00") == {}


def test_a_changed_target_reaches_every_timer_in_one_run(project: DbtProject) -> None:
    project.append([event("a", 0, "Go"), event("b", 30, "Back"), event("c", 0, "Go", "o2")])
    project.run("2026-01-01T00:45:00")
    project.configure(CONFIG, snapshot(target=20))
    project.run("2026-01-01T00:50:00")
    assert {row["ST_DueUTC"].minute for row in project.rows("from case_sla_timer")} == {20}
    assert same_as_full_refresh(project, "2026-01-01T00:50:00") == {}


def test_a_changed_definition_and_back_with_a_crash_between(project: DbtProject) -> None:
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T00:10:00")
    other = snapshot()
    other["objects"]["workflows"][0]["transitions"].pop(0)
    project.configure(CONFIG, other)
    project.run("2026-01-01T00:20:00", "--select", "case_timeline")
    assert project.rows("select TL_Anomaly from case_timeline") == [
        {"TL_Anomaly": "UnknownTransition"}
    ]
    project.configure(CONFIG, snapshot())
    project.run("2026-01-01T00:30:00")
    assert project.rows("select TL_Anomaly from case_timeline") == [{"TL_Anomaly": None}]
    assert same_as_full_refresh(project, "2026-01-01T00:30:00") == {}


def test_a_level_more_than_there_were(project: DbtProject) -> None:
    """Each level's instant is a column of the cycles. The column of a new level exists for rows
    that a run undid, and for rows that it folds again. The column of a removed level becomes empty.
    """
    project.append(
        [event("a", 0, "Go"), event("z", 0, "Go", "o2", _SyncDate=dt.datetime(2026, 1, 1, 0, 1))]
    )
    project.run("2026-01-01T00:30:00")
    project.append(
        [event("z", 0, object_id="o2", _SyncDate=dt.datetime(2026, 1, 1))]
    )  # its older delivery moves nothing: the cycle is undone
    project.run("2026-01-01T00:40:00")
    more = snapshot()
    levels = [
        {"type": "EnqueueEscalation", "target": "role:Lead"},
        {"type": "EnqueueEscalation", "target": "role:Head", "payload": {"afterMinutes": 30}},
    ]
    more["objects"]["runtime"]["slaPolicies"][0]["escalationRule"] = {
        "version": 1,
        "kind": "Escalation",
        "actions": levels,
    }
    project.configure(CONFIG, more)
    project.run("2026-01-01T03:00:00")
    assert [
        row["due"]
        for row in project.rows(
            "select ST_Level2AtUTC as due from case_sla_cycle order by ST_ObjectID"
        )
    ] == [dt.datetime(2026, 1, 1, 1, 30), None]
    assert [
        row["EQ_Level"] for row in project.rows("from case_escalation_queue order by EQ_Level")
    ] == [1, 2]
    project.configure(CONFIG, snapshot())
    project.run("2026-01-01T04:00:00")
    assert [
        row["due"] for row in project.rows("select ST_Level2AtUTC as due from case_sla_cycle")
    ] == [None, None]
    assert same_as_full_refresh(project, "2026-01-01T04:00:00") == {}


def test_an_sla_that_comes_and_one_that_goes(project: DbtProject) -> None:
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T02:00:00")
    project.configure(CONFIG, snapshot(sla="Renamed"))
    project.run("2026-01-01T03:00:00")
    live = [row["SL_Code"] for row in project.rows("from case_sla_timer where _DeleteDate is null")]
    assert live == ["Renamed"]
    retracted = project.rows(
        "select SL_Code, EQ_Notes from case_escalation_queue where _DeleteDate is not null"
    )
    assert retracted == [{"SL_Code": "Work", "EQ_Notes": "Retracted"}]
    assert same_as_full_refresh(project, "2026-01-01T03:00:00") == {}
    assert (
        project.rows(
            "select SL_Code, EQ_Notes from case_escalation_queue where _DeleteDate is not null"
        )
        == retracted
    )  # a full refresh keeps it


def test_a_changed_definition_is_noticed_where_no_row_tells_the_old_one(
    project: DbtProject,
) -> None:
    """No cycle has ever started; then the rule changes."""
    never, later = snapshot(), "2026-01-01T05:00:00"
    never["objects"]["runtime"]["slaBindings"][0]["startRule"] = start_rule("Nowhere")
    project.configure(CONFIG, never)
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T04:00:00")
    assert project.rows("from case_sla_cycle") == []
    project.configure(CONFIG, snapshot())
    project.run(later)
    assert [row["ST_Status"] for row in project.rows("from case_sla_timer")] == ["Breached"]
    assert [row["EQ_Status"] for row in project.rows("from case_escalation_queue")] == ["Open"]


def test_a_changed_definition_folds_again_only_once(project: DbtProject) -> None:
    """A row that was soft-deleted before the change keeps its old hash. It must not make every
    later run fold everything.
    """
    project.append(
        [event("a", 10, "Go"), event("b", 20, "Go", "o2"), event("b2", 30, "Back", "o2")]
    )
    project.run("2026-01-01T01:00:00")
    project.append(
        [event("late", 5, "Go", _SyncDate=dt.datetime(2026, 1, 1, 1))]
    )  # o1's cycle now starts with another event
    project.run("2026-01-01T02:00:00")
    project.configure(CONFIG, snapshot(target=70))
    project.run("2026-01-01T02:00:00")
    written = (
        "select SC_ID, (select max(RUN_Number) from case_run where RUN_Batch = batch) as run from"
        " (select SC_ID, _Batch as batch from case_sla_cycle union all"
        " select EQ_ID, _Batch from case_escalation_queue) order by 1, 2"
    )
    before = project.rows(written)
    assert {row["run"] for row in before} == {2, 3}
    project.run("2026-01-01T02:00:00")
    assert project.rows(written) == before


def test_a_field_that_a_rule_needs_before_there_is_any_event(project: DbtProject) -> None:
    """No event was read without the field, so no full refresh is needed: the table only lacks the
    column (found by a sequence of faults).
    """
    project.run("2026-01-01T00:10:00")
    wanting = snapshot()
    wanting["objects"]["runtime"]["slaBindings"][0]["startRule"]["expr"] = {
        "op": "eq",
        "args": [{"ref": "object.Kind"}, {"lit": "big"}],
    }
    project.configure(CONFIG, wanting)
    project.append([event("a", 15, EJ_Payload='{"object":{"Kind":"big"}}')])
    project.run("2026-01-01T00:20:00")
    assert [row["ST_Status"] for row in project.rows("from case_sla_timer")] == ["Running"]
    assert same_as_full_refresh(project, "2026-01-01T00:20:00") == {}


def test_a_rule_that_needs_an_unread_field_stops_the_run(project: DbtProject) -> None:
    project.append(
        [event("a", 0, EJ_Payload='{"transition":{"code":"Go"},"object":{"Kind":"big"}}')]
    )
    project.run("2026-01-01T00:10:00")
    other = snapshot()
    other["objects"]["runtime"]["slaBindings"][0]["startRule"]["expr"] = {
        "op": "eq",
        "args": [{"ref": "object.Kind"}, {"lit": "big"}],
    }
    project.configure(CONFIG, other)
    with pytest.raises(RunFailed, match=r"(?s)object[.]Kind.*--full-refresh"):
        project.run("2026-01-01T00:20:00")
    project.run("2026-01-01T00:20:00", "--full-refresh")
    assert len(project.rows("from case_sla_timer")) == 1
    # dropped and wanted again: events read in between lack it, so it may not be mixed in
    project.configure(CONFIG, snapshot())
    project.append([event("b", 15, EJ_Payload='{"object":{"Kind":"small"}}')])
    project.run("2026-01-01T00:30:00")
    project.configure(CONFIG, other)
    with pytest.raises(RunFailed, match="--full-refresh"):
        project.run("2026-01-01T00:40:00")


def test_a_changed_object_type_stops_the_run(project: DbtProject) -> None:
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T00:10:00")
    project.configure(CONFIG | {"bindings": {"Case": {"object_types": ["Case", "Kase"]}}})
    with pytest.raises(RunFailed, match=r"(?s)object types.*--full-refresh"):
        project.run("2026-01-01T00:20:00")


def test_a_journal_without_sync_date(project: DbtProject) -> None:
    columns = {name: type_ for name, type_ in JOURNAL_COLUMNS.items() if name != "_SyncDate"}
    project.create_journal(columns)
    rows = [event("a", 0, "Go"), event("b", 10, "Back")]
    project.append([{k: v for k, v in rows[1].items() if k != "_SyncDate"}])
    with pytest.raises(RunFailed, match=r"(?s)no column '_SyncDate'.*_SyncDate: null"):
        project.run("2026-01-01T01:00:00")
    config = copy.deepcopy(CONFIG)
    config["journal"]["columns"] = {"_SyncDate": None}
    project.configure(config)
    project.run("2026-01-01T01:00:00")
    project.append([{k: v for k, v in rows[0].items() if k != "_SyncDate"}])
    project.run("2026-01-01T02:00:00")
    assert [row["EJ_ID"] for row in project.rows("from case_timeline order by TL_Position")] == [
        "a",
        "b",
    ]
    assert same_as_full_refresh(project, "2026-01-01T02:00:00") == {}


def test_a_journal_under_other_names_and_types(project: DbtProject) -> None:
    """Text for times and numbers, a time with a zone, native JSON, and columns with other names."""
    project.create_journal(
        {
            "event id": "uuid",
            "_TenantID": "varchar",
            "EJ_EventType": "varchar",
            "at": "timestamptz",
            "EJ_ObjectType": "varchar",
            "EJ_ObjectID": "integer",
            "EJ_Payload": "json",
            "EJ_Sequence": "varchar",
            "_SyncDate": "varchar",
        }
    )
    config = copy.deepcopy(CONFIG)
    config["journal"]["columns"] = {"EJ_ID": "event id", "EJ_EventTimeUTC": "at"}
    project.configure(config)
    with project.connect() as connection:
        for id, at, sequence, code in (
            ("1", "2026-01-01 02:00:00+02", "10", "Go"),
            ("2", "2026-01-01 00:10:00+00", "9", "Back"),
            ("3", "2026-01-01 00:20:00+00", "many", "Go"),
        ):
            connection.execute(
                "insert into raw.event_journal values (?, 't1', 'X', ?, 'Case', 7, ?, ?,"
                " '2026-01-01 00:20:00')",
                [
                    f"00000000-0000-4000-8000-00000000000{id}",
                    at,
                    json.dumps({"transition": {"code": code}}),
                    sequence,
                ],
            )
    project.run("2026-01-01T01:00:00")
    rows = project.rows(
        "select EJ_Sequence, EJ_EventTimeUTC, EJ_ObjectID from case_timeline order by EJ_ID"
    )
    assert (
        rows[0]
        == {"EJ_Sequence": 10, "EJ_EventTimeUTC": dt.datetime(2026, 1, 1), "EJ_ObjectID": "7"}
        and rows[2]["EJ_Sequence"] is None
    )
    assert same_as_full_refresh(project, "2026-01-01T01:00:00") == {}


def test_a_restarted_counter_is_warned_of(project: DbtProject) -> None:
    project.append([event("a", 0, "Go", EJ_Sequence=1), event("b", 1, "Back", EJ_Sequence=2)])
    project.run("2026-01-01T01:00:00")

    def status() -> list[str]:
        tested = project.dbt("test", "--select", "test_name:counter_not_restarted")
        return [result.status for result in tested.result]

    assert status() == ["pass"]
    project.append([event("c", 30, "Go", EJ_Sequence=1)])
    project.run("2026-01-01T02:00:00")
    assert status() == ["warn"]


def test_a_row_that_is_not_well_formed_is_shown_with_its_fault(project: DbtProject) -> None:
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 0, "Go", EJ_ObjectID="o2"),
            event("c", 0, "Go", EJ_ObjectID="o3"),
        ]
    )
    project.run("2026-01-01T01:00:00")
    project.dbt("test", "--select", "test_name:well_formed")
    with project.connect() as connection:
        connection.execute(
            "update case_workflow_instance set WS_CurrentCode = 'Gone' where WI_ObjectID = 'o1'"
        )
        connection.execute(
            "update case_workflow_instance set WI_ID = null where WI_ObjectID = 'o2'"
        )
        connection.execute(
            "update case_workflow_instance set WI_ID = null, _DeleteDate = '2026-01-01' where"
            " WI_ObjectID = 'o3'"
        )  # no one looks at it
    results = project.dbt("test", "--select", "test_name:well_formed", check=False).result
    (failed,) = [result for result in results if result.status != "pass"]
    assert (failed.node.name, failed.failures) == ("well_formed_case_workflow_instance", 2)
    problems = project.rows(
        f"select problem, WI_ObjectID from ({failed.node.compiled_code}) order by WI_ObjectID"
    )
    assert problems == [
        {"problem": "WS_CurrentCode has an unknown code", "WI_ObjectID": "o1"},
        {"problem": "WI_ID is null", "WI_ObjectID": "o2"},
    ]
    with project.connect() as connection:
        connection.execute(
            "insert into case_timeline select * from case_timeline where EJ_ObjectID = 'o3'"
        )
    failed = next(
        result
        for result in project.dbt(
            "test", "--select", "well_formed_case_timeline", check=False
        ).result
        if result.status != "pass"
    )
    assert {
        row["problem"] for row in project.rows(f"select problem from ({failed.node.compiled_code})")
    } == {"_ObjectKey with EJ_ID is in more than one row"} and failed.failures == 2


def test_a_journal_that_lacks_a_column_it_must_have(project: DbtProject) -> None:
    with project.connect() as connection:
        connection.execute("drop table raw.event_journal")
    with pytest.raises(RunFailed, match="does not exist"):
        project.run("2026-01-01T01:00:00")
    project.create_journal(
        {name: type_ for name, type_ in JOURNAL_COLUMNS.items() if name != "EJ_ObjectID"}
    )
    with pytest.raises(RunFailed, match=r"(?s)no column 'EJ_ObjectID'.*ozmeta.yml"):
        project.run("2026-01-01T01:00:00")


def test_odd_rows_are_kept_or_told_and_none_is_lost(project: DbtProject) -> None:
    big = json.dumps({"transition": {"code": "Go"}, "context": {"blob": "x" * 1_000_000}})
    odd = [
        event("big", 1, EJ_Payload=big),
        event("past", 2, "Go", "o3", EJ_EventTimeUTC=dt.datetime(1, 1, 1)),
        event("future", 3, "Go", "o4", EJ_EventTimeUTC=dt.datetime(9999, 12, 31, 23, 59, 59)),
        event("slip", 4, "Go", "o5", _SyncDate=dt.datetime(2999, 1, 1)),
        event("unsynced", 5, "Go", "o6", _SyncDate=None),
        event("array", 6, EJ_Payload="[]"),
        event("broken", 7, EJ_Payload='{"a": '),
        event("", 8),
        event("no object", 9, object_id=""),
        event("a", 10, "Go", "o7"),
        event("a", 10, "Go", "o7", _TenantID="t2"),
        event("ünï'cødé {{ 1 }} \n %}", 11, "Go", "o'8 {{ 2 }} 😀"),
    ]
    project.append(odd)
    project.run("2026-01-01T01:00:00")
    project.append([event("later", 70, "Back", "o7")])  # behind the slip of 2999, and still read
    project.run("2026-01-01T03:00:00")
    assert len(project.rows("from case_timeline")) == len(odd) - 4 + 1
    assert sorted(row["QR_Reason"] for row in project.rows("from case_quarantine")) == [
        "MalformedPayload",
        "MalformedPayload",
        "MissingEventID",
        "MissingObjectID",
    ]
    timers = {
        row["ST_ObjectID"]: row["ST_Status"]
        for row in project.rows("from case_sla_timer where _TenantID = 't1'")
    }
    assert timers == {
        "o1": "Breached",
        "o3": "Breached",
        "o5": "Breached",
        "o6": "Breached",
        "o7": "Breached",
        "o'8 {{ 2 }} 😀": "Breached",
    }
    assert same_as_full_refresh(project, "2026-01-01T03:00:00") == {}


def test_hostile_names_are_data(tmp_path: Path) -> None:
    """Codes of states, transitions and SLAs, roles, notes and literals of rules, all hostile at
    once. The generated tests run, too.
    """
    meta = snapshot(sla="S" + HOSTILE[2], second=HOSTILE[1])
    pack = meta["objects"]["workflows"][0]
    for number, text in enumerate(HOSTILE):
        if text != HOSTILE[1]:
            pack["states"].append({"id": f"h{number}", "code": text})
        target = "s2" if text == HOSTILE[1] else f"h{number}"
        pack["transitions"].append(
            {
                "id": f"g{number}",
                "code": text,
                "fromStateId": "s1",
                "toStateId": target,
                "actionDsl": {
                    "version": 1,
                    "kind": "Action",
                    "actions": [
                        {
                            "type": "EnqueueEscalation",
                            "target": f"role:{text}",
                            "notes": text,
                            "signalType": text,
                        }
                    ],
                },
            }
        )
    meta["objects"]["runtime"]["slaPolicies"][0]["code"] = HOSTILE[0]
    meta["objects"]["runtime"]["slaBindings"][0]["startRule"]["expr"] = {
        "op": "in",
        "args": [{"ref": f"object.{HOSTILE[0]}"}, *({"lit": text} for text in HOSTILE)],
    }
    project = DbtProject(tmp_path, CONFIG, meta)
    project.create_journal()
    project.append(
        event(
            str(n),
            n,
            EJ_ObjectID=f"o{n}",
            EJ_Payload=json.dumps({"transition": {"code": text}, "object": {HOSTILE[0]: text}}),
        )
        for n, text in enumerate(HOSTILE)
    )
    project.run("2026-01-01T02:00:00")
    project.run("2026-01-01T03:00:00")
    assert [
        row["TL_TransitionCode"]
        for row in project.rows("from case_timeline order by EJ_EventTimeUTC")
    ] == HOSTILE
    assert len(project.rows("from case_sla_timer where ST_Status = 'Breached'")) == len(HOSTILE)
    raised = project.rows(
        "select EQ_Notes, EQ_AssignedToRole, EQ_SignalCode from case_escalation_queue where SL_Code"
        " is null order by EQ_CreatedUTC"
    )
    assert raised == [
        {"EQ_Notes": text, "EQ_AssignedToRole": text, "EQ_SignalCode": text} for text in HOSTILE
    ]
    project.dbt("test", as_of="2026-01-01T03:00:00")


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("Order", "order"),
        ("HTTPCall", "http_call"),
        ("select", "select"),
        ("Fälle & Mehr", "f_lle_mehr"),
        ("x" * 500, None),
    ],
)
def test_names_of_tables_become_names_of_models(
    tmp_path: Path, name: str, model: str | None
) -> None:
    project = DbtProject(tmp_path, CONFIG, snapshot(name=name))
    project.create_journal()
    project.append([event("a", 0, "Go", EJ_ObjectType=name)])
    project.run("2026-01-01T02:00:00")
    assert project.rows("select WI_ObjectType from workflow_instance") == [{"WI_ObjectType": name}]
    made = project.rows(
        "select table_name from information_schema.tables where table_name like '%_timeline'"
    )[0]["table_name"]
    assert made == f"{model}_timeline" if model else len(made) < 60


def test_two_journals_each_with_its_own_watermark(tmp_path: Path) -> None:
    config = copy.deepcopy(CONFIG)
    config["journal"] = {
        "sources": [
            {"name": "ops", "schema": "raw", "table": "event_journal"},
            {"name": "ops", "schema": "raw", "table": "station"},
        ]
    }
    project = DbtProject(tmp_path, config, snapshot())
    project.create_journal()
    with project.connect() as connection:
        connection.execute("create table raw.station as from raw.event_journal")
    project.append([event("a", 0, "Go"), event("c", 200, "Go")])
    project.run("2026-01-01T04:00:00")
    with project.connect() as connection:  # rows long behind the other journal's watermark
        connection.execute(
            "insert into raw.station (EJ_ID, _TenantID, EJ_EventType, EJ_EventTimeUTC,"
            " EJ_ObjectType, EJ_ObjectID, EJ_SourceSystem, EJ_Payload, _SyncDate) values ('b',"
            " 't1', 'X', '2026-01-01 00:30:00', 'CA', 'o1', 's7',"
            ' \'{"transition":{"code":"Back"}}\', \'2026-01-01 00:31:00\')'
        )
    project.run("2026-01-01T05:00:00")
    assert [row["EJ_ID"] for row in project.rows("from case_timeline order by TL_Position")] == [
        "a",
        "b",
        "c",
    ]
    assert len(project.rows("from case_run where RUN_Number = 2")) == 2
    assert same_as_full_refresh(project, "2026-01-01T05:00:00") == {}
