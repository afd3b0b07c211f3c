"""Random tables of field changes, and the journal that they should become, computed row by row in
Python.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
START = dt.datetime(2026, 3, 1, 8)
FIELDS = {"prio": "Priority", "priority": "Priority", "team": "Group", "channel": "context.Channel"}
STATES = {"1": "Open", "2": "Waiting", "3": 'Done "at last"'}  # 4 has no name
USERS = {"7": ("Ann", "agent"), "8": ("Ben", "end-user")}  # 9 has been deleted
EPOCH = dt.datetime(1970, 1, 1)


@dataclass
class History:
    rows: list[Row]  # with the run in which each becomes visible
    runs: int


def drawn(seed: int) -> History:
    """A few objects with many changes at the same instants, rows that are loaded again, in part or
    completely, and loads that become visible after a later one, within the lookback.
    """
    chance = random.Random(seed)
    runs = chance.randint(2, 4)
    rows: list[Row] = []
    values: dict[tuple[str, str], str | None] = {}
    at = START
    for _ in range(chance.randint(8, 40)):
        at += dt.timedelta(seconds=chance.choice([0, 0, 0, 1, 60, 4000]))
        load = chance.randrange(runs)
        object_id = chance.choice(["A", "B", "Ç'\\"])
        by = chance.choice(["7", "8", "9", None])
        for field in chance.sample(["status", *FIELDS, "ignored"], chance.randint(1, 4)):
            new = chance.choice(["1", "2", "3", "4", None if field != "status" else "1"])
            old = values.get((object_id, field))
            if any(is_like(row, object_id, at, field, new) for row in rows):
                continue
            values[object_id, field] = new
            rows.append(
                {"object_id": object_id, "field": field, "new_value": new, "old_value": old}
                | {"changed_at": at, "changed_by": by, "loaded_at": stamp(chance, load)}
                | {"run": load}
            )
    for row in chance.sample(rows, len(rows) // 3):  # loaded again
        load = chance.randrange(row["run"], runs)
        rows.append(row | {"loaded_at": stamp(chance, load, again=True), "run": load})
    return History(rows, runs)


def is_like(row: Row, object_id: str, at: dt.datetime, field: str, new: str | None) -> bool:
    """Two changes to one value at one instant cannot be distinguished afterwards."""
    same = row["object_id"] == object_id and row["changed_at"] == at
    return same and name_of(row["field"]) == name_of(field) and row["new_value"] == new


def stamp(chance: random.Random, load: int, again: bool = False) -> dt.datetime:
    """When a load stamps a row: new rows in one minute, repeated rows in another."""
    minute = START + dt.timedelta(days=1, minutes=10 * load + 5 * again)
    return minute + dt.timedelta(milliseconds=chance.randrange(59_000))


def name_of(field: str) -> str:
    return FIELDS.get(field, field)


def journal(rows: list[Row]) -> list[Row]:
    """The events of these rows, in no particular order."""
    first: dict[tuple, Row] = {}
    for row in rows:
        if row["field"] != "status" and row["field"] not in FIELDS:
            continue
        key = (row["object_id"], row["changed_at"], name_of(row["field"]), row["changed_by"])
        key += (row["new_value"], row["old_value"])
        if key not in first or row["loaded_at"] < first[key]["loaded_at"]:
            first[key] = row
    alike = defaultdict(list)
    for row in first.values():
        minute = row["loaded_at"].replace(second=0, microsecond=0)
        alike[row["object_id"], row["changed_at"], minute, name_of(row["field"])].append(row)
    events = defaultdict(list)
    for (object_id, at, minute, _), changes in alike.items():
        counts: dict[str | None, int] = defaultdict(int)
        for place, row in enumerate(in_order(changes), 1):
            counts[row["changed_by"]] += 1
            key = (object_id, at, row["changed_by"], minute, counts[row["changed_by"]])
            events[key].append((place, row))
    return [event(changes) for changes in events.values()]


def in_order(changes: list[Row]) -> list[Row]:
    """A change comes after the one that wrote its old value."""
    new = {c["new_value"] for c in changes} - {None}
    old = {c["old_value"] for c in changes} - {None}

    def place(row: Row) -> tuple:
        step = 0 if row["old_value"] not in new else 1 if row["new_value"] in old else 2
        texts = ("changed_by", "new_value", "old_value")
        return (step, *((row[name] or "").encode() for name in texts))

    return sorted(changes, key=place)


def event(changes: list[tuple[int, Row]]) -> Row:
    row = changes[0][1]
    parts: dict[str, dict[str, Any]] = {}
    for _, change in changes:
        value = change["new_value"]
        if change["field"] == "status":
            parts["transition"] = {"toState": STATES.get(value, value)}
        else:
            part, _, name = name_of(change["field"]).rpartition(".")
            parts.setdefault(part or "object", {})[name] = value
    if "Group" in parts.get("object", {}):
        parts.setdefault("context", {})["changed"] = ["Group"]
    name, role = USERS.get(row["changed_by"], (row["changed_by"], None))
    if role:
        parts["user"] = {"roles": [role]}
    place = max(place for place, _ in changes)
    micros = (row["changed_at"] - EPOCH) // dt.timedelta(microseconds=1)
    return {
        "EJ_ObjectID": row["object_id"],
        "EJ_EventTimeUTC": row["changed_at"],
        "EJ_Actor": name,
        "EJ_EventType": "Ticket.StatusChanged" if "transition" in parts else "Ticket.Changed",
        "EJ_Payload": json.dumps(parts, sort_keys=True, ensure_ascii=False),
        "EJ_Sequence": micros * 1000 + place if place > 1 else None,
        "_SyncDate": max(change["loaded_at"] for _, change in changes),
    }
