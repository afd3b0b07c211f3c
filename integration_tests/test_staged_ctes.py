"""CTEs that T-SQL writes into tables first (macros/cross_db/ctes.sql), on DuckDB: the project of
these tests lets DuckDB do as T-SQL does, and every table has the same rows as without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from engines.base import Worker
from engines.differing import differing
from engines.duckdb import DuckDB
from engines.scenarios import SCENARIOS, Scenario, Step
from support.small_case import CONFIG, event, snapshot


class Staging(DuckDB):
    """Also writes down which CTEs were written into tables."""

    overrides: ClassVar[dict[str, str]] = {
        "duckdb__materialize_cte(cte, keyword)": (
            "{{ ozmeta_runtime.sqlserver__materialize_cte(cte, keyword) }}"
        ),
        "duckdb__model_query(query)": "{{ ozmeta_runtime.sqlserver__model_query(query) }}",
        "duckdb__drop_staged_ctes(relations)": (
            "{%- do ozmeta_runtime.sqlserver__drop_staged_ctes(relations) -%}"
        ),
        "duckdb__storage(model)": (
            "{%- do return(dict(ozmeta_runtime.sqlserver__storage(model),"
            " incremental_strategy='delete+insert')) -%}"
        ),
        "duckdb__create_staged_cte(table, ctes, cte)": (
            "{{ ozmeta_runtime.default__create_staged_cte(table, ctes, cte) }};"
            " create sequence if not exists main.numbers;"
            " create table if not exists main.written_down"
            " (number bigint, model varchar, cte varchar, rows bigint);"
            " insert into main.written_down select nextval('main.numbers'),"
            " '{{ this.identifier }}', '{{ cte }}', (select count(*) from {{ table }})"
        ),
    }


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    with DuckDB().session(tmp_path_factory.mktemp("plain")) as worker:
        yield worker


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    with Staging().session(tmp_path_factory.mktemp("staging")) as worker:
        yield worker


def tables_left(worker: Worker) -> set[str]:
    rows = worker.rows(
        "select table_name from information_schema.tables where contains(table_name, '__ozmeta_')"
    )
    return {name for (name,) in rows}


def written_down(worker: Worker, model: str) -> list[str]:
    """Which CTEs of a model were written into tables and had rows, in order."""
    rows = worker.rows(
        f"select cte from main.written_down where model = '{model}' group by cte"
        " having max(rows) > 0 order by min(number)"
    )
    return [cte for (cte,) in rows]


def same_rows(scenario: str | Callable[[], Scenario], folder: Path, *workers: Worker) -> None:
    make = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
    plays = [make().play(worker, folder / str(n)) for n, worker in enumerate(workers)]
    for (step, here), (_, there) in zip(*plays, strict=True):
        assert not differing(here, there), f"{step}\n" + "\n".join(differing(here, there))
        assert any(here.values()) and tables_left(workers[1]) == set()


@pytest.mark.parametrize("name", ["levels1", "signals", "histories"])
def test_the_same_rows(name: str, plain: Worker, staging: Worker, tmp_path: Path) -> None:
    same_rows(name, tmp_path, plain, staging)


def test_each_kind_of_cte_was_written(staging: Worker) -> None:
    """By the test above."""
    models = staging.rows("select distinct model from main.written_down")
    found = {
        kind: {
            cte for (name,) in models if name.endswith(kind) for cte in written_down(staging, name)
        }
        for kind in ("timeline", "sla_cycle", "escalation_queue", "runtime_signal")
    }
    assert found == {
        "timeline": {"typed", "arrived", "placed", "positioned", "offers"},
        "sla_cycle": {
            *("marked_events", "decided_events", "marks", "steps", "asked", "crossed"),
            "scheduled",
        },
        "escalation_queue": {"keyed"},
        "runtime_signal": {"keyed", "existing_signals"},
    }


ODD = "Busy') /* staged: marks */ [\" -- ("


def small() -> Scenario:
    """One SLA, in two runs. The rule that starts it names a state with an awkward name."""
    steps = [
        Step("2026-01-01T02:00:00", [event("a", 0), event("b", 10, "Go")]),
        Step("2026-01-01T03:00:00", [event("c", 150, "Back")]),
    ]
    return Scenario("small", CONFIG, steps, snapshot(second=ODD))


def test_metadata_may_look_like_sql(plain: Worker, staging: Worker, tmp_path: Path) -> None:
    same_rows(small, tmp_path, plain, staging)
    assert written_down(staging, "case_sla_cycle") == ["marked_events", "marks"]


@pytest.fixture
def built(staging: Worker, tmp_path: Path) -> Path:
    """The small project after its first run; the folder."""
    staging.execute(["drop schema if exists oz_small cascade"])
    staging.execute(["drop schema if exists oz_small_raw cascade"])
    scenario = small()
    scenario.steps.pop()
    list(scenario.play(staging, tmp_path / "small"))
    return tmp_path / "small"


def test_compiled_sql_runs_by_itself(staging: Worker, built: Path) -> None:
    staging.dbt("compile", "--full-refresh", as_of="2026-01-01T02:30:00")
    for model in ("timeline", "sla_cycle"):
        (file,) = built.glob(f"target/compiled/under_test/models/**/case_{model}.sql")
        sql = file.read_text("utf-8")
        assert "/* staged: " in sql and "__ozmeta_" not in sql
        staging.rows(f"select count(*) from ({sql}) as compiled")
    assert tables_left(staging) == set()


def test_tables_of_a_run_that_was_not_complete_are_dropped(staging: Worker, built: Path) -> None:
    staging.dbt("run", "--full-refresh", "--select", "case_timeline", as_of="2026-01-01T02:30:00")
    assert tables_left(staging) == {f"case_timeline__ozmeta_{n}" for n in (1, 2, 3, 4)}
    staging.execute(["create or replace table oz_small.case_sla_cycle__ozmeta_1 as select 1 as a"])
    staging.dbt("run", "--full-refresh", as_of="2026-01-01T02:30:00")
    assert tables_left(staging) == set()
