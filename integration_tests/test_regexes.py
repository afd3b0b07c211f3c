"""Which pattern of a regex each adapter runs: its own if the generator wrote one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import jinja2
import pytest
from ozmeta_dbt.bindings.rule_nodes import rule_node
from ozmeta_dbt.bindings.warehouses import DIALECT_OF, what_lacks
from ozmeta_dbt.config import Warehouse

MACROS = Path(__file__).parent.parent / "macros"
FILES = [*sorted((MACROS / "cross_db").rglob("*.sql")), MACROS / "rules/rule_sql.sql"]
PARENTS = {"databricks": "spark", "redshift": "postgres", "fabric": "sqlserver"}
PATTERNS = ["^Case", "(?i)case", "a.b$", r"\pL", r"\C", "a(?i:b)", "(?:a|b)+", "it's", r"\d\."]


class Refused(Exception):
    pass


class Returned(Exception):
    pass


def raising(kind: type[Exception]) -> Any:
    def stop(value: Any) -> None:
        raise kind(value)

    return stop


def package(warehouse: str) -> Any:
    """The macros as dbt calls them on this warehouse: they return a value, or their text."""

    class Package:
        def __getattr__(self, name: str) -> Callable[..., Any]:
            def call(*arguments: Any) -> Any:
                try:
                    return str(getattr(macros, name)(*arguments)).strip()
                except Returned as returned:
                    return returned.args[0]

            return call

    def dispatch(name: str, _package: str) -> Any:
        prefixes = [warehouse, PARENTS.get(warehouse), "default"]
        return getattr(
            known, next(f"{p}__{name}" for p in prefixes if hasattr(macros, f"{p}__{name}"))
        )

    known = Package()
    names = {
        "ozmeta_runtime": known,
        "return": raising(Returned),
        "exceptions": SimpleNamespace(raise_compiler_error=raising(Refused)),
        "target": SimpleNamespace(type=warehouse),
        "adapter": SimpleNamespace(dispatch=dispatch),
    }
    macros: Any = template().make_module(names)
    return known


@cache
def template() -> jinja2.Template:
    source = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
    return jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(source)


@pytest.mark.parametrize("warehouse", get_args(Warehouse))
def test_the_generator_and_the_macros_refuse_the_same(warehouse: Warehouse) -> None:
    macros = package(warehouse)
    for pattern in PATTERNS:
        node = rule_node({"op": "regex", "args": [{"ref": "transition.toState"}, pattern]})
        message = ""
        try:
            macros.rule_sql(node, {})
        except Refused as error:
            message = str(error).replace("''", "'")
        assert bool(message) == (what_lacks(warehouse, pattern) is not None), pattern
        assert not message or pattern in message


@pytest.mark.parametrize("warehouse", get_args(Warehouse))
def test_the_generator_knows_the_dialect_of_each_adapter(warehouse: Warehouse) -> None:
    if warehouse not in ("sqlserver", "fabric"):
        assert package(warehouse).regex_dialect() == DIALECT_OF.get(warehouse, "re2")


@pytest.mark.parametrize(
    ("warehouse", "sql"),
    [
        ("duckdb", "regexp_matches(TL_ToState, 'a.b')"),
        ("postgres", """((TL_ToState) collate "C" ~ 'a[^\\n]b')"""),
        ("redshift", "(regexp_instr(TL_ToState, 'a.b', 1, 1, 0, 'p') > 0)"),
        ("databricks", "(TL_ToState rlike '(?d)a.b')"),
        ("snowflake", "(regexp_instr(TL_ToState, 'a.b') > 0)"),
    ],
)
def test_an_adapter_runs_its_own_pattern(warehouse: str, sql: str) -> None:
    node = rule_node({"op": "regex", "args": [{"ref": "transition.toState"}, "a.b"]})
    assert package(warehouse).rule_sql(node, {}) == sql
