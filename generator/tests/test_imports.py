"""Imports go one way: a module imports only from its own folder and from the layers below it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "ozmeta_dbt"
# from the bottom up; modules and folders in one layer do not import each other
LAYERS = (
    {"", "words", "instants"},
    {"problems"},
    {"documents"},
    {"config", "schema"},
    {"metadb", "user_project"},
    {"calendars"},
    {"bindings", "histories"},
    {"models"},
    {"operations"},
    {"project", "example"},
    {"report", "discovery", "impact"},
    {"demo", "plugin", "duckdb_lock"},
    {"cli"},
    {"__main__"},
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def part_of(module: str) -> str:
    """The layer's member that a module belongs to: ozmeta_dbt.models.render -> models"""
    return ([*module.split("."), ""])[1]


def imported(path: Path) -> set[str]:
    """The parts of the package that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.split(".")[0] == "ozmeta_dbt"}
        elif isinstance(node, ast.ImportFrom) and node.module == "ozmeta_dbt":
            found |= {f"ozmeta_dbt.{a.name}" for a in node.names if a.name != "__version__"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ozmeta_dbt."):
            found.add(node.module or "")
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}: relative import"
    return {part_of(name) for name in found}


FILES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}


@pytest.mark.parametrize("name", FILES)
def test_a_module_imports_only_from_the_layers_below(name: str) -> None:
    own = name.partition("/")[0].removesuffix(".py")
    own = "" if name == "__init__.py" else own
    assert own in LEVEL, f"give {own} a layer in {Path(__file__).name}"
    above = sorted(
        other for other in imported(FILES[name]) if other != own and LEVEL[other] >= LEVEL[own]
    )
    assert not above, f"{name} imports {', '.join(above)}, which is not below {own}"
