"""The demo's journal: increments give what a full refresh gives, nothing is lost, and the generated
tests pass.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from ozmeta_dbt.demo import load_journal, write_journal, write_project
from ozmeta_dbt.demo.events import END, journals
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
    """The demo after a first load and three refreshes; then the same journal by a full refresh,
    beside what the increments left.
    """
    folder = tmp_path_factory.mktemp("demo") / "project"
    write_project(folder, PACKAGE)
    rows, van = journals(6000)
    write_journal(folder, rows)
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
        assert connection.execute(
            next(q.text for q in QUESTIONS if q.name == "approvals_waiting")
        ).fetchall()


def test_a_full_refresh_keeps_what_was_retracted(demo: Path) -> None:
    with connect(demo) as connection:
        retracted = (
            "select _Key, EQ_Status, EQ_Notes from {}.case_escalation_queue where _DeleteDate is"
            " not null order by 1"
        )
        before, after = (
            connection.execute(retracted.format(schema)).fetchall()
            for schema in ("increments", "main")
        )
        assert before == after and before


def test_what_the_van_brought_home_is_folded_in(demo: Path) -> None:
    with connect(demo) as connection:
        assert len(
            connection.execute(
                next(q.text for q in QUESTIONS if q.name == "back_from_the_road")
            ).fetchall()
        ) == len(journals(6000)[1])


def test_no_journal_row_is_lost(demo: Path) -> None:
    """Every distinct row, all being of bound types, is the timeline's row of its id, or one of the
    quarantine (SPEC 9.6).
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
