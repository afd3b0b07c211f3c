"""The demo's journal: increments give what a full refresh gives, nothing is lost, and the generated
tests pass.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from ozmeta_dbt.demo import load_journal, write_journal, write_project
from ozmeta_dbt.demo.desks import DESKS
from ozmeta_dbt.demo.events import CASES, END, NEW_CONTRACT, journals
from ozmeta_dbt.demo.project import connect, dbt
from ozmeta_dbt.demo.questions import QUESTIONS
from ozmeta_dbt.demo.station import bring_home
from ozmeta_dbt.project import write_models
from support.dbt_project_under_test import MODELS, PACKAGE, differences

BINDINGS = {
    "case": MODELS,
    "invoice": (*MODELS, "approval_event", "approval_step", "approval_instance"),
    "ticket": MODELS,
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo after a first load and three refreshes. Then a full refresh of the same journal,
    next to the result of the increments.
    """
    folder = tmp_path_factory.mktemp("demo") / "project"
    write_project(folder, PACKAGE)
    events, van = journals(6000)
    write_journal(folder, events)
    write_models(folder)
    dbt(folder, "deps")
    for days_left in (20, 7, 1, 0):
        until = END - dt.timedelta(days=days_left)
        load_journal(folder, until)
        if until == END:
            assert bring_home(folder, van, END).appended == len(van) > 0
        dbt(folder, "run", as_of=until)
    dbt(folder, "test", as_of=END)
    with connect(folder) as connection:
        connection.execute("create schema increments")
        for binding in BINDINGS:
            for model in BINDINGS[binding]:
                connection.execute(
                    f"create table increments.{binding}_{model} as from main.{binding}_{model}"
                )
    dbt(folder, "run", "--full-refresh", as_of=END)
    return folder


def rows(demo: Path, sql: str) -> list[dict[str, Any]]:
    with connect(demo) as connection:
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def answer(demo: Path, name: str) -> list[dict[str, Any]]:
    return rows(demo, next(q.text for q in QUESTIONS if q.name == name))


@pytest.mark.parametrize("question", [q.name for q in QUESTIONS])
def test_every_question_has_an_answer(demo: Path, question: str) -> None:
    assert answer(demo, question)


def test_a_first_response_is_due_in_the_hours_of_its_desk(demo: Path) -> None:
    """The due time also follows the contract of the day on which the timer started."""
    found = rows(
        demo, "select * from case_sla_cycle where SL_Code = 'FirstResponse' and _DeleteDate is null"
    )
    seen = set()
    for cycle in found:
        desk = DESKS[cycle["OF_Team"] or "Berlin"]
        hours = 4 if cycle["ST_StartUTC"] < NEW_CONTRACT else 2
        assert cycle["ST_DueUTC"] == desk.after(cycle["ST_StartUTC"], hours), cycle
        seen.add((cycle["ST_Calendar"], cycle["ST_PolicyVersion"]))
    assert seen == {
        (calendar, f"{age} contract")
        for calendar in ("BerlinDesk", "NewYorkDesk")
        for age in ("old", "new")
    }


def test_a_priority_that_changes_changes_the_target(demo: Path) -> None:
    targets = {name: round(case.target * 60) for name, case in CASES.items()}
    found = rows(
        demo,
        "select OF_Priority, ST_TargetMinutes, count(*) as cycles from case_sla_elapsed where"
        " SL_Code = 'Resolve' group by all",
    )
    changed = [row for row in found if row["ST_TargetMinutes"] != targets[row["OF_Priority"]]]
    assert {row["ST_TargetMinutes"] for row in found} == set(targets.values())
    assert {row["OF_Priority"] for row in changed} >= {"High", "Normal", "Low"}


