"""SQL of engines that no test runs, rendered without a server: roll-ups and indexes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import sqlglot
from support.rendered_macros import ENGINES, CrossDbMacros

MACROS = Path(__file__).parent.parent / "macros"
ROLLUP = [
    MACROS / "models/signal_rollup.sql",
    MACROS / "models/rollup.sql",
    MACROS / "run/check_arguments.sql",
    MACROS / "run/unlimited_relation.sql",
    MACROS / "run/is_limited_relation.sql",
]
READ = {"sqlserver": "tsql", "fabric": "fabric"}


def signal_rollup(engine: str, types: list[dict], seed: str | None) -> str:
    package = CrossDbMacros(engine, *ROLLUP)
    return package.signal_rollup(["RS_SignalCode"], ["a_signal", "b_signal"], types, seed)


@pytest.mark.parametrize("seed", [None, "signal_type"])
@pytest.mark.parametrize("types", [[], [{"code": "it's", "retention_days": 5}]])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_roll_up_of_signals_is_sql(engine: str, types: list[dict], seed: str | None) -> None:
    sql = signal_rollup(engine, types, seed)
    tree = sqlglot.parse_one(sql, read=READ.get(engine, engine))
    assert tree.named_selects == ["RS_SignalCode", "RS_Description", "RS_RetentionDays"]


def test_a_signal_of_an_unknown_type_has_no_description() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table a_signal as select unnest(['Known', 'Mine', 'Unknown']) as RS_SignalCode;"
            "create table b_signal as select * from a_signal where false;"
            "create table signal_type as"
            " select 'Known' as code, 'Text' as description, 9 as default_retention_days"
        )
        sql = signal_rollup("duckdb", [{"code": "Mine", "retention_days": 5}], "signal_type")
        found = connection.execute(f"select * from ({sql}) order by 1").fetchall()
    assert found == [("Known", "Text", 9), ("Mine", None, 5), ("Unknown", None, None)]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_index_of_a_template_adds_nothing_where_there_are_no_indexes(engine: str) -> None:
    package = CrossDbMacros(engine)
    layout = package.storage("workflow_instance")
    made = package.storage("workflow_instance", [{"columns": ["WS_CurrentCode"]}])
    assert "incremental_strategy" in layout
    assert (made != layout) == (engine in ("duckdb", "postgres"))
    if engine in READ:
        assert "indexes" not in made
