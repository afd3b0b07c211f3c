"""What the warehouse answers about the journals, as the macros discover_facts and discover_details
print it.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Answers = dict[str, dict[str, Any]]
UNKNOWN = ""  # the state of an object before its first transition, if that has only a code
MAX_FIELDS = 100  # that one query counts


@dataclass(frozen=True)
class State:
    name: str
    entries: int
    objects: int
    begun: int  # objects that begin here
    there_now: int
    median: int | None  # of the stays that ended, in microseconds
    percentile: int | None

    @property
    def left(self) -> int:
        return self.entries - self.there_now


@dataclass(frozen=True)
class Move:
    """A transition, by its code in payloads."""

    code: str | None
    from_state: str
    to_state: str
    count: int
    naming_from: int = 0  # how often the payload names the state before
    median: int | None = None
    begun: int = 0  # how many of them are objects that begin in the to-state


@dataclass(frozen=True)
class EventType:
    name: str
    events: int
    objects: int
    statements: int  # events that state a state


@dataclass(frozen=True)
class Time:
    """How long objects took from their first event to a milestone, see discovery_times."""

    objects: int
    median: int
    percentile: int


@dataclass(frozen=True)
class Field:
    name: str
    events: int
    values: int


@dataclass
class ObjectType:
    """What the journals contain about one object type."""

    name: str
    rows: int
    usable_rows: int
    by_tenant: bool  # whether every usable row has a tenant
    first_at: int | None
    last_at: int | None
    events: int = 0
    objects: int = 0
    stating_objects: int = 0
    statements: int = 0
    only_code: int = 0
    with_code: int = 0
    state_count: int = 0
    event_types: list[EventType] = field(default_factory=list)
    event_type_count: int = 0
    states: list[State] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    contradicting: int = 0  # transitions whose payload names another state before
    keys: list[str] = field(default_factory=list)  # of payloads, under `object`
    times: dict[str, Time] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)


def records(answers: Answers, name: str) -> list[dict[str, Any]]:
    """The rows of an answer. Numbers are ints; texts stay as they are."""
    found = answers.get(name, {"columns": [], "rows": []})
    return [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]


def whole(value: str | None) -> int | None:
    return None if value is None else int(float(value)) if "." in value else int(value)


def number(value: str | None) -> int:
    return whole(value) or 0


def object_types(answers: Answers) -> dict[str, ObjectType]:
    """The object types by name, without rows that have no object type."""
    found = {
        row["object_type"]: ObjectType(
            row["object_type"],
            number(row["journal_rows"]),
            number(row["usable_rows"]),
            number(row["without_tenant"]) == 0,
            whole(row["first_at"]),
            whole(row["last_at"]),
        )
        for row in records(answers, "types")
        if row["object_type"] is not None
    }
    for row in records(answers, "statements"):
        of = found.get(row["object_type"])
        if of is None:
            continue  # beyond the 200 most frequent
        of.events, of.objects = number(row["events"]), number(row["objects"])
        of.stating_objects = number(row["stating_objects"])
        of.statements, of.only_code = number(row["statements"]), number(row["only_code"])
        of.with_code, of.state_count = number(row["with_code"]), number(row["states"])
    for row in records(answers, "event_types"):
        if of := found.get(row["object_type"]):
            of.event_type_count = number(row["event_types"])
            of.event_types.append(
                EventType(
                    row["event_type"],
                    number(row["events"]),
                    number(row["objects"]),
                    number(row["statements"]),
                )
            )
    for row in records(answers, "states"):
        if of := found.get(row["object_type"]):
            of.states.append(
                State(
                    row["state"],
                    number(row["entries"]),
                    number(row["objects"]),
                    number(row["begun"]),
                    number(row["there_now"]),
                    whole(row["median_micros"]),
                    whole(row["percentile_micros"]),
                )
            )
    for row in records(answers, "moves"):
        if of := found.get(row["object_type"]):
            if number(row["contradicts"]):
                of.contradicting += number(row["moves"])
                continue
            of.moves.append(
                Move(
                    row["code"],
                    row["came_from"],
                    row["state"],
                    number(row["moves"]),
                    number(row["naming_from"]),
                    whole(row["median_micros"]),
                )
            )
    for name, keys in sampled_keys(records(answers, "payloads")).items():
        if name in found:
            found[name].keys = keys
    return found


def sampled_keys(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """{object type: keys of the sampled payloads that have a plain value}, the most frequent first,
    at most MAX_FIELDS of all types together.
    """
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        try:
            fields = json.loads(row["fields"])
        except (ValueError, RecursionError):
            continue
        for key, value in fields.items() if isinstance(fields, dict) else ():
            if key and value is not None and not isinstance(value, (dict, list)):
                seen[row["object_type"], key] += 1
    ranked = sorted(seen, key=lambda each: (-seen[each], each))
    names: list[str] = []
    found: dict[str, list[str]] = {}
    for name, key in ranked:
        if key not in names and len(names) == MAX_FIELDS:
            continue
        names += [key] if key not in names else []
        found.setdefault(name, []).append(key)
    return found


def add_details(found: dict[str, ObjectType], answers: Answers, fields: list[str]) -> None:
    """Add what discover_details answers. fields: the names that it was asked for, in their order"""
    for row in records(answers, "times"):
        found[row["object_type"]].times[row["measure"]] = Time(
            number(row["objects"]), number(row["median_micros"]), number(row["percentile_micros"])
        )
    for row in records(answers, "fields"):
        of = found[row["object_type"]]
        for place, name in enumerate(fields, 1):
            if name in of.keys:
                events, values = number(row[f"events{place}"]), number(row[f"values{place}"])
                of.fields.append(Field(name, events, values))
        of.fields.sort(key=lambda each: each.name)
