"""Starts BigQuery's emulator in its own environment, with two fixes that quirks.md describes."""

from __future__ import annotations

import sys
from typing import Any

from bqemulator.catalog.memory_repository import MemoryCatalogRepository
from bqemulator.cli import main
from bqemulator.storage.sql_identifiers import quoted_table_ref
from bqemulator.storage.type_map import bq_schema_to_duckdb_columns

describe = MemoryCatalogRepository.update_table


def update_table(self: Any, table: Any) -> Any:
    """`tables.update` with more columns adds them to the table, not only to its description."""
    before = self.get_table(table.project_id, table.dataset_id, table.table_id)
    updated = describe(self, table)
    if (
        before
        and table.table_type == "TABLE"
        and len(table.schema_.fields) > len(before.schema_.fields)
    ):
        fields = [
            {"name": field.name, "type": field.type, "mode": field.mode}
            for field in table.schema_.fields
        ]
        for name, type_ in bq_schema_to_duckdb_columns(fields):
            self._engine.execute(
                "alter table"
                f" {quoted_table_ref(table.project_id, table.dataset_id, table.table_id)} add"
                f' column if not exists "{name}" {type_}'
            )
    return updated


if __name__ == "__main__":
    # a query that its parser takes too many of Python's frames for is sent on untranslated, and
    # says that a catalog is missing
    sys.setrecursionlimit(20000)
    MemoryCatalogRepository.update_table = update_table
    main()
