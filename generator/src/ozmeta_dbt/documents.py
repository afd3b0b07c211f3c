"""Reads the JSON and YAML documents of a project: numbers as written, and only text that a database
can store.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator

from ozmeta_dbt.words import shortened

MAX_DIGITS = 300


def _text(value: Any) -> Any:
    """Ids and codes are text, however a file writes them. An empty one counts as absent."""
    if isinstance(value, (bool, dict, list)):
        return value
    if value in (None, ""):
        return None
    if isinstance(value, OutOfRange):
        raise ValueError(str(value))
    text = str(value)
    if not storable(text):
        raise ValueError(UNSTORABLE)
    return text


UNSTORABLE = "holds half a character (a lone surrogate) or a NUL, which no database stores"


def storable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" or char == "\0" for char in text)


Text = Annotated[str, BeforeValidator(_text)]
OptionalText = Annotated[str | None, BeforeValidator(_text)]


@dataclass(frozen=True)
class OutOfRange:
    """A number that is too large or too small for any database, as written. It is an error only if
    something reads it. Converting 1e999999999 to digits would fill the memory.
    """

    text: str

    @property
    def json(self) -> str:
        is_json = re.fullmatch(r"-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?", self.text)
        return self.text if is_json else json.dumps(self.text)

    def __str__(self) -> str:
        return f"the number {self!r} is out of range"

    def __repr__(self) -> str:
        return shortened(self.text)


def number(text: str) -> int | Decimal | OutOfRange:
    """A JSON number as written."""
    try:
        found = Decimal(text)
    except ArithmeticError:
        return OutOfRange(text)
    if abs(found.adjusted()) > MAX_DIGITS:
        return OutOfRange(text)
    return found if {*".eE"} & {*text} else int(text)


def loads(text: str) -> Any:
    """Reads JSON. Numbers with a point stay as written. ValueError if a key occurs twice."""

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    return json.loads(
        text,
        parse_float=number,
        parse_int=number,
        parse_constant=refuse,
        object_pairs_hook=without_repetition,
    )


def without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has the key {shortened(twice)!r} twice")
    return found


class YamlLoader(yaml.SafeLoader):
    """YAML with the values of JSON: numbers as written, dates as text, no merge keys."""

    yaml_implicit_resolvers = {  # noqa: RUF012, as the class it extends
        char: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag.rpartition(":")[2] not in ("timestamp", "merge")
        ]
        for char, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """PyYAML's own takes the last of two values with one key."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise ValueError(
                        f"line {key.start_mark.line + 1}: the key {shortened(key.value)!r} occurs"
                        " twice"
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _number(loader: YamlLoader, node: yaml.ScalarNode) -> int | Decimal | OutOfRange:
    text = str(loader.construct_scalar(node))
    if not text[-1].isdigit() or ":" in text:  # .inf, .nan, 1:30.5
        raise ValueError(f"{text} is not a number")
    return number(text)


def _whole(loader: YamlLoader, node: yaml.ScalarNode) -> int | OutOfRange:
    text = str(loader.construct_scalar(node))
    return OutOfRange(text) if len(text) > MAX_DIGITS else loader.construct_yaml_int(node)


YamlLoader.add_constructor("tag:yaml.org,2002:float", _number)
YamlLoader.add_constructor("tag:yaml.org,2002:int", _whole)


def loads_yaml(text: str) -> Any:
    """Raises only ValueError or RecursionError, whatever is wrong with the document."""
    try:
        document = yaml.load(text, YamlLoader)
    except yaml.MarkedYAMLError as error:
        raise ValueError(place_and_fault(error)) from None
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    for count, part in enumerate(parts(document)):
        if count > 10 * len(text) + 1000:
            raise ValueError(
                "its anchors refer to themselves, or unfold to far more than is written"
            )
        if not isinstance(part, (dict, list, str, int, Decimal, OutOfRange, type(None))):
            raise ValueError(f"a {type(part).__name__} has no place here; write it as a text")
    return document


def described(value: Any) -> str:
    """A short description of a value in a document, on one line."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "an object" if value else "an empty object"
    if isinstance(value, list):
        return "an array" if value else "an empty array"
    if isinstance(value, str):
        return shortened(repr(value)) if value.strip() else "an empty text"
    return f"the number {value}"


def place_and_fault(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return place + " ".join(f"{error.problem or ''} {error.context or ''}".split())


# what a value must be, by the type that pydantic gives a fault
EXPECTED = {
    "int": "a whole number",
    "bool": "true or false",
    "string": "a text",
    "dict": "a mapping",
    "model": "a mapping",
    "list": "a list",
    "float": "a number",
    "decimal": "a number",
    "finite": "a number",
}
WRONG_TYPE = ("type", "parsing", "parsing_size", "from_float", "number", "attributes_type")
LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}


def expectation(fault: Any) -> str:
    """What a value must be, from what pydantic says of it: such as `expected a whole number`."""
    if fault["type"] in LIMITS:
        key, words = LIMITS[fault["type"]]
        return f"expected {words} {fault['ctx'][key]}"
    kind, _, what = fault["type"].partition("_")
    if kind in EXPECTED and what in WRONG_TYPE:
        return f"expected {EXPECTED[kind]}"
    return str(fault["msg"]).removeprefix("Value error, ").replace("Input should be", "expected")


def parts(document: Any) -> Iterator[Any]:
    """A value and everything inside it, including keys."""
    todo = [document]
    while todo:
        value = todo.pop()
        yield value
        if isinstance(value, dict):
            todo += [*value, *value.values()]
        elif isinstance(value, list):
            todo += value
