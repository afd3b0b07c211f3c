"""A history whose keys were read, merged with its preset, and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CHANGES, EVENTS, OBJECTS = "changes", "events", "objects"
KINDS = (CHANGES, EVENTS, OBJECTS)


@dataclass(frozen=True)
class Relation:
    """A table that a history reads: of its dbt source, or a dbt model."""

    name: str
    source: str | None  # none for a dbt model


@dataclass(frozen=True)
class Part:
    """One table of a history, which becomes one model."""

    kind: str
    name: str
    model: str
    relation: Relation
    arguments: Mapping[str, Any]  # of the macro, by name; relations in them are Relation


@dataclass(frozen=True)
class History:
    name: str
    object_type: str
    schema: str
    database: str | None
    parts: tuple[Part, ...]
    # {table of the source: {column: what it is for}}, in the order in which the parts read them
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    title: str = ""  # of the preset

    @property
    def source(self) -> str:
        """The dbt source of its tables. Its own name cannot clash with a source of the project."""
        return source_of(self.name)


def source_of(history: str) -> str:
    return f"{history}_tables"
