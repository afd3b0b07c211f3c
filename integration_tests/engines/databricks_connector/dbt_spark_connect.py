"""Passes what dbt-databricks sends through databricks.sql.connect on to a Spark Connect server. dbt
imports this module by itself because of its name.

Spark has no Unity Catalog, so the session's own catalog replaces hive_metastore. Everything else is
passed on unchanged.
"""

from __future__ import annotations

import itertools
import os
import re
from typing import Any

import databricks.sql
import dbt.adapters.databricks.connections as connections
from databricks.sql.exc import ServerOperationError
from databricks.sql.types import Row
from pyspark.sql import SparkSession

plugins: list[Any] = []  # what dbt asks its plugins for

SKIPPED = re.compile(r"\s*(/\*.*?\*/\s*)?(use catalog|set query_tags|set spark\.)", re.I | re.S)
_spark: Any = None


def spark() -> Any:
    global _spark
    if _spark is None:
        _spark = SparkSession.builder.remote(os.environ["OZMETA_SPARK"]).getOrCreate()
    return _spark


class Cursor:
    ids = itertools.count(1)
    arraysize = 1000
    rowcount = -1
    active_result_set = None

    def __init__(self, connection: Connection):
        self.connection = connection
        self.description: Any = None
        self.rows: list[Any] = []
        self.query_id: str | None = None

    def answer(self, columns: list[str], rows: list[Any]) -> Cursor:
        self.description = [(name, "string", None, None, None, None, None) for name in columns]
        self.rows = [Row(*columns)(*row) for row in rows]
        return self

    def execute(self, sql: str, parameters: Any = None, **_: Any) -> Cursor:
        self.query_id = str(next(self.ids))
        assert not parameters, "nothing of ours sends parameters"
        if SKIPPED.match(sql):
            return self.answer([], [])
        try:
            frame = spark().sql(
                re.sub(r"(`?)\bhive_metastore\b\1", "`spark_catalog`", sql.strip().rstrip(";"))
            )
            return (
                self.answer(frame.columns, frame.collect())
                if frame.columns
                else self.answer([], [])
            )
        except Exception as error:
            raise ServerOperationError(str(error)) from error

    def schemas(self, catalog_name: str | None = None, schema_name: str | None = None) -> Cursor:
        found = [row[0] for row in spark().sql("show schemas").collect()]
        return self.answer(
            ["databaseName", "catalogName"],
            [(name, catalog_name) for name in found if not schema_name or name == schema_name],
        )

    def tables(
        self, catalog_name: str | None = None, schema_name: str | None = None, **_: Any
    ) -> Cursor:
        views = {row[1] for row in spark().sql(f"show views in {schema_name}").collect()}
        found = [
            row[1] for row in spark().sql(f"show tables in {schema_name}").collect() if not row[2]
        ]
        rows = [
            (catalog_name, schema_name, name, "VIEW" if name in views else "TABLE", "")
            for name in found
        ]
        return self.answer(
            ["TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS"], rows
        )

    def fetchall(self) -> list[Any]:
        rows, self.rows = self.rows, []
        return rows

    def fetchone(self) -> Any:
        return self.rows.pop(0) if self.rows else None

    def fetchmany(self, size: int) -> list[Any]:
        rows, self.rows = self.rows[:size], self.rows[size:]
        return rows

    def close(self) -> None: ...

    def cancel(self) -> None: ...

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: Any) -> None: ...


class Connection:
    def cursor(self, *_: Any, **__: Any) -> Cursor:
        return Cursor(self)

    def get_session_id_hex(self) -> str:
        return "local"

    def close(self) -> None: ...

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: Any) -> None: ...


databricks.sql.connect = lambda **_: Connection()
connections.check_spog_preconditions = lambda *_, **__: None  # asks the workspace over the network
