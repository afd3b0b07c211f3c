"""DuckDB, with which every other engine is compared."""

from __future__ import annotations

from typing import Any

from engines.base import Engine


class DuckDB(Engine):
    name = "duckdb"

    def profile(self, schema: str) -> dict[str, Any]:
        return {
            "type": "duckdb",
            "path": str(self.folder / "warehouse.duckdb"),
            "schema": schema,
            "threads": 1,
        }


ENGINE = DuckDB()
