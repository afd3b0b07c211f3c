"""Turns one row of a source into a typed row, and collects its faults.

Whether a fault is an error or a warning depends on whether a binding uses the row. So faults are
kept with the row, and use.py reports them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from ozmeta_dbt.documents import expectation
from ozmeta_dbt.metadb.contract import KNOWN_BY, WITHOUT_EFFECT, is_unused
from ozmeta_dbt.metadb.rows import (
    TABLES,
    Row,
    WorkflowTransition,
    canonical,
    guid,
    id_fields,
    known_names,
    spelt,
)
from ozmeta_dbt.problems import Origin, Problem, Problems
from ozmeta_dbt.words import did_you_mean, nearest, shortened

DELETED = ("_deletedate", "deletedate")


@dataclass
class Built:
    """A row, or rows that cannot be read. `values` is None if nothing is known about them."""

    table: str
    origin: Origin
    row: Row | None = None
    values: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)
    is_deleted: bool = False
    may_be_anyones: bool = False  # a column that names its parent is probably misspelt

    def text(self, name: str) -> str | None:
        """An id or a code, as rows that point to it have it."""
        if self.row is not None:
            value = getattr(self.row, name, None)
        else:
            value = (self.values or {}).get(name)
        is_text = isinstance(value, (str, int, Decimal)) and not isinstance(value, bool)
        return str(value) if is_text and value != "" else None

    @property
    def is_disabled(self) -> bool:
        if self.row is not None:
            return getattr(self.row, "is_enabled", True) is False
        return str((self.values or {}).get("is_enabled", "")).strip().lower() in (
            "0",
            "f",
            "false",
            "n",
            "no",
            "off",
        )


class Unreadable:
    """A placeholder for rows of a table that cannot be read, with the reason."""

    def __init__(self, problem: Problem | None):
        self.problem = problem  # none: an error has been reported already


class Builder:
    """Builds rows. An unknown column is a warning, once per table and column."""

    def __init__(self, problems: Problems):
        self.problems = problems
        self.said: set[tuple[str, str]] = set()

    def row(self, table: str, raw: Any, origin: Origin) -> Built:
        if not isinstance(raw, dict):
            problem = Problem(origin, f"expected a row of {table}: an object with its columns")
            return Built(table, origin, problems=[problem])
        cls = TABLES[table]
        raw = flat(table, raw)
        built = Built(table, origin, values={})
        assert built.values is not None
        given: dict[str, str] = {}
        for key in sorted(map(str, raw), reverse=True):
            if key.lower() not in given or raw[given[key.lower()]] in (None, ""):
                given[key.lower()] = key
        if any(raw[given[name]] not in (None, "", False, 0) for name in DELETED if name in given):
            built.is_deleted = True
        written: dict[str, str] = {}
        for name, spellings in spelt(cls).items():
            # an empty column counts as absent, and one column has one meaning
            found = next(
                (
                    given[spelling.lower()]
                    for spelling in spellings
                    if spelling.lower() in given
                    and raw[given[spelling.lower()]] not in (None, "")
                    and given[spelling.lower()] not in written.values()
                ),
                None,
            )
            if found is not None:
                value = raw[found]
                built.values[name] = guid(value) if name in id_fields(cls) else value
                written[name] = found
        if built.is_deleted:
            return built
        self.unknown_columns(cls, given, origin)
        self.validate(cls, built, written, [str(key) for key in raw])
        return built

    def unknown_columns(self, cls: type[Row], given: dict[str, str], origin: Origin) -> None:
        table = cls.__name__
        for lower, key in sorted(given.items()):
            if lower.startswith("_") or lower in DELETED or lower in known_names(cls):
                continue
            if is_unused(table, lower) or (table, lower) in self.said:
                continue
            self.said.add((table, lower))
            self.problems.warn(
                origin.at(key),
                f"unknown column of {table}: it has no effect",
                f"did you mean {name!r}?" if (name := nearest_column(key, cls)) else "",
            )

    def validate(
        self, cls: type[Row], built: Built, written: dict[str, str], keys: list[str]
    ) -> None:
        table, values, origin = built.table, built.values or {}, built.origin
        if "id" in cls.model_fields and "id" not in values:
            own = [built.text(name) for name in KNOWN_BY.get(table, ("code",))]
            if any(text is not None for text in own):
                values["id"] = "/".join(text or "" for text in own)
        # without a from-state, a transition leads from any state; a slip must not mean that
        if cls is WorkflowTransition and "from_state_id" not in values:
            hint = misspelt_column(keys, cls, "from_state_id")
            if hint:
                built.problems.append(Problem(origin, f"{table} needs WT_FromWS_ID", hint))
                return
        row, faults = checked(cls, values)
        for_people = [fault for fault in faults if str(fault["loc"][0]) in WITHOUT_EFFECT]
        for fault in for_people:
            name = str(fault["loc"][0])
            if name in values:
                del values[name]
                self.problems.warn(
                    origin.at(written.get(name, name)),
                    f"{canonical(cls.model_fields[name])} is {short(fault['input'])}:"
                    f" {expectation(fault)}; it has no effect",
                )
        if for_people:
            row, faults = checked(cls, values)
        for fault in faults:
            name = str(fault["loc"][0])
            wanted = canonical(cls.model_fields[name])
            if fault["type"] == "missing":
                hint = misspelt_column(keys, cls, name)
                built.may_be_anyones |= bool(hint)
                built.problems.append(Problem(origin, f"{table} needs {wanted}", hint))
                continue
            at = origin.at(written.get(name, wanted))
            expected = re.findall(r"'([^']*)'", fault.get("ctx", {}).get("expected", ""))
            near = isinstance(fault["input"], str) and nearest(fault["input"], expected)
            hint = did_you_mean(fault["input"], expected) if expected and near else ""
            message = f"{wanted} is {short(fault['input'])}: {expectation(fault)}"
            built.problems.append(Problem(at, message, hint))
        if row is not None:
            row._origin = origin
            row._places = {name: origin.at(key) for name, key in written.items()}
            built.row = row


def flat(table: str, raw: dict[Any, Any]) -> dict[Any, Any]:
    """objects.tables has some columns of a table below `flags`."""
    flags = raw.get("flags")
    return {**flags, **raw} if table == "Table" and isinstance(flags, dict) else raw


def checked(cls: type[Row], values: dict[str, Any]) -> tuple[Row | None, list[Any]]:
    """The row, or one fault per column."""
    try:
        return cls.model_validate(values), []
    except ValidationError as error:
        return None, list({fault["loc"][0]: fault for fault in error.errors()}.values())


def nearest_column(key: str, cls: type[Row]) -> str | None:
    return nearest(key, [name for names in spelt(cls).values() for name in names])


def misspelt_column(keys: list[str], cls: type[Row], name: str) -> str:
    """A hint for a missing column: the unknown column that was probably meant."""
    unknown = [
        key
        for key in keys
        if key.lower() not in known_names(cls) and not is_unused(cls.__name__, key.lower())
    ]
    near = next((key for key in unknown if nearest(key, spelt(cls)[name])), None)
    return f"is {near!r} meant to be it?" if near else ""


def short(value: Any) -> str:
    return shortened(str(value) if isinstance(value, Decimal) else repr(value))
