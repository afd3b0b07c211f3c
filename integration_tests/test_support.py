"""Tests share only code in support/, and the code there that makes dbt faster changes no result."""

from __future__ import annotations

import ast
import threading
from argparse import Namespace
from collections import ChainMap
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import dbt.flags as dbt_flags
import pytest
from dbt.context.macros import MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt_common.events.types import Note
from dbt_common.exceptions import CompilationError
from engines.base import one_at_a_time
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


def test_no_module_looks_like_a_plugin_of_dbt() -> None:
    """dbt imports every module on its path whose name begins with dbt_."""
    assert not list(TESTS.glob("dbt_*.py"))


def test_the_table_of_macros_is_the_one_that_dbt_builds() -> None:
    """From whichever package a name is looked up: the user's, this one or dbt's."""
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


class NamedContext(ManifestContext):
    """A context of two macros, one of which has a name of dbt's own."""

    def __init__(self) -> None:
        macros = {"under_test": {name: NamedMacro("under_test", name) for name in ("fold", "var")}}
        self._ctx = {}
        self.namespace = None
        self.search_package = "under_test"
        self.macro_stack = None
        self.config = SimpleNamespace(project_name="under_test", credentials=None)
        self.manifest = SimpleNamespace(get_macros_by_package=lambda: macros)

    def _get_namespace_builder(self) -> MacroNamespaceBuilder:
        return MacroNamespaceBuilder("under_test", "under_test", None, ["dbt"])

    def generate_builtins(self) -> dict[str, Any]:
        return {"var": "dbt's own", "target": "duckdb"}


def test_a_context_has_the_values_that_dbt_gives_it() -> None:
    contexts = []
    for build_namespace, namespace_of, to_dict in (
        (fast_dbt.build_namespace_of_dbt, fast_dbt.namespace_of_context, fast_dbt.to_dict_of_dbt),
        (fast_dbt.build_namespace, fast_dbt.namespace_of, fast_dbt.to_dict),
    ):
        with mock.patch.object(MacroNamespaceBuilder, "build_namespace", build_namespace):
            context = NamedContext()
            context.namespace = namespace_of(context)
            contexts.append(to_dict(context))
    for context in contexts:
        assert "fold" in context and "fold" in ChainMap({}, context) and "merge" not in context
        assert context.get("merge", 1) == 1 and context and context["context"] is context
        assert context["var"].macro.unique_id == "macro.under_test.var"
        context["var"] = "assigned later"
    assert [dict(context)["var"] for context in contexts] == ["assigned later"] * 2
    assert len(contexts[0]) == len(contexts[1])
    assert sorted(contexts[0]) == sorted(contexts[1])


def test_a_macro_becomes_callable_when_it_is_first_named() -> None:
    macros = fast_dbt.Macros([{"fold": NamedMacro("under_test", "fold")}], {}, None, None)
    assert macros and dict.__len__(macros) == 0
    assert macros["fold"] is macros["fold"] and macros["fold"] is dict.get(macros, "fold")
    assert fast_dbt.Macros([{}], {}, None, None) == {}


def test_an_event_that_is_read_late_says_the_same() -> None:
    given = {"msg": "a run ended"}
    early, late = Note.__new__(Note), Note.__new__(Note)
    fast_dbt.init_of_event(early, **given)
    fast_dbt.init_event(late, **given)
    assert (late.msg, late.message(), late.pb_msg) == (early.msg, early.message(), early.pb_msg)
    late.msg = "changed"
    assert (late.pb_msg.msg, late.to_dict()) == ("changed", {"msg": "changed"})


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("capture_macros", [False, True])
def test_a_text_that_was_compiled_before_gives_the_same(native: bool, capture_macros: bool) -> None:
    text = "{% set found = [a, 1] %}{{ found }}{{ missing is defined }}{{ [a] | as_native }}"
    found = [
        get_template(text, context, None, capture_macros, native).render(context)
        for get_template in (fast_dbt.get_template_of_dbt, *[fast_dbt.get_template] * 2)
        for context in ({"a": 1}, {"a": "x"})
    ]
    assert found[:2] == found[2:4] == found[4:] and found[0] != found[1]
    with pytest.raises(CompilationError):
        fast_dbt.get_template("{% if %}", {})


def test_a_table_without_columns_is_the_one_that_dbt_makes() -> None:
    tables = [fast_dbt.empty_table_of_dbt(), fast_dbt.empty_table()]
    parts = [(t.column_names, t.column_types, tuple(t.rows), tuple(t.columns)) for t in tables]
    assert parts[0] == parts[1]


def test_flags_are_copied_again_after_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for full_refresh in (True, False):
        monkeypatch.setattr(dbt_flags, "GLOBAL_FLAGS", Namespace(FULL_REFRESH=full_refresh))
        assert vars(fast_dbt.get_flag_obj()) == vars(fast_dbt.get_flag_obj_of_dbt())
        assert fast_dbt.get_flag_obj().FULL_REFRESH is full_refresh


def test_secrets_are_found_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_PASSWORD", "pä ss")
    monkeypatch.setenv("DBT_ENV_SECRET_BLANK", " ")
    assert fast_dbt.secrets_in_environment() == ["pä ss"]
    assert fast_dbt.secrets_in_environment() == fast_dbt.env_secrets_of_dbt()


def test_one_at_a_time_waits_for_whoever_holds_the_lock(tmp_path: Path) -> None:
    said: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait()
        with one_at_a_time(tmp_path / "lock"):
            said.append("second")

    waiting = threading.Thread(target=second)
    waiting.start()
    with one_at_a_time(tmp_path / "lock"):
        inside.set()
        waiting.join(0.3)
        said.append("first")
    waiting.join()
    assert said == ["first", "second"]
