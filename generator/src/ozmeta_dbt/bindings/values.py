"""Checks of single values of a JSON or YAML document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ozmeta_dbt.metadb.rows import MAX_MINUTES
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import one_of, shortened


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


def known_keys(
    given: Mapping[Any, Any], known: Iterable[str], at: Origin, what: str, problems: Problems
) -> None:
    """An error for each key that is not known."""
    names = list(known)
    for key in given:
        if key not in names:
            problems.error(at.at(key), f"{what} has no option {key!r}", one_of(str(key), names))


def whole_minutes(value: Any, at: Origin, problems: Problems) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_MINUTES:
        shown = "is missing" if value is None else f"is {described(value)}"
        problems.error(at, f"{shown}; expected whole minutes from 1 to {MAX_MINUTES}")
        return None
    return value


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal as JSON: true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
