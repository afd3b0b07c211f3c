"""benchmarks/: what the journal is said to be, it is; and the targets are judged as the numbers
say.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import journal
import report

EVENTS = 40_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder = tmp_path_factory.mktemp("journals")
    connection = duckdb.connect()
    for name, events, types in (
        ("longer", EVENTS, 1),
        ("shorter", EVENTS // 2, 1),
        ("mixed", EVENTS, 4),
    ):
        journal.write(folder / f"{name}.duckdb", events, types)
        connection.execute(f"attach '{folder / name}.duckdb' as {name} (read_only)")
    return connection


def one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[object, ...]:
    return connection.execute(query).fetchone()


def test_a_journal_is_the_beginning_of_a_longer_one(made: duckdb.DuckDBPyConnection) -> None:
    assert one(made, "select count(*) from longer.raw.event_journal") == (EVENTS,)
    assert one(
        made,
        "select count(*) from (from shorter.raw.event_journal except all from (from"
        f" longer.raw.event_journal order by _SyncDate, EJ_ID limit {EVENTS // 2}))",
    ) == (0,)


def test_increments_follow_in_batches(made: duckdb.DuckDBPyConnection) -> None:
    batches = made.execute(
        "select batch, count(*), min(_SyncDate) > (select max(_SyncDate) from"
        " longer.raw.event_journal) from longer.raw.arriving group by 1 order by 1"
    ).fetchall()
    assert batches == [(batch, journal.BATCH, True) for batch in range(1, journal.BATCHES + 1)]


def test_shares(made: duckdb.DuckDBPyConnection) -> None:
    late, twice, tenants, size = one(
        made,
        """
        select avg(case when EJ_SourceSystem <> 'app' then 1.0 else 0 end), 1 - count(distinct
            EJ_ID) / count(*), count(distinct _TenantID), avg(length(EJ_Payload))
        from (from longer.raw.event_journal union all select * exclude (batch) from
            longer.raw.arriving)
        where EJ_EventTimeUTC < (select max(_SyncDate) - interval 3 day from longer.raw.arriving)
            -- of later events, some have not arrived
    """,
    )
    assert (late, twice, tenants) == (
        pytest.approx(0.05, abs=0.005),
        pytest.approx(0.01, abs=0.002),
        20,
    )
    assert 230 < size < 300
    assert one(
        made,
        "select count(distinct EJ_ObjectType), count(distinct split_part(EJ_EventType, '.', 1))"
        " from mixed.raw.event_journal where EJ_EventType not like 'Escalation.%'",
    ) == (8, 4)


def found(**seconds: list[float]) -> report.Measured:
    runs = [
        {
            "what": what,
            "events": 10,
            "sql": value,
            "objects": 9,
            "late": 1,
            "ticked": 400,
            "open": 1000,
        }
        for what, values in seconds.items()
        for value in values
    ]
    return report.Measured({"facts": {"main": 10, "sizes": [10]}, "runs": runs})


def test_a_ratio_is_the_median_of_the_turns() -> None:
    assert found(full=[2, 9, 4], floor=[1, 3, 1]).ratio(("full", 10), ("floor", 10)) == 3
    assert (
        found(full=[2, 9], floor=[1, 3, 1]).ratio(("full", 10), ("floor", 10)) == 5.5
    )  # no turns: of the medians
    assert found(full=[2]).ratio(("full", 10), ("floor", 10)) is None


def test_what_was_not_measured_is_not_met() -> None:
    lines = [
        line
        for line in report.markdown(
            report.Measured(
                {
                    "facts": {
                        "main": 10,
                        "sizes": [10],
                        "cores": 2,
                        "duckdb": "",
                        "dbt": "",
                        "python": "",
                        "repetitions": 1,
                        "memory": None,
                    },
                    "runs": [],
                }
            )
        ).splitlines()
        if "at most" not in line
    ]
    assert sum("not measured" in line for line in lines) == len(report.targets(found()))
    reached = {
        most: value
        for _, most, value in report.targets(found(full=[3, 3], floor=[1, 1], naive=[10, 10]))
    }
    assert reached[3.0] == 3 and reached[0.25] == 0.3
