"""Which pattern of a regex each adapter runs: its own if the generator wrote one."""

from __future__ import annotations

from functools import cache

import pytest
from ozmeta_dbt.bindings.rule_nodes import rule_node
from ozmeta_dbt.bindings.warehouses import DIALECT_OF, what_lacks
from ozmeta_dbt.config import Warehouse
from support.rendered_macros import CROSS_DB, ENGINES, CompilerError, CrossDbMacros

PATTERNS = ["^Case", "(?i)case", "a.b$", r"\pL", r"\C", "a(?i:b)", "(?:a|b)+", "it's", r"\d\."]


@cache
def package(warehouse: str) -> CrossDbMacros:
    rules = CROSS_DB.parent / "rules"
    return CrossDbMacros(warehouse, rules / "rule_sql.sql", rules / "ref_text.sql")


@pytest.mark.parametrize("warehouse", ENGINES)
def test_the_generator_and_the_macros_refuse_the_same(warehouse: Warehouse) -> None:
    macros = package(warehouse)
    for pattern in PATTERNS:
        node = rule_node({"op": "regex", "args": [{"ref": "transition.toState"}, pattern]})
        message = ""
        try:
            macros.rule_sql(node, {})
        except CompilerError as error:
            message = str(error).replace("''", "'")
        assert bool(message) == (what_lacks(warehouse, pattern) is not None), pattern
        assert not message or pattern in message


@pytest.mark.parametrize("warehouse", ENGINES)
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
