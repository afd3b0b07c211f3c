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


class NamedMacro:
    def __init__(self, package: str, name: str):
        self.package_name, self.name, self.unique_id = package, name, f"macro.{package}.{name}"


def test_the_table_of_macros_is_the_one_that_dbt_builds() -> None:
    """Whichever package a name is looked up from: the user's, this one or dbt's."""
    macros = {
        package: {name: NamedMacro(package, name) for name in names}
        for package, names in {
            "dbt": ["merge", "only_dbt", "shared"],
            "dbt_duckdb": ["duckdb__merge", "shared"],
            "ozmeta_runtime": ["fold", "shared"],
            "under_test": ["shared", "own"],
        }.items()
    }
    for package in ("under_test", "ozmeta_runtime"):
        found = []
        for build in (fast_dbt.build_namespace_of_dbt, fast_dbt.build_namespace):
            builder = MacroNamespaceBuilder("under_test", package, None, ["dbt_duckdb", "dbt"])
            space = build(builder, macros, {"a": 1})
            found.append({name: space[name] for name in space})
        packages = [
            {
                name: (
                    {inner: generator.macro.unique_id for inner, generator in value.items()}
                    if isinstance(value, dict)
                    else (value.macro.unique_id, value.context, value.node, value.stack)
                )
                for name, value in of.items()
            }
            for of in found
        ]
        assert packages[0] == packages[1]
        assert fast_dbt.merged(space) == found[1]


def test_secrets_are_found_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_PASSWORD", "pä ss")
    monkeypatch.setenv("DBT_ENV_SECRET_BLANK", " ")
    assert fast_dbt.secrets_in_environment() == ["pä ss"]
    assert fast_dbt.secrets_in_environment() == fast_dbt.env_secrets_of_dbt()
