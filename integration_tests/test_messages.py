"""journal.deduplicate_on (SPEC 4.2): the same message under a new event id counts once, whatever
the batches and the order in which its rows arrive."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pytest
import support.reference_fold as ref
from support.dbt_project_under_test import DbtProject, RunFailed
from support.invariants import load
from support.small_case import CONFIG, event, same_as_full_refresh, snapshot

SOURCE = ["EJ_SourceSystem", "EJ_SourceKey"]
SHOWN = ("QR_Reason", "QR_Rows", "QR_ObjectID", "QR_EventID", "QR_Payload", "_SyncDate")
START = dt.datetime(2026, 1, 1)


def configured(
    columns: list[str] | None = None, tables: tuple[str, ...] = ("event_journal",), **journal: Any
) -> dict[str, Any]:
    config = copy.deepcopy(CONFIG)
    places = [{"name": "ops", "schema": "raw", "table": table} for table in tables]
    config["journal"] = {
        "sources": places,
        "deduplicate_on": SOURCE if columns is None else columns,
    } | journal
    return config


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    project = DbtProject(tmp_path, configured(), snapshot())
    project.create_journal()
    return project


def message(
    id: str,
    key: str | None,
    minute: int,
    code: str | None = "Go",
    sync: int | None = None,
    **columns: Any,
) -> dict[str, Any]:
    arrived = START + dt.timedelta(minutes=minute if sync is None else sync)
    return event(
        id,
        minute,
        code,
        **{"EJ_SourceSystem": "crm", "EJ_SourceKey": key, "_SyncDate": arrived} | columns,
    )


def timeline(project: DbtProject) -> list[tuple[str, Any]]:
    return [
        (row["EJ_ID"], row["TL_RowVersion"])
        for row in project.rows("from case_timeline order by TL_Position, EJ_ID")
    ]


def quarantined(project: DbtProject) -> list[tuple[str, str]]:
    return [
        (row["QR_EventID"], row["QR_Reason"])
        for row in project.rows(
            "from case_quarantine where _DeleteDate is null order by QR_EventID"
        )
    ]


@pytest.mark.parametrize("runs", [1, 2])
def test_a_message_that_comes_again_under_a_new_id_counts_once(
    project: DbtProject, runs: int
) -> None:
    """The same content is a redelivery; other content goes to quarantine; another message, or a
    row without a key, is an event of its own."""
    rows = [
        message("a", "m1", 0),
        message("b", "m1", 0, sync=5),
        message("c", "m1", 0, "Back", sync=6),
        message("d", "m2", 10, "Back"),
        message("e", None, 20),
        message("f", "", 20, sync=21, EJ_Actor="ann"),
        message("g", "m1", 0, object_id="o2"),
    ]
    for part in [rows] if runs == 1 else [rows[:1], rows[1:]]:
        project.append(part)
        project.run("2026-01-01T01:00:00")
    assert [id for id, _ in timeline(project)] == ["a", "g", "d", "e", "f"]
    assert quarantined(project) == [("c", "ConflictingDuplicate")]
    assert project.rows(
        "select WI_RowVersion as n from case_workflow_instance where WI_ObjectID = 'o1'"
    ) == [{"n": 3}]
    before = {
        model: project.rows(f"from case_{model}")
        for model in ("timeline", "quarantine", "sla_cycle")
    }
    project.run("2026-01-01T01:00:00")
    assert {model: project.rows(f"from case_{model}") for model in before} == before
    assert same_as_full_refresh(project, "2026-01-01T01:00:00") == {}


def test_without_the_option_the_event_id_alone_tells_events_apart(project: DbtProject) -> None:
    project.configure(CONFIG, snapshot())
    project.append([message("a", "m1", 0), message("b", "m1", 0, "Back", sync=5)])
    project.run("2026-01-01T01:00:00")
    assert [id for id, _ in timeline(project)] == ["a", "b"] and quarantined(project) == []
    assert "TL_MessageKey" not in project.rows("from case_timeline")[0]


@pytest.mark.parametrize("content", ["Go", "Back"])
@pytest.mark.parametrize("killed", [False, True])
def test_an_older_delivery_through_another_journal_takes_the_place_of_the_held_one(
    project: DbtProject, content: str, killed: bool
) -> None:
    """The replaced row is far behind its own journal's watermark, and goes to quarantine if its
    content differs.
    """
    with project.connect() as connection:
        connection.execute("create table raw.station as from raw.event_journal")
    project.configure(configured(tables=("event_journal", "station")), snapshot())
    project.append([message("b", "m1", 100), message("z", "m9", 600, object_id="o9")])
    project.run("2026-01-01T11:00:00")
    project.append([message("a", "m1", 100, content, sync=80)], "station")
    if killed:
        project.run("2026-01-01T11:00:00", "--select", "case_timeline")
    project.run("2026-01-01T11:00:00")
    assert [id for id, _ in timeline(project)] == ["a", "z"]
    assert quarantined(project) == ([("b", "ConflictingDuplicate")] if content == "Back" else [])
    assert same_as_full_refresh(project, "2026-01-01T11:00:00") == {}


def test_a_refused_row_leaves_the_quarantine_when_its_content_turns_out_to_be_first(
    project: DbtProject,
) -> None:
    project.append([message("b", "m1", 10, "Go", sync=20), message("c", "m1", 10, "Back", sync=30)])
    project.run("2026-01-01T00:40:00")
    assert quarantined(project) == [("c", "ConflictingDuplicate")]
    project.append([message("a", "m1", 10, "Back", sync=15)])
    project.run("2026-01-01T00:50:00")
    assert [id for id, _ in timeline(project)] == ["a"]
    assert quarantined(project) == [("b", "ConflictingDuplicate")]
    assert same_as_full_refresh(project, "2026-01-01T00:50:00") == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [([], SOURCE), (SOURCE, []), (SOURCE, ["EJ_CorrelationID"])],
    ids=["on", "off", "by other columns"],
)
def test_turned_on_or_off_it_asks_for_a_full_refresh(
    project: DbtProject, before: list[str], after: list[str]
) -> None:
    project.configure(configured(before), snapshot())
    project.append([message("a", "m1", 0), message("b", "m1", 0, sync=5)])
    project.run("2026-01-01T01:00:00")
    project.configure(configured(after), snapshot())
    with pytest.raises(
        RunFailed,
        match=(
            r"journal.deduplicate_on in ozmeta.yml changed after case_timeline read its events.*"
            r" --full-refresh"
        ),
    ):
        project.run("2026-01-01T01:10:00")
    project.run("2026-01-01T01:10:00", "--full-refresh")
    assert len(timeline(project)) == (1 if after == SOURCE else 2)
    project.run("2026-01-01T01:20:00")


def test_turned_on_before_the_first_event(project: DbtProject) -> None:
    """The table has neither the column nor a row: nothing was read in another way."""
    project.configure(CONFIG, snapshot())
    project.run("2026-01-01T00:01:00")
    project.configure(configured(), snapshot())
    project.append([message("a", "m1", 0), message("b", "m1", 0, sync=5)])
    project.run("2026-01-01T01:00:00")
    assert timeline(project) == [("a", 1)]


def test_the_order_of_the_columns_does_not_matter(project: DbtProject) -> None:
    project.append([message("a", "m1", 0)])
    project.run("2026-01-01T01:00:00")
    project.configure(configured(SOURCE[::-1]), snapshot())
    project.run("2026-01-01T01:10:00")


def test_a_journal_without_the_column_stops_the_run(tmp_path: Path) -> None:
    from support.dbt_project_under_test import JOURNAL_COLUMNS

    project = DbtProject(tmp_path, configured(), snapshot())
    project.create_journal(
        {name: type_ for name, type_ in JOURNAL_COLUMNS.items() if name != "EJ_SourceKey"}
    )
    with pytest.raises(
        RunFailed,
        match=(r"has no column for EJ_SourceKey, which journal.deduplicate_on in ozmeta.yml names"),
    ):
        project.run("2026-01-01T01:00:00")


def test_two_messages_under_one_event_id(project: DbtProject) -> None:
    """Among messages that one run reads, the first to arrive has the id. A message that an earlier
    run read keeps it.
    """
    project.append(
        [
            message("a", "m2", 10, "Back", sync=12),
            message("a", "m1", 0, "Go", sync=11),
            message("b", "m2", 10, "Back", sync=13),
        ]
    )
    project.run("2026-01-01T00:20:00")
    assert timeline(project) == [("a", 1)]
    assert quarantined(project) == [("a", "ConflictingDuplicate")]
    project.append([message("a", "m3", 0, "Back", sync=10)])
    project.run("2026-01-01T00:30:00")
    assert timeline(project) == [("a", 1)]
    assert quarantined(project) == [("a", "ConflictingDuplicate")] * 2


def world(chance: random.Random) -> list[dict[str, Any]]:
    """Messages of a few objects, each delivered one to four times under different ids, sometimes
    with other content or without a key.
    """
    rows: list[dict[str, Any]] = []
    for number in range(60):
        object_id, minute = f"o{chance.randrange(6)}", chance.randrange(0, 300)
        key = chance.choice([f"m{number}", f"m{chance.randrange(number + 1)}", None, ""])
        for copy_no in range(chance.choice([1, 1, 2, 3, 4])):
            code = (
                chance.choice(["Go", "Back"])
                if chance.random() < 0.3
                else ("Go", "Back")[number % 2]
            )
            columns = {
                "object_id": object_id,
                "EJ_SourceSystem": chance.choice(["crm", "crm", "erp"]),
                "EJ_Sequence": chance.choice([None, number]),
            }
            row = message(
                f"e{number}.{copy_no}",
                key,
                minute,
                code,
                sync=minute + chance.randrange(0, 90),
                **columns,
            )
            rows += [row] * chance.choice([1, 1, 1, 2])  # a delivery under the same id
    return rows


@pytest.mark.parametrize("number", range(4))
def test_random_messages(tmp_path: Path, number: int) -> None:
    """In batches, and in any order within the lookback, the rows equal the reference and a full
    refresh. A second run changes nothing.
    """
    chance = random.Random(number)
    rows = [dict.fromkeys(ref.EJ) | row for row in world(chance)]
    project = DbtProject(tmp_path, configured(lookback_minutes=100_000), snapshot())
    project.create_journal()
    last = "2026-01-02T00:00:00"
    binding = {
        "name": "Case",
        "object_types": ["Case", "CA"],
        "tenant_in_key": True,
        "needs_tenant": True,
        "policy": "last_writer_wins",
        "auto_close": True,
        "stream": "EJ_SourceSystem",
        "severities": {},
        "deduplicate_on": SOURCE,
        "slas": [],
        "workflow": {
            "id": "w",
            "start": "Open",
            "states": ["Busy", "Open"],
            "terminal": [],
            "transitions": [
                {
                    "code": "Go",
                    "from": "Open",
                    "to": "Busy",
                    "enabled": True,
                    "events": [],
                    "actions": [],
                },
                {
                    "code": "Back",
                    "from": "Busy",
                    "to": "Open",
                    "enabled": True,
                    "events": [],
                    "actions": [],
                },
            ],
        },
    }
    chance.shuffle(rows)
    cuts = sorted(chance.sample(range(len(rows)), 3))
    for begin, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        load(project, rows[begin:end])
        project.run(last)
    expected = ref.fold(rows, binding, dt.datetime.fromisoformat(last))

    def shown(found: list[dict[str, Any]], columns: tuple[str, ...]) -> list[str]:
        return sorted(str([row[c] for c in columns]) for row in found)

    columns = (
        "EJ_ID",
        "EJ_ObjectID",
        "TL_Position",
        "TL_FromState",
        "TL_ToState",
        "TL_RowVersion",
        "TL_Anomaly",
        "_SyncDate",
    )
    assert shown(project.rows("from case_timeline"), columns) == shown(
        expected["timeline"], columns
    )
    assert shown(project.rows("from case_quarantine where _DeleteDate is null"), SHOWN) == shown(
        expected["quarantine"], SHOWN
    )
    states = ("WI_ObjectID", "WS_CurrentCode", "WI_RowVersion", "WI_ID")
    assert shown(
        project.rows("from case_workflow_instance where _DeleteDate is null"), states
    ) == shown(expected["workflow_instance"], states)
    before = project.rows("from case_timeline order by _Key")
    project.run(last)
    assert project.rows("from case_timeline order by _Key") == before
    assert same_as_full_refresh(project, last) == {}
    assert json.dumps(sorted(row["EJ_ID"] for row in before)) == json.dumps(
        sorted(row["EJ_ID"] for row in project.rows("from case_timeline"))
    )
