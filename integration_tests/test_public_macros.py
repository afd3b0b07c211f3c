"""macros/_macros.yml documents each public macro, with the arguments of its signature."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import yaml
from dbt.parser.schemas import is_valid_type
from jinja2 import nodes

ROOT = Path(__file__).parent.parent
MACROS = ROOT / "macros"
# Jinja does not know dbt's blocks `test` and `materialization`. As dbt does, read them as a macro.
TEST = re.compile(r"\{%(-?)\s*test\s+")
END_TEST = re.compile(r"\{%(-?)\s*end(?:test|materialization)\b")
MATERIALIZATION = re.compile(r"\{%(-?)\s*materialization\s+(\w+)[^%]*%\}")
COMMENT = re.compile(r"\{#.*?#\}", re.S)
REFERENCE = re.compile(r"ozmeta_runtime\.(\w+)")
OPERATION = re.compile(r"\.operation\(\s*\"(\w+)\"")


@dataclass(frozen=True)
class Macro:
    file: Path  # under macros/
    arguments: tuple[str, ...]
    may_be_none: frozenset[str]  # the arguments whose default is none


def texts(folder: Path, pattern: str) -> Iterable[tuple[Path, str]]:
    for file in sorted(folder.rglob(pattern)):
        yield file, COMMENT.sub("", file.read_text(encoding="utf-8"))


def signatures() -> dict[str, Macro]:
    jinja = jinja2.Environment(extensions=["jinja2.ext.do"])
    found = {}
    for file, text in texts(MACROS, "*.sql"):
        source = MATERIALIZATION.sub(r"{%\1 macro \2() %}", text)
        source = END_TEST.sub(r"{%\1 endmacro", TEST.sub(r"{%\1 macro test_", source))
        for macro in jinja.parse(source).find_all(nodes.Macro):
            arguments = tuple(argument.name for argument in macro.args)
            with_default = arguments[len(arguments) - len(macro.defaults) :]
            found[macro.name] = Macro(
                file.relative_to(MACROS),
                arguments,
                frozenset(
                    name
                    for name, default in zip(with_default, macro.defaults, strict=True)
                    if isinstance(default, nodes.Const) and default.value is None
                ),
            )
    return found


def documented() -> list[dict[str, Any]]:
    document = yaml.safe_load((MACROS / "_macros.yml").read_text(encoding="utf-8"))
    macros: list[dict[str, Any]] = document["macros"]
    return macros


def public(known: dict[str, Macro]) -> set[str]:
    """The macros that generated models and tests call, that users or the generator run as
    operations, and `as_of`, which users may call in their own models.
    """
    folders = {name: macro.file.parts[0] for name, macro in known.items()}
    called_here = {name for _, text in texts(MACROS, "*.sql") for name in REFERENCE.findall(text)}
    called_by_models = {
        name
        for folder in (ROOT / "models", ROOT / "generator" / "tests" / "golden")
        for _, text in texts(folder, "*.sql")
        for name in REFERENCE.findall(text)
    }
    called_by_generator = {
        name
        for _, text in texts(ROOT / "generator" / "src", "*.py")
        for name in OPERATION.findall(text)
    }
    assert called_by_models
    assert called_by_generator
    return {
        "as_of",
        *called_by_models,
        *called_by_generator,
        *(n for n, macro in known.items() if folders[n] == "models" and n == macro.file.stem),
        *(n for n in known if folders[n] == "operations" and n not in called_here),
        *(n for n in known if folders[n] == "generic_tests" and n.startswith("test_")),
        *(n for n, macro in known.items() if folders[n] == "facts" and n == macro.file.stem),
        *(n for n in known if folders[n] == "histories" and "journal" in n),
    }


def test_every_public_macro_is_documented() -> None:
    names = [entry["name"] for entry in documented()]
    assert sorted(public(signatures()) - set(names)) == []
    assert sorted(set(names)) == sorted(names)


def test_documented_arguments_are_those_of_the_macro() -> None:
    known = signatures()
    for entry in documented():
        name, arguments = entry["name"], entry.get("arguments", [])
        assert name in known, f"{name} is documented, but there is no such macro"
        assert tuple(a["name"] for a in arguments) == known[name].arguments, name
        for argument in arguments:
            if argument["name"] in known[name].may_be_none:
                assert argument["type"].startswith("optional["), (name, argument["name"])


def test_every_macro_and_argument_has_a_description_and_a_type() -> None:
    for entry in documented():
        for described in (entry, *entry.get("arguments", [])):
            description = described.get("description", "")
            assert description.endswith("."), (entry["name"], described["name"])
        for argument in entry.get("arguments", []):
            assert is_valid_type(argument["type"]), (entry["name"], argument)


def test_a_changed_signature_is_noticed() -> None:
    """All kinds of macros are read: with a default of none, a test, and with a signature without
    arguments.
    """
    known = signatures()
    assert known["inline"].arguments == ("entity", "relation", "instance", "timers")
    assert known["inline"].may_be_none == {"timers"}
    assert known["test_fields_carried"].arguments == ("model", "fields")
    assert known["verify_clean"].arguments == ()
