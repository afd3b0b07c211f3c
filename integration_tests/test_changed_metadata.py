"""Metadata and ozmeta.yml that change between two runs. A change that the tables cannot follow
stops the run with a message. All other changes give the same tables as a full refresh (SPEC 8,
9.1).
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from support.dbt_project_under_test import DbtProject, RunFailed
from support.small_case import CONFIG, event, meta, same_as_full_refresh


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    """60 minutes on Busy, warned at 30, each with an escalation; every Go raises one of its own."""
    project = DbtProject(tmp_path, CONFIG, meta())
    project.create_journal()
    return project


def configured(**journal: Any) -> dict[str, Any]:
    config = copy.deepcopy(CONFIG)
    config["journal"] |= journal
    return config


def by_field(ref: str) -> dict[str, Any]:
    changed = meta()
    changed["objects"]["runtime"]["slaBindings"][0]["startRule"]["expr"] = {
        "op": "eq",
        "args": [{"ref": ref}, {"lit": "big"}],
    }
    return changed


def test_a_rule_that_reads_another_field_of_the_same_column(project: DbtProject) -> None:
    """`object.A_B` and `object.A.B` are both PL_object_A_B if only one of them is used."""
    project.configure(CONFIG, by_field("object.A_B"))
    project.append(
        [event("a", 0, EJ_Payload=json.dumps({"object": {"A_B": "small", "A.B": "big"}}))]
    )
    project.run("2026-01-01T00:10:00")
    project.configure(CONFIG, by_field("object.A.B"))
    with pytest.raises(
        RunFailed, match=r"now uses the payload field object[.]A[.]B[.] .* Run .* --full-refresh"
    ):
        project.run("2026-01-01T00:20:00")
    project.run("2026-01-01T00:20:00", "--full-refresh")
    assert len(project.rows("from case_sla_timer")) == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"EJ_Actor": "EJ_CorrelationID"},
        {"EJ_Sequence": None},
        {"EJ_Payload": "EJ_SourceKey"},
        {"_SyncDate": None},
    ],
    ids=str,
)
def test_columns_that_are_mapped_otherwise(
    project: DbtProject, columns: dict[str, str | None]
) -> None:
    """Rows that are read from now on would have the new mapping, and earlier rows the old one."""
    project.append([event("a", 0, "Go", EJ_Actor="ann", EJ_CorrelationID="c")])
    project.run("2026-01-01T00:10:00")
    project.configure(configured(columns=columns), meta())
    with pytest.raises(
        RunFailed,
        match=(
            r"journal.columns in ozmeta.yml, or the type of EJ_EventTimeUTC, changed after"
            r" case_timeline read the rows of ops.event_journal. Run once with --full-refresh"
        ),
    ):
        project.run("2026-01-01T00:20:00")
    project.configure(CONFIG, meta())
    project.run("2026-01-01T00:20:00")
    project.configure(configured(columns=columns), meta())
    project.run("2026-01-01T00:20:00", "--full-refresh")
    if "EJ_Actor" in columns:
        assert project.rows("select EJ_Actor from case_timeline") == [{"EJ_Actor": "c"}]


def test_a_journal_that_goes(project: DbtProject) -> None:
    """A journal that never had a row of the binding may be removed. The tables have events of the
    other one.
    """
    journals = [
        {"name": "ops", "schema": "raw", "table": table}
        for table in ("event_journal", "station", "silent")
    ]
    several = {**CONFIG, "journal": {"sources": journals}}
    with project.connect() as connection:
        for table in ("station", "silent"):
            connection.execute(f"create table raw.{table} as from raw.event_journal limit 0")
    project.configure(several, meta())
    project.append([event("a", 0, "Go")])
    project.append([event("b", 5, "Back")], "station")
    project.run("2026-01-01T00:10:00")
    project.configure({**CONFIG, "journal": {"sources": journals[:2]}}, meta())
    project.run("2026-01-01T00:20:00")
    project.configure(CONFIG, meta())
    with pytest.raises(
        RunFailed,
        match=(
            r"case_timeline has events of the journal ops.station, which ozmeta.yml no longer"
            r" names. Add it again, or run once with --full-refresh"
        ),
    ):
        project.run("2026-01-01T00:30:00")
    project.configure({**CONFIG, "journal": {"sources": journals[:2]}}, meta())
    project.run("2026-01-01T00:30:00")
    assert project.rows("select EJ_ID from case_timeline order by 1") == [
        {"EJ_ID": "a"},
        {"EJ_ID": "b"},
    ]
    project.configure(CONFIG, meta())
    project.run("2026-01-01T00:30:00", "--full-refresh")
    assert project.rows("select EJ_ID from case_timeline") == [{"EJ_ID": "a"}]


def test_a_mirror_that_was_off_for_a_while(project: DbtProject) -> None:
    """It has the rows that arrived meanwhile, each once, even those from before the lookback."""
    for as_of, mirror, row in [
        ("00:10", True, event("a", 0, "Go")),
        ("01:50", False, event("b", 100, "Back")),
        ("05:10", False, event("c", 300, "Go", "o2")),
        ("06:50", True, event("d", 400, "Go", "o3")),
    ]:
        project.configure(configured(mirror=mirror), meta())
        project.append([row])
        project.run(f"2026-01-01T{as_of}:00")
    assert project.rows(
        "select EJ_ID from case_journal where MJ_Journal <> 'ozmeta_runtime' order by 1"
    ) == [{"EJ_ID": id} for id in "abcd"]


@pytest.mark.parametrize(
    "upto", [["case_timeline", "case_runtime_signal"], ["case_runtime_signal"]], ids=len
)
def test_signals_of_a_run_that_died_by_other_purposes(project: DbtProject, upto: list[str]) -> None:
    """That run knew of no queue, and retracted the signals of the queue's rows. The rows are
    unchanged, so the next run raises the signals again.
    """
    project.append([event("a", 0, "Go"), event("d", 0, "Go", "o2")])
    project.run("2026-01-01T01:50:00")
    fewer = meta()
    fewer["objects"]["runtime"]["templateBindings"] = [
        {"bindingId": "b", "purpose": "SlaTracking", "targetLayer": "Lakehouse"}
    ]
    project.configure(CONFIG, fewer)
    project.append([event("n", 165, "Go", "o7")])
    project.run("2026-01-01T02:50:00", "--select", *upto)
    project.configure(CONFIG, meta())
    project.run("2026-01-01T03:00:00")
    standing = (
        "from (select *, row_number() over (partition by _SignalKey order by RS_Number desc) as"
        " newest from case_runtime_signal) where newest = 1 and RS_Kind = 'Raised' and"
        " RS_SignalCode = 'Escalation.Raised'"
    )
    assert project.rows(f"select RS_SubjectKey as key {standing} order by 1") == project.rows(
        "select _Key as key from case_escalation_queue where _DeleteDate is null order by 1"
    )
    assert same_as_full_refresh(project, "2026-01-01T03:00:00") == {}


def test_a_request_taken_back_after_its_step_was_renamed(project: DbtProject) -> None:
    """The log's row has the name that the step had then."""

    def flow(first: str) -> dict[str, Any]:
        changed = meta()
        objects, runtime = changed["objects"], changed["objects"]["runtime"]
        pack = objects["workflows"][0]
        parts = {
            name: [row | {"workflowId": "w"} for row in pack[name]]
            for name in ("states", "transitions")
        }
        objects["workflows"] = {
            "workflows": [pack["workflow"]],
            **parts,
            "approvalFlows": [{"id": "F", "code": "F"}],
        }
        runtime["bindings"][0]["approvalFlowId"] = "F"
        runtime["approvalSteps"] = [
            {
                "id": f"F{order}",
                "approvalFlowId": "F",
                "order": order,
                "code": code,
                "rule": {"quorum": 1},
            }
            for order, code in enumerate((first, "Two"), 1)
        ]
        return changed

    def request(id: str, minute: int, object_id: str = "o1", **columns: Any) -> dict[str, Any]:
        return event(
            id,
            minute,
            object_id=object_id,
            EJ_EventType="Approval.Requested",
            EJ_Actor="ann",
            **columns,
        )

    project.configure(CONFIG, flow("One"))
    project.append(
        [
            request("r", 20),
            request("q", 3, "o3"),
            *(
                event(f"{o} {minute}", minute, code, o)
                for o in ("o2", "o3")
                for minute, code in ((0, "Go"), (1, "Back"))
            ),
        ]
    )
    project.run("2026-01-01T00:30:00")
    project.configure(CONFIG, flow("Uno"))
    project.run("2026-01-01T01:00:00", vars={"ozmeta_correction": ["F"]})
    project.append(
        [request("r0", 10, _SyncDate=dt.datetime(2026, 1, 1, 1, 20))]
    )  # opened the round before r did
    project.run("2026-01-01T01:30:00")
    said = project.rows(
        "select RS_CausingEventID as id, RS_Kind as kind from case_runtime_signal where"
        " RS_SignalCode = 'Approval.Requested' and RS_ObjectID = 'o1' order by RS_NoticedUTC, 1"
    )
    assert [(row["id"], row["kind"]) for row in said] == [
        ("r", "Raised"),
        ("r", "Retracted"),
        ("r0", "Raised"),
    ]
    assert [
        row["RS_Kind"]
        for row in project.rows(
            "from case_runtime_signal where RS_SignalCode = 'Approval.Requested' and RS_ObjectID ="
            " 'o3'"
        )
    ] == ["Raised"]