def test_the_clock_of_a_case_is_paused_while_the_customer_is_asked(demo: Path) -> None:
    paused = answer(demo, "paused")
    waiting = rows(
        demo,
        "select _TenantID, WI_ObjectID from case_workflow_instance where WS_CurrentCode ="
        " 'WaitingCustomer' and _DeleteDate is null",
    )
    assert {row["because"] for row in paused} == {"WaitingCustomer"}
    assert {(row["tenant"], row["object"]) for row in paused} == {
        tuple(row.values()) for row in waiting
    }
    running = {(row["tenant"], row["object"]) for row in answer(demo, "due_next")}
    assert running and not running & {(row["tenant"], row["object"]) for row in paused}


def test_an_acknowledgement_stops_the_ladder(demo: Path) -> None:
    ladder = answer(demo, "escalation_ladder")
    assert [row["level"] for row in ladder] == [1, 2, 3]
    assert 0 < ladder[2]["raised"] <= ladder[1]["raised"] - ladder[2]["stopped_by_acknowledgement"]
    assert ladder[2]["stopped_by_acknowledgement"] > 0
    (late,) = rows(
        demo,
        "select count(*) as cases from case_sla_elapsed where SL_Code = 'Resolve' and"
        " ST_Outcome = 'Missed'",
    )
    assert late["cases"] == ladder[1]["raised"]


def test_every_case_is_in_one_team_and_priority(demo: Path) -> None:
    by_team = answer(demo, "resolution_by_team")
    (every,) = rows(
        demo,
        "select count(*) filter (ST_Outcome = 'Met') as in_time,"
        " count(*) filter (ST_Outcome = 'Missed') as late,"
        " count(*) filter (ST_StopUTC is null) as open,"
        " count(*) filter (ST_IsPaused) as paused"
        " from case_sla_elapsed where SL_Code = 'Resolve'",
    )
    assert {name: sum(row[name] for row in by_team) for name in every} == every
    places = [(row["team"], list(CASES).index(row["priority"])) for row in by_team]
    assert places == sorted(places) and len(set(places)) == len(DESKS) * len(CASES)


@pytest.mark.parametrize("binding", BINDINGS)
def test_increments_give_what_a_full_refresh_gives(demo: Path, binding: str) -> None:
    with connect(demo) as connection:
        assert differences("increments", "main", connection, binding, BINDINGS[binding]) == {}
        assert connection.execute(f"select count(*) from {binding}_sla_cycle").fetchone()[0] > 100


def test_approvals_of_every_outcome(demo: Path) -> None:
    with connect(demo) as connection:
        outcomes = dict(
            connection.execute(
                "select AP_Outcome, count(*) from approval_step group by 1"
            ).fetchall()
        )
        assert outcomes.keys() == {"Waiting", "Pending", "Approved", "Withdrawn", "Skipped"}
        assert (
            connection.execute(
                "select count(*) from approval_step where AP_OutOfTurn > 0"
            ).fetchone()[0]
            > 0
        )


def test_a_full_refresh_keeps_what_was_retracted(demo: Path) -> None:
    before, after = (
        [
            row
            for binding in BINDINGS
            for row in rows(
                demo,
                f"select _Key, EQ_Status, EQ_Notes from {schema}.{binding}_escalation_queue where"
                " _DeleteDate is not null order by 1",
            )
        ]
        for schema in ("increments", "main")
    )
    assert before == after and before


def test_what_the_van_brought_home_is_folded_in(demo: Path) -> None:
    assert len(answer(demo, "back_from_the_road")) == len(journals(6000)[1])


def test_no_journal_row_is_lost(demo: Path) -> None:
    """Every distinct row is the timeline's row of its id, or in quarantine (SPEC 9.6). All rows
    have bound types.
    """
    with connect(demo) as connection:
        content = connection.execute(
            "select count(*) from (select distinct * exclude (_SyncDate) from raw.event_journal)"
        ).fetchone()[0]
        kept = connection.execute(
            "select (select count(*) from timeline) + (select count(distinct QR_ContentHash) from ("
            + " union all ".join(f"select QR_ContentHash from {b}_quarantine" for b in BINDINGS)
            + "))"
        ).fetchone()[0]
        assert content == kept
