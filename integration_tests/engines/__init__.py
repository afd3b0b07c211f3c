"""The engines that the package is run on, one module per engine. The rest of the tests knows
nothing about any engine.
"""

from __future__ import annotations

from importlib import import_module

from engines.base import Engine

NAMES = ("duckdb", "postgres", "redshift", "bigquery", "databricks", "snowflake")


def engine(name: str) -> Engine:
    if name.startswith("real:"):
        from engines.real import warehouse

        return warehouse(type(engine(name[5:])))
    return import_module(f"engines.{name}").ENGINE
