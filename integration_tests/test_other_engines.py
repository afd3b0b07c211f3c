"""SQL for engines that cannot run here: their parsers accept it, and understand it as intended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from support.rendered_macros import CrossDbMacros

MACROS = Path(__file__).parent.parent / "macros"
COLUMNS = ["WS_CurrentCode", "WI_RowVersion"]
ROWS = (
    "select distinct cast(case_id as varchar(10)) as object_id, WS_CurrentCode, WI_RowVersion from"
    " case_inline as inline"
)
DIFFERS = (
    "(held.WI_RowVersion <> fresh.WI_RowVersion or (held.WI_RowVersion is null and"
    " fresh.WI_RowVersion is not null))"
)


PACKAGE = CrossDbMacros("duckdb")


@pytest.mark.parametrize(
    ("prefix", "dialects", "kind"),
    [
        ("default", ["duckdb", "postgres", "redshift"], exp.Update),
        ("bigquery", ["bigquery"], exp.Merge),
        ("spark", ["databricks"], exp.Merge),
        ("snowflake", ["snowflake"], exp.Merge),
        ("sqlserver", ["tsql"], exp.Update),
        ("fabric", ["fabric"], exp.Update),
    ],
)
def test_update_from(prefix: str, dialects: list[str], kind: type[exp.Expression]) -> None:
    sql = getattr(PACKAGE, f"{prefix}__update_from")(
        "crm.cases", COLUMNS, ROWS, "cast(held.case_id as varchar(10)) = fresh.object_id", DIFFERS
    )
    for dialect in dialects:
        (tree,) = sqlglot.parse(sql, dialect=dialect)
        assert isinstance(tree, kind), repr(tree)
        assert {column.table for column in tree.find_all(exp.Column)} <= {"held", "fresh", ""}
        assert {"crm.cases", "case_inline"} <= {
            table.sql().split(" ")[0] for table in tree.find_all(exp.Table)
        }
        assert not list(tree.find_all(exp.Command))


def test_no_limit_where_every_engine_is_asked() -> None:
    """T-SQL has no `limit`. `make test-static` does not check the queries of operations."""
    files = [file for file in MACROS.rglob("*.sql") if "cross_db" not in file.parts]
    assert len(files) > 20
    assert not [
        file.name
        for file in files
        if re.search(r"\blimit\s+(\d|\{\{)", file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(
    ("engine", "instants", "local"),
    [
        ("duckdb", ["TIMESTAMP WITH TIME ZONE"], ["TIMESTAMP", "TIMESTAMP_NS", "DATE"]),
        ("postgres", ["timestamp with time zone"], ["timestamp without time zone", "text"]),
        ("redshift", ["timestamp with time zone"], ["timestamp without time zone"]),
        ("bigquery", ["TIMESTAMP"], ["DATETIME", "DATE", "STRING"]),
        ("databricks", ["timestamp"], ["timestamp_ntz", "date", "string"]),
        ("snowflake", ["TIMESTAMP_TZ(9)", "TIMESTAMP_LTZ"], ["TIMESTAMP_NTZ(6)", "DATETIME"]),
        ("sqlserver", ["datetimeoffset(7)", "datetimeoffset"], ["datetime2", "datetime"]),
        ("fabric", [], ["datetime2(6)", "date"]),
    ],
)
def test_which_types_hold_instants(engine: str, instants: list[str], local: list[str]) -> None:
    """A time zone is for the others only: a zoned value would be moved twice."""
    macros = CrossDbMacros(engine)
    assert [macros.is_instant_type(type_) for type_ in ["bigint", *instants]] == [True] * (
        len(instants) + 1
    )
    assert not any(macros.is_instant_type(type_) for type_ in local)


@pytest.mark.parametrize(
    ("engine", "text", "literal"),
    [
        ("databricks", "${env:HOME}", r"'\u0024{env:HOME}'"),  # else Spark puts the variable there
        ("databricks", "a $ {b", "'a $ {b'"),
        # T-SQL leaves out a backslash and the line feed after it
        ("sqlserver", "a\\\nb", "('a\\' + '\nb')"),
        ("sqlserver", "a\\\r\n'b", "('a\\' + '\r\n''b')"),
        ("sqlserver", "a\\b\n", "'a\\b\n'"),
        ("fabric", "\\\n\\\n", "('\\' + '\n\\' + '\n')"),
    ],
)
def test_a_text_that_an_engine_would_change(engine: str, text: str, literal: str) -> None:
    assert CrossDbMacros(engine).text_literal(text) == literal
