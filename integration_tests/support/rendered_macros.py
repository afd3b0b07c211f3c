"""The macros of macros/cross_db without dbt, to test the SQL that they print for any engine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2

CROSS_DB = Path(__file__).parent.parent.parent / "macros/cross_db"
ENGINES = {
    "duckdb": ["duckdb"],
    "postgres": ["postgres"],
    "redshift": ["redshift", "postgres"],
    "bigquery": ["bigquery"],
    "databricks": ["databricks", "spark"],
    "snowflake": ["snowflake"],
    "sqlserver": ["sqlserver"],
    "fabric": ["fabric"],
}


class CompilerError(Exception):
    """A macro raised a compiler error."""


class _Returned(Exception):
    """What a macro returned."""


def _raising(kind: type[Exception]) -> Any:
    def stop(value: Any) -> None:
        raise kind(value)

    return stop


class CrossDbMacros:
    """Calls macros as dbt does on one engine. A call gives what the macro returns, or else the
    text that it prints. A macro of another engine is called by its own name.

    more_files: files of other folders whose macros are called, too
    changed: (old, new), a piece of the macros that is replaced: a fault that a test must notice
    """

    def __init__(
        self, engine: str, *more_files: Path, changed: tuple[str, str] | None = None
    ) -> None:
        known = {
            "ozmeta_runtime": self,
            "return": _raising(_Returned),
            "exceptions": SimpleNamespace(raise_compiler_error=_raising(CompilerError)),
            "modules": SimpleNamespace(re=re),
            "target": SimpleNamespace(type=engine),
            "tojson": json.dumps,
            "execute": True,
            "run_query": lambda sql: None,  # Redshift's setting of a session
            "load_relation": lambda relation: relation,
            "dbt": SimpleNamespace(
                type_bigint=lambda: "bigint",
                type_string=lambda: "text",
                type_float=lambda: "float",
                type_timestamp=lambda: "timestamp",
            ),
            "adapter": SimpleNamespace(
                dispatch=lambda name, _: self._dispatch(name), quote=lambda name: f"`{name}`"
            ),
        }
        files = [*sorted(CROSS_DB.rglob("*.sql")), *more_files]
        text = "\n".join(file.read_text(encoding="utf-8") for file in files)
        if changed:
            assert changed[0] in text, changed[0]
            text = text.replace(*changed)
        self._prefixes = [*ENGINES[engine], "default"]
        self._module = (
            jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(text, known).module
        )

    def _dispatch(self, name: str) -> Any:
        names = [f"{prefix}__{name}" for prefix in self._prefixes]
        return getattr(self, next(name for name in names if hasattr(self._module, name)))

    def __getattr__(self, name: str) -> Any:
        macro = getattr(self._module, name)

        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return str(macro(*arguments, **named)).strip()
            except _Returned as returned:
                return returned.args[0]

        return call


def cross_db_macros() -> dict[str, CrossDbMacros]:
    return {engine: CrossDbMacros(engine) for engine in ENGINES}
