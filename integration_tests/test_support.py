"""What tests share is in support/, and what makes dbt fast there changes no result."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from dbt.context.macros import MacroNamespaceBuilder
from support import fast_dbt

TESTS = Path(__file__).parent


def imported(path: Path) -> set[str]:
    """The top-level names of the modules that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize(
    "path", sorted(TESTS.rglob("*.py")), ids=lambda path: path.relative_to(TESTS).as_posix()
)
def test_no_module_imports_a_test(path: Path) -> None:
    assert {name for name in imported(path) if name.startswith("test_")} == set()
