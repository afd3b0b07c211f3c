"""The whole journal is accounted for: rows that no binding claims, bindings whose rows are refused,
and rule fields that no event carries.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from support.dbt_project_under_test import DbtProject
from support.small_case import CONFIG, event, snapshot

COUNTED = (
    "select JV_Journal, JV_Day, EJ_ObjectType, JV_Rows from journal_volume where JV_Rows > 0 order"
    " by all"
)
RECOUNTED = """
    select 'ops.event_journal' as JV_Journal, date_trunc('day', _SyncDate) as JV_Day, EJ_ObjectType,
        count(*) as JV_Rows
    from raw.event_journal group by all order by all
"""
UNCLAIMED = (
    "select EJ_ObjectType, UO_Rows, UO_NearestBinding from unclaimed_object_type order by all"
)


def with_tests(config: dict[str, Any] = CONFIG, **more: Any) -> dict[str, Any]:
    return copy.deepcopy(config) | more


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    project = DbtProject(tmp_path, CONFIG, snapshot())
    project.create_journal()
    return project


def day(number: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, 1, number, hour)


def said_by(project: DbtProject, *command: str) -> list[str]:
    """The messages that dbt logs for people during a run."""
    said: list[str] = []

    def hear(event: Any) -> None:
        if event.info.name == "JinjaLogInfo":
            said.append(event.info.msg)

    project.dbt(*command, as_of="2026-01-09T00:00:00", callbacks=[hear], check=False)
    return said


def outcome_of(project: DbtProject, name: str) -> tuple[str, int]:
    """(status, failures) of a generated test."""
    result = project.dbt("test", "--select", name, check=False, as_of="2026-01-09T00:00:00").result
    (outcome,) = result.results
    return str(outcome.status), outcome.failures


# ---------------------------------------------------------------- volumes


def test_every_row_of_the_journal_is_counted(project: DbtProject) -> None:
    """Rows of all object types are counted by day of arrival, claimed or not. The next run counts
    the rows that arrived since.
    """
    project.append(
        [
            event("a", 0, "Go"),
            event("b", 0, "Go", EJ_ObjectType="CA", _SyncDate=day(2)),
            event("c", 0, EJ_ObjectType="case"),
            event("d", 0, EJ_ObjectType=None),
            event("e", 0, EJ_ObjectType=""),
            event("f", 0, _SyncDate=None),
            event("g", 0, EJ_ObjectType=None, _SyncDate=None),
            event("h", 0, EJ_ObjectType="it's {{ x }}"),
        ]
    )
    project.run("2026-01-03T00:00:00")
    assert (
        project.rows(COUNTED) == project.rows(RECOUNTED)
        and sum(row["JV_Rows"] for row in project.rows(COUNTED)) == 8
    )
    project.append(
        [
            event("i", 0, _SyncDate=day(2, 23)),
            event("j", 0, EJ_ObjectType="case", _SyncDate=day(4)),
            event("k", 0, EJ_ObjectType="new", _SyncDate=None),
        ]
    )
    project.run("2026-01-05T00:00:00")
    assert (
        project.rows(COUNTED) == project.rows(RECOUNTED)
        and sum(row["JV_Rows"] for row in project.rows(COUNTED)) == 11
    )
    incremental = project.rows(COUNTED)
    project.run("2026-01-05T00:00:00", "--full-refresh")
    assert project.rows(COUNTED) == incremental


def test_a_run_counts_whole_days_from_the_last_one_on(project: DbtProject) -> None:
    """Only a full refresh counts a row that appears far behind the counted rows, as only a full
    refresh folds it. A run with nothing new writes nothing.
    """
    project.append([event("a", 0), event("b", 0, _SyncDate=day(5, 12))])
    project.run("2026-01-06T00:00:00")
    before = project.rows("from journal_volume order by _Key")
    project.append([event("behind", 0, _SyncDate=day(1)), event("in", 0, _SyncDate=day(4, 23))])
    project.run("2026-01-07T00:00:00")
    assert [(row["JV_Day"].day, row["JV_Rows"]) for row in project.rows(COUNTED)] == [
        (1, 1),
        (4, 1),
        (5, 1),
    ]
    after = project.rows("from journal_volume order by _Key")
    assert [row for row in after if row not in before] == [
        row for row in after if row["JV_Day"] == day(4)
    ]
    project.run("2026-01-08T00:00:00")
    assert project.rows("from journal_volume order by _Key") == after
    project.run("2026-01-08T00:00:00", "--full-refresh")
    assert project.rows(COUNTED) == project.rows(RECOUNTED)


def test_an_arrival_in_the_future_hides_no_day(project: DbtProject) -> None:
    project.append([event("a", 0), event("slip", 0, _SyncDate=dt.datetime(2036, 1, 1))])
    project.run("2026-01-02T00:00:00")
    project.append([event("b", 0, _SyncDate=day(2))])
    project.run("2026-01-03T00:00:00")
    assert project.rows(COUNTED) == project.rows(RECOUNTED)


def test_rows_that_are_gone_count_no_more(project: DbtProject) -> None:
    project.append(
        [
            event("a", 0),
            event("b", 0, EJ_ObjectType="gone"),
            event("c", 0, EJ_ObjectType="unsynced", _SyncDate=None),
        ]
    )
    project.run("2026-01-02T00:00:00")
    with project.connect() as connection:
        connection.execute("delete from raw.event_journal where EJ_ID <> 'a'")
    project.run("2026-01-03T00:00:00")
    assert project.rows(COUNTED) == project.rows(RECOUNTED) and project.rows(UNCLAIMED) == []


def test_a_part_of_the_journal_is_not_counted(project: DbtProject) -> None:
    """Under `--empty`, a model sees no row of its sources."""
    project.dbt("run", "--empty", "--select", "journal_volume", as_of="2026-01-02T00:00:00")
    project.append([event("a", 0), event("b", 0, EJ_ObjectType="case")])
    project.run("2026-01-02T00:00:00", "--select", "journal_volume")
    counted = project.rows("from journal_volume")
    project.dbt("run", "--empty", "--select", "journal_volume", as_of="2026-01-03T00:00:00")
    assert project.rows("from journal_volume") == counted and len(counted) == 2


def test_a_column_by_another_name_is_counted_anew(project: DbtProject) -> None:
    """An additional journal is counted, too. Rows of a journal that is no longer named do not
    count.
    """
    with project.connect() as connection:
        connection.execute("alter table raw.event_journal add column kind varchar")
        connection.execute("create table raw.other as from raw.event_journal")
    project.append([event("a", 0, kind="Claim"), event("b", 0, kind="Case", _SyncDate=day(8))])
    project.append([event("x", 0, kind="Other")], "other")
    project.run("2026-01-09T00:00:00", "--select", "journal_volume")
    assert {row["EJ_ObjectType"] for row in project.rows(COUNTED)} == {"Case"}
    named = with_tests()
    named["journal"] = {
        "columns": {"EJ_ObjectType": "kind"},
        "sources": [CONFIG["journal"]["source"], CONFIG["journal"]["source"] | {"table": "other"}],
    }
    project.configure(named)
    project.run("2026-01-09T00:00:00", "--select", "journal_volume")
    assert [
        (row["JV_Journal"], row["EJ_ObjectType"], row["JV_Rows"]) for row in project.rows(COUNTED)
    ] == [
        ("ops.event_journal", "Claim", 1),
        ("ops.event_journal", "Case", 1),
        ("ops.other", "Other", 1),
    ]
    named["journal"]["sources"] = named["journal"]["sources"][:1]
    project.configure(named)
    project.run("2026-01-09T00:00:00", "--select", "journal_volume")
    assert {row["JV_Journal"] for row in project.rows(COUNTED)} == {"ops.event_journal"}


def test_a_journal_without_arrivals_is_counted_whole(project: DbtProject) -> None:
    config = with_tests()
    config["journal"] = config["journal"] | {"columns": {"_SyncDate": None}}
    project.configure(config)
    project.append([event("a", 0), event("b", 0, EJ_ObjectType="case")])
    for object_types in (["Case", "case"], ["Case", "case", "new"]):
        project.run("2026-01-09T00:00:00")
        assert [(row["JV_Day"], row["EJ_ObjectType"]) for row in project.rows(COUNTED)] == [
            (None, name) for name in object_types
        ]
        project.append([event("c", 0, EJ_ObjectType="new")])


# ---------------------------------------------------------------- object types that no binding
# claims


def test_rows_of_an_unknown_object_type_are_told(project: DbtProject) -> None:
    project.append(
        [
            event(f"n{n}", 0, EJ_ObjectType=name)
            for n, name in enumerate(
                ["case", "cases", " CASE ", "Kase", "Heartbeat", "ca ", "x", "cat", None, ""]
            )
        ]
        + [event("fine", 0)]
    )
    said = said_by(project, "run")
    found = {row["EJ_ObjectType"]: row["UO_NearestBinding"] for row in project.rows(UNCLAIMED)}
    assert found == {
        "case": "Case",
        "cases": "Case",
        " CASE ": "Case",
        "Kase": "Case",
        "ca ": "Case",
        "Heartbeat": None,
        "x": None,
        "cat": None,
        None: None,
        "": None,
    }
    assert (
        "1 row of object type 'case' in ops.event_journal belongs to no binding; did you mean Case?"
        " Set bindings.Case.object_types in ozmeta.yml to [CA, Case, case]" in said
    )
    assert (
        "1 row of object type 'Heartbeat' in ops.event_journal belongs to no binding. If that is"
        " right, add it to journal.ignore_object_types in ozmeta.yml" in said
    )
    assert (
        sum(
            "1 row without an object type in ops.event_journal belongs to no binding" in line
            for line in said
        )
        == 2
    )
    assert outcome_of(project, "object_types_claimed") == ("warn", 10)
    assert said_by(project, "compile") == []


def test_the_nearest_of_several_bindings(tmp_path: Path) -> None:
    document, config = snapshot("Claim"), with_tests()
    objects = document["objects"]
    objects["tables"][0]["cdCode"] = "CL"
    for number, name in enumerate(["Claimant", "WorkOrder"]):
        objects["tables"].append({"id": f"t{number}", "code": name, "cdCode": f"Z{number}"})
        objects["runtime"]["bindings"].append(
            {"id": f"b{number}", "objectType": "Table", "objectId": f"t{number}", "workflowId": "w"}
        )
    project = DbtProject(tmp_path, config, document)
    project.create_journal()
    project.append(
        [
            event(f"n{n}", 0, EJ_ObjectType=name)
            for n, name in enumerate(
                [
                    "claim",
                    "Claims",
                    "claimants",
                    "work_order",
                    "Work Orders",
                    "work order",
                    "c l",
                    "payment",
                ]
            )
        ]
    )
    project.run("2026-01-09T00:00:00")
    assert {row["EJ_ObjectType"]: row["UO_NearestBinding"] for row in project.rows(UNCLAIMED)} == {
        "claim": "Claim",
        "Claims": "Claim",
        "claimants": "Claimant",
        "work_order": "WorkOrder",
        "Work Orders": "WorkOrder",
        "work order": "WorkOrder",
        "c l": "Claim",
        "payment": None,
    }


def test_a_run_names_ten_unclaimed_types_and_how_many_more(project: DbtProject) -> None:
    project.append([event(f"n{n}", 0, EJ_ObjectType=f"other{n}") for n in range(13)])
    said = [line for line in said_by(project, "run") if "binding" in line]
    assert len(said) == 11 and said[-1].startswith(
        "and 3 more object types that belong to no binding"
    )


def test_object_types_of_other_systems_are_left_out(project: DbtProject) -> None:
    """They are still counted. Null means the rows without an object type."""
    config = with_tests()
    config["journal"] = config["journal"] | {"ignore_object_types": ["Heartbeat", None]}
    project.configure(config)
    project.append(
        [event("a", 0, EJ_ObjectType="Heartbeat"), event("b", 0, EJ_ObjectType=None), event("c", 0)]
    )
    assert said_by(project, "run") == [] and project.rows(UNCLAIMED) == []
    assert (
        outcome_of(project, "object_types_claimed") == ("pass", 0)
        and len(project.rows(COUNTED)) == 3
    )


def test_every_row_is_in_one_place(project: DbtProject) -> None:
    """Every row of the journal is in the timeline, a duplicate, in quarantine, or of an object type
    that no binding claims.
    """
    project.append(
        [
            event("a", 0, "Go"),
            event("a", 0, "Go", _SyncDate=day(2)),
            event("b", 0, EJ_ObjectType="CA"),
            event("bad", 0, EJ_Payload="{"),
            event("bad", 0, EJ_Payload="{"),
        ]
    )
    project.append(
        [
            event("a", 0, "Back", _SyncDate=day(3)),
            event("far", 10**6),
            event("x", 0, EJ_ObjectType="case"),
            event("y", 0, EJ_ObjectType=None),
            event("a", 0, EJ_ObjectType="other"),
        ]
    )
    project.run("2026-01-09T00:00:00")

    def number(sql: str) -> int:
        return int(next(iter(project.rows(sql)[0].values())) or 0)

    told = [
        number(f"select {what}")
        for what in (
            "count(*) from case_timeline",
            "sum(QR_Rows) from case_quarantine",
            "sum(UO_Rows) from unclaimed_object_type",
        )
    ]
    assert told == [3, 3, 3]
    duplicates = 1  # of a, with the same content
    assert (
        sum(told) + duplicates
        == number("select count(*) from raw.event_journal")
        == number("select sum(JV_Rows) from journal_volume")
    )


# ---------------------------------------------------------------- refused rows


def refused(count: int) -> list[dict[str, Any]]:
    return [event(f"bad{n}", 0, EJ_Payload="{") for n in range(count)]


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        (0, 0, ("pass", 0)),
        (100, 1, ("pass", 0)),
        (99, 1, ("warn", 100)),
        (81, 19, ("warn", 1900)),
        (80, 20, ("error", 2000)),
        (0, 3, ("error", 10_000)),
    ],
)
def test_an_alarm_for_the_share_of_refused_rows(
    project: DbtProject, good: int, bad: int, expected: tuple[str, int]
) -> None:
    project.append([event(f"e{n}", 0, object_id=f"o{n}") for n in range(good)] + refused(bad))
    project.run("2026-01-09T00:00:00")
    status, failures = outcome_of(project, "quarantined_share_case")
    assert (status.replace("fail", "error"), failures) == expected


def test_equal_rows_and_reasons_are_counted(project: DbtProject) -> None:
    project.append(
        [event("e", 0)]
        + [event("bad", 0, EJ_Payload="{")] * 3
        + [event(f"late{n}", 0, EJ_EventTimeUTC=None) for n in range(2)]
    )
    project.run("2026-01-09T00:00:00")
    project.dbt("test", "--select", "quarantined_share_case", "--store-failures", check=False)
    assert project.rows("from main_dbt_test__audit.quarantined_share_case") == [
        {"QR_Rows": 5, "TL_Events": 1, "basis_points": 8333, "QR_Reason": "MalformedPayload"}
    ]


def test_the_alarm_does_not_keep_a_run_from_being_complete(project: DbtProject) -> None:
    """`dbt build` skips the models after a failed test."""
    project.append([event("e", 0), *refused(1)])
    result = project.dbt("build", check=False, as_of="2026-01-09T00:00:00").result
    statuses = {outcome.node.name: str(outcome.status) for outcome in result.results}
    assert {name for name, status in statuses.items() if status not in ("success", "pass")} == {
        "quarantined_share_case"
    }
    assert project.rows("select RUN_Number from case_run") == [{"RUN_Number": 1}]


def test_the_limits_are_configured(project: DbtProject) -> None:
    """The limits can be set for the project and for a binding."""
    project.append([event(f"e{n}", 0, object_id=f"o{n}") for n in range(4)] + refused(1))
    project.configure(with_tests(tests={"quarantined_share": {"warn": 0.1, "error": 0.5}}))
    project.run("2026-01-09T00:00:00")
    assert outcome_of(project, "quarantined_share_case") == ("warn", 2000)
    project.configure(
        with_tests(
            tests={"quarantined_share": {"warn": 0.1, "error": 0.5}},
            bindings={"Case": {"tests": {"quarantined_share": {"warn": 0.3, "error": 0.5}}}},
        )
    )
    assert outcome_of(project, "quarantined_share_case") == ("pass", 0)
    project.configure(with_tests(tests={"quarantined_share": False}))
    assert (
        project.dbt("test", "--select", "quarantined_share_case", check=False).result.results == []
    )


# ---------------------------------------------------------------- rule fields


def test_a_rule_field_that_no_event_carries(tmp_path: Path) -> None:
    document = snapshot()
    refs = ["object.Priority", "context.channel's", "user.claims.team", "object.Seen"]
    expr = {
        "op": "or",
        "args": [{"op": "eq", "args": [{"ref": ref}, {"lit": "x"}]} for ref in refs],
    }
    document["objects"]["runtime"]["slaBindings"][0]["startRule"] = {
        "version": 1,
        "kind": "TimerStart",
        "expr": expr,
    }
    project = DbtProject(tmp_path, CONFIG, document)
    project.create_journal()
    project.run("2026-01-08T00:00:00")
    assert outcome_of(project, "fields_carried_case") == (
        "pass",
        0,
    )  # nothing to tell without events
    project.append(
        [
            event("a", 0, EJ_Payload=json.dumps({"object": {"priority": "x", "Seen": None}})),
            event("b", 1),
        ]
    )
    project.run("2026-01-09T00:00:00")
    assert outcome_of(project, "fields_carried_case") == ("warn", 3)
    project.dbt("test", "--select", "fields_carried_case", "--store-failures", check=False)
    assert project.rows("from main_dbt_test__audit.fields_carried_case order by field") == [
        {"field": ref, "event_count": 2, "share": 0}
        for ref in ("context.channel's", "object.Priority", "user.claims.team")
    ]
