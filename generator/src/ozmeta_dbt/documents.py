"""JSON and YAML documents as every file of the project is read: numbers as written, text that a
database can store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator


def _text(value: Any) -> Any:
    """Ids and codes are text, however a file writes them; an empty one is none."""
    if isinstance(value, (bool, dict, list)):
        return value
    if value in (None, ""):
        return None
    text = str(value)
    if not storable(text):
        raise ValueError(UNSTORABLE)
    return text


UNSTORABLE = "holds half a character (a lone surrogate) or a NUL, which no database stores"


def storable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" or char == "\0" for char in text)


Text = Annotated[str, BeforeValidator(_text)]
OptionalText = Annotated[str | None, BeforeValidator(_text)]


def decimal(text: str) -> Decimal:
    """A number as written, if a database can hold it: 1e999999999 written out would fill the
    memory.
    """
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise ValueError(f"{text} is not a number") from None
    if abs(number.adjusted()) > 300:
        raise ValueError(f"the number {text} is out of range")
    return number


def loads(text: str) -> Any:
    """JSON, numbers with a point kept as written."""

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    return json.loads(text, parse_float=decimal, parse_constant=refuse)


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


def _number(loader: YamlLoader, node: yaml.ScalarNode) -> Decimal:
    return decimal(str(loader.construct_scalar(node)))


YamlLoader.add_constructor("tag:yaml.org,2002:float", _number)


def loads_yaml(text: str) -> Any:
    """Raises ValueError or RecursionError, whatever is wrong with it."""
    try:
        document = yaml.load(text, YamlLoader)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    for count, part in enumerate(parts(document)):
        if count > 10 * len(text) + 1000:
            raise ValueError(
                "its anchors refer to themselves, or unfold to far more than is written"
            )
        if not isinstance(part, (dict, list, str, int, Decimal, type(None))):
            raise ValueError(f"a {type(part).__name__} has no place here; write it as a text")
    return document


def parts(document: Any) -> Iterator[Any]:
    """A value and all that is in it, keys too."""
    todo = [document]
    while todo:
        value = todo.pop()
        yield value
        if isinstance(value, dict):
            todo += [*value, *value.values()]
        elif isinstance(value, list):
            todo += value
