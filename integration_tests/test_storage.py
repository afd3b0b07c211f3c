"""How tables are laid out: each engine's layout names existing columns, Postgres makes the indexes,
and a project may define its own layout.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import support.small_case as small_case
from engines.base import Worker
from engines.scenarios import SCENARIOS
from ozmeta_dbt.models.catalogue import ORDER, VIEWS
from support.dbt_project_under_test import JOURNAL_COLUMNS, DbtProject
from support.rendered_macros import CrossDbMacros

MODELS = [model for model in ORDER if model not in VIEWS]


PACKAGE = CrossDbMacros("duckdb")


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """{model: columns in lower case} on DuckDB, of a binding that has every model except approvals,
    and of the demo's approvals.
    """
    journal = small_case.CONFIG["journal"] | {"mirror": True}
    config = small_case.CONFIG | {"journal": journal, "backlog": True}
    project = DbtProject(tmp_path_factory.mktemp("storage"), config, small_case.emitting())
    project.create_journal()
    project.append([small_case.event("a", 0, "Go")])
    project.run("2026-01-01T01:00:00")
    found: dict[str, set[str]] = {}
    for row in project.rows(
        "select table_name, column_name from information_schema.columns where table_name like"
        " 'case\\_%' escape '\\'"
    ):
        found.setdefault(str(row["table_name"]).removeprefix("case_"), set()).add(
            str(row["column_name"]).lower()
        )
    for model in ("approval_event", "approval_step", "approval_instance"):
        text = (Path(__file__).parent.parent / f"macros/models/{model}.sql").read_text(
            encoding="utf-8"
        )
        found[model] = {
            name.lower()
            for name in re.findall(r"\b(?:as )?(_ObjectKey|A[IPS]_\w+|AF_Code)\b", text)
        } | {"_key", "_batch", "_updatedate", "_bucket"}
    found["history"] = {name.lower() for name in JOURNAL_COLUMNS}
    return found


def named(layout: dict[str, Any]) -> list[str]:
    """The columns that a layout names."""
    names = [name for index in layout.get("indexes", []) for name in index["columns"]]
    for option in ("cluster_by", "liquid_clustered_by", "sort"):
        names += layout.get(option) or []
    names += [layout["partition_by"]["field"]] if "partition_by" in layout else []
    names += [layout["dist"]] if "dist" in layout else []
    statistics = layout.get("tblproperties", {}).get("delta.dataSkippingStatsColumns")
    return names + (statistics.split(",") if statistics else [])


@pytest.mark.parametrize("model", [*MODELS, "history"])
@pytest.mark.parametrize(
    "prefix", ["default", "duckdb", "postgres", "redshift", "bigquery", "databricks", "snowflake"]
)
def test_a_layout_names_columns_that_are_there(
    prefix: str, model: str, columns: dict[str, set[str]]
) -> None:
    layout = getattr(PACKAGE, f"{prefix}__storage")(model)
    assert {name.lower() for name in named(layout)} <= columns[model]
    adapters = (
        {"merge", "append"}
        if prefix in ("redshift", "databricks")
        else {"merge"}
        if prefix in ("bigquery", "default")
        else {"delete+insert", "append"}
    )
    assert layout["incremental_strategy"] in adapters
    assert len(layout.get("cluster_by") or []) <= 4


@pytest.mark.parametrize(
    ("prefix", "added"),
    [
        ("default", None),
        ("redshift", None),
        ("duckdb", [{"columns": ["A"]}, {"columns": ["B"]}]),
        ("postgres", [{"columns": ["A"], "unique": True}, {"columns": ["B"]}]),
    ],
)
def test_indexes_of_templates_are_added_where_there_are_indexes(
    prefix: str, added: list[dict[str, Any]] | None
) -> None:
    layout = getattr(PACKAGE, f"{prefix}__storage")("workflow_instance")
    asked = [{"columns": ["A"], "unique": True}, {"columns": ["B"]}]
    made = getattr(PACKAGE, f"{prefix}__with_indexes")(layout, asked)
    own = layout.get("indexes", [])
    assert made == (layout if added is None else {**layout, "indexes": [*own, *added]})
    assert getattr(PACKAGE, f"{prefix}__with_indexes")(layout, [{"columns": ["_Batch"]}]) == (
        {**layout, "indexes": [{"columns": ["_Batch"]}]} if prefix == "duckdb" else layout
    )


def test_postgres_has_the_indexes(tmp_path: Path, postgres: Worker) -> None:
    next(iter(SCENARIOS["changes"]().play(postgres, tmp_path / "changes")))
    made = {
        tuple(row)
        for row in postgres.rows(
            "select tablename, regexp_replace(indexdef, '^.* USING ', '') from pg_indexes where"
            " schemaname = 'oz_changes'"
        )
    }
    wanted = {
        (f"case_{model}", f"{index.get('type', 'btree')} ({', '.join(index['columns']).lower()})")
        for model in MODELS
        for index in PACKAGE.postgres__storage(model)["indexes"]
    }
    tables = {table for table, _ in made}
    assert len(tables) > 4
    assert made == {index for index in wanted if index[0] in tables}


def test_what_is_read_by_object_lies_by_object(tmp_path: Path) -> None:
    """On DuckDB, which has no clusters: a full refresh leaves an object's rows side by side."""
    project = DbtProject(tmp_path, small_case.CONFIG, small_case.emitting())
    project.create_journal()
    project.append(
        [
            small_case.event(f"{code}{number}", minute, code, f"o{number * 7 % 50:02}")
            for minute, code in ((0, "Go"), (50, "Back"))
            for number in range(50)
        ]
    )
    project.run("2026-01-01T02:00:00")
    for model in ("workflow_instance", "sla_cycle", "escalation_queue", "runtime_signal"):
        keys = [
            row["_ObjectKey"]
            for row in project.rows(f"select _ObjectKey from case_{model} order by rowid")
        ]
        assert len(set(keys)) == 50 and keys == sorted(keys), model


def test_a_project_lays_out_tables_in_its_own_way(tmp_path: Path) -> None:
    """The layout is dispatched. The rows are the same."""
    project = DbtProject(tmp_path, small_case.CONFIG, small_case.snapshot())
    project.create_journal()
    sent = tmp_path / "target/run/under_test/models/ozmeta/case/case_timeline.sql"

    def go(id: str, minute: int, as_of: str) -> str:
        project.append([small_case.event(id, minute, "Go", id)])
        project.run(as_of)
        return sent.read_text(encoding="utf-8").lower()

    go("a", 0, "2026-01-01T01:00:00")
    assert "delete from" in go("b", 10, "2026-01-01T02:00:00")
    (tmp_path / "macros").mkdir(exist_ok=True)
    (tmp_path / "macros/own.sql").write_text(
        "{% macro duckdb__storage(model) %}{% do return({'incremental_strategy': 'append' if model"
        " == 'journal' else 'merge'}) %}{% endmacro %}",
        encoding="utf-8",
    )
    project.manifest = None
    assert "merge into" in go("c", 20, "2026-01-01T03:00:00")
    assert [
        row["TL_Position"] for row in project.rows("select TL_Position from case_timeline")
    ] == [1, 1, 1]
