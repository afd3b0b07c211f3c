"""benchmarks/bigquery_bytes.py: which columns and partitions a statement is billed for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
from bigquery_bytes import (
    BATCH,
    Cell,
    Recorded,
    Simulation,
    Table,
    billed,
    by_model,
    layout,
    reads,
    tables,
)

# Three buckets of 1,000 rows, and 10 rows in the last one that this run wrote.
CELLS = (
    Cell(1000, {"_bucket": (1, 1), "_batch": (1, BATCH)}),
    Cell(1000, {"_bucket": (2, 2), "_batch": (1, BATCH)}),
    Cell(1000, {"_bucket": (3, 3), "_batch": (1, BATCH)}),
    Cell(10, {"_bucket": (3, 3), "_batch": (BATCH + 1, BATCH + 1)}),
)
WIDTHS = {"_key": 30, "_bucket": 8, "_batch": 8, "code": 5}
EVENTS = Table(WIDTHS, CELLS, frozenset({"_bucket", "_batch"}), "_bucket")
OTHERS = Table({"_key": 20, "code": 7}, (Cell(100),))
KNOWN = {"events": EVENTS, "others": OTHERS}


def size(sql: str) -> float:
    return billed(reads(sql, KNOWN), KNOWN)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select code from db.r.events", 3010 * 5),
        ("select `code`, code from `db`.`r`.`events`", 3010 * 5),
        ("select * from db.r.events", 0),  # no column has a name; the package names its columns
        ("select code from (select * from db.r.events) as e", 3010 * 5),
        ("with e as (select e.* from db.r.events as e) select code from e", 3010 * 5),
        # a column counts once, however often the statement reads it
        ("select code from db.r.events union all select code from db.r.events", 3010 * 5),
        ("select 1 as one from db.r.events where 1 = 0", 0),
        ("select nothing from db.r.unknown", 0),
    ],
)
def test_a_query_pays_for_the_columns_that_it_names(sql: str, expected: float) -> None:
    assert size(sql) == expected


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("_Bucket in (1, 3)", 2010),
        ("_Bucket = 2", 1000),
        ("_Bucket between 2 and 3", 2010),
        ("3 <= _Bucket", 1010),
        ("_Bucket >= 2 and _Bucket < 3", 1000),
        ("(_Bucket = 1 or _Bucket = 2)", 2000),
        ("_Bucket = 1 or code = 'a'", 3010),
        ("_Bucket is null", 0),
        ("_Bucket in (select _Bucket from db.r.touched)", 3010),  # no literals
        ("cast(_Bucket as string) = '1'", 3010),  # hidden by a cast
        ("not _Bucket = 1", 3010),
    ],
)
def test_literals_on_the_partition_column_prune(condition: str, rows: float) -> None:
    assert size(f"select _Bucket, code from db.r.events where {condition}") == rows * (8 + 5)


def test_the_first_cluster_column_prunes_a_query() -> None:
    assert size(f"select _Batch from db.r.events where _Batch > {BATCH}") == 10 * 8


def test_each_use_of_a_table_has_its_own_partitions() -> None:
    sql = (
        "select code from db.r.events where _Bucket = 1 union all"
        " select _Key from db.r.events where _Bucket = 2"
    )
    assert size(sql) == 1000 * (8 + 5) + 1000 * (8 + 30)


def test_a_join_prunes_by_its_own_condition() -> None:
    sql = (
        "select o.code from db.r.others as o"
        " left join db.r.events as e on e._Key = o._Key and e._Bucket = 2"
    )
    assert size(sql) == 100 * (7 + 20) + 1000 * (30 + 8)


MERGE = (
    "merge into `db`.`r`.`events` as DBT_INTERNAL_DEST using (select * from `db`.`r`.`events__tmp`)"
    " as DBT_INTERNAL_SOURCE on ({}(DBT_INTERNAL_SOURCE._Key = DBT_INTERNAL_DEST._Key))"
    " when matched then update set `code` = DBT_INTERNAL_SOURCE.`code`"
)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("", 3010),
        ("DBT_INTERNAL_DEST._Bucket in (2, 3) and ", 2010),
        ("DBT_INTERNAL_SOURCE._Bucket in (2, 3) and ", 3010),
        (f"DBT_INTERNAL_DEST._Batch > {BATCH} and ", 3010),  # clusters do not prune a merge
        ("false and ", 0),
    ],
)
def test_a_merge_pays_for_whole_rows_of_its_target(condition: str, rows: float) -> None:
    assert size(MERGE.format(condition)) == rows * (30 + 8 + 8 + 5)


def test_a_merge_pays_for_its_source() -> None:
    sql = MERGE.format("false and ")
    sql = sql.replace("* from `db`.`r`.`events__tmp`", "code from db.r.others")
    assert size(sql) == 100 * 7


def test_a_view_costs_nothing_to_create() -> None:
    assert size("create or replace view db.r.v as select code from db.r.events") == 0
    assert size("create or replace table db.r.t as (select code from db.r.events)") == 3010 * 5


def test_instants_prune_a_journal() -> None:
    day = 86400.0
    journal = Table(
        {"_syncdate": 8},
        tuple(Cell(100, {"_syncdate": (day * n, day * (n + 1))}) for n in range(10)),
        frozenset({"_syncdate"}),
    )
    known = {"journal": journal}

    def days(condition: str) -> float:
        sql = f"select _SyncDate from db.r.journal where {condition}"
        return billed(reads(sql, known), known) / 800

    assert days("_SyncDate >= timestamp '1970-01-09 00:00:00'") == 3  # a day ends at the next one
    assert days("_SyncDate >= cast('1970-01-10 12:00:00' as timestamp)") == 1
    an_hour_before = (
        "timestamp_micros(unix_micros(cast('1970-01-10 00:30:00' as timestamp)) - 3600000000)"
    )
    assert days(f"(_SyncDate >= {an_hour_before} or _SyncDate is null)") == 2


def test_layouts_are_read_from_the_statement() -> None:
    create = (
        "create or replace table `db`.`r`.`t`\npartition by {}\ncluster by _Batch, _ObjectKey\n"
        "OPTIONS() as (select 1 as x)"
    )
    columns = ("_bucket", "_batch", "_objectkey", "st_nextutc")
    assert layout(create.format("range_bucket(_Bucket, generate_array(0, 2000, 1))"), columns) == (
        "_bucket",
        ["_batch", "_objectkey"],
    )
    assert layout(create.format("timestamp_trunc(st_nextutc, month)"), columns)[0] == "st_nextutc"
    assert layout("create or replace table t OPTIONS() as (select 1 as x)", columns) == (None, [])


def test_shares_of_a_simulated_journal() -> None:
    even = Simulation()
    assert len(even.buckets()) == 1826 and even.objects == 1.25e8
    assert sum(even.shares().values()) == pytest.approx(1)
    assert sum(list(even.shares().values())[-90:]) == pytest.approx(0.95)
    # all 90 young buckets, and 500 objects of any age are in a quarter of the 1,736 others
    assert len(even.touched()) == 524
    few = Simulation(events_per_run=100)  # 59 young buckets, and 5 objects that are old
    assert len(few.touched()) == 64
    fading = Simulation(half_life=30)
    assert sum(fading.shares().values()) == pytest.approx(1)
    assert 90 < len(fading.touched()) < len(even.touched()) / 2


def test_bytes_of_a_run() -> None:
    """The same statements without and with a partition column."""
    simulation = Simulation(events_per_run=100)
    touched = ", ".join(map(str, simulation.touched()))
    widths = {"case_timeline": {"_key": 50.0, "_bucket": 8.0, "_batch": 8.0}}
    merge = (
        "merge into db.r.case_timeline as d using (select * from db.r.new) as s"
        " on (s._Key = d._Key{}) when matched then update set _Key = s._Key"
    )

    def run(create: str, predicate: str) -> float:
        statements = [
            {"state": "first", "model": "case_timeline", "sql": create},
            {"state": "later", "model": "case_timeline", "sql": merge.format(predicate)},
        ]
        found = Recorded(statements, widths)
        known = tables(simulation, widths, found.created(), "case")
        return by_model(found, known)["case_timeline"]["case_timeline, merged"]

    plain = "create or replace table `db`.`r`.`case_timeline` OPTIONS() as (select 1 as x)"
    laid_out = plain.replace(
        " OPTIONS", " partition by range_bucket(_Bucket, generate_array(0, 2000, 1)) OPTIONS"
    )
    assert run(plain, f" and d._Bucket in ({touched})") == pytest.approx(1e9 * 66)
    assert run(laid_out, "") == pytest.approx(1e9 * 66)
    pruned = run(laid_out, f" and d._Bucket in ({touched})")
    assert pruned == pytest.approx(1e9 * 66 * len(simulation.touched()) / 1826, rel=0.001)
