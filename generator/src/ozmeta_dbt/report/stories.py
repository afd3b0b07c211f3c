"""What happened to the objects that the report lists, as `ozmeta-dbt explain` shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ozmeta_dbt.operations import explain
from ozmeta_dbt.operations.facts import Facts, Row, instant
from ozmeta_dbt.report.figures import Figure

LISTS = ("late_objects", "due_objects", "escalations", "approvals", "paused_objects")
Wanted = tuple[str, str | None]  # an object's id and its tenant


@dataclass(frozen=True)
class Told:
    """One object's story. Lines: position, instant, event, effects."""

    object_id: str
    tenant: str | None
    heading: str
    lines: list[tuple[str, str, str, list[str]]]
    notes: list[str]


def wanted(figures: dict[str, Figure], most: int) -> list[Wanted]:
    """The late objects first, then the first ones of each other list, in turns."""
    lists = [
        [(row["object_id"], row["tenant"]) for row in figures[name].rows]
        for name in LISTS
        if name in figures
    ]
    late = lists.pop(0) if "late_objects" in figures else []
    found: dict[Wanted, None] = dict.fromkeys(late[:most])
    for place in range(max(map(len, lists), default=0)):
        for one in lists:
            if place < len(one) and len(found) < most:
                found.setdefault(one[place])
    return list(found)


def stories(
    binding: str, objects: Iterable[Wanted], answer: Facts, aliases: dict[str, str]
) -> list[Told]:
    """answer: what the macro report_stories printed of the binding; aliases: {old event type:
    current name}, see explain.rename
    """
    return [
        found
        for one in objects
        for found in told(
            binding,
            one,
            {
                model: [row for row in rows if object_of(row) in (one[0], None)]
                for model, rows in answer.items()
            },
            aliases,
        )
    ]


def object_of(row: Row) -> str | None:
    """The id in the column <prefix>_ObjectID. Rows of the run log, and of steps, have none."""
    return next((value for name, value in row.items() if name.endswith("_ObjectID")), None)


def told(binding: str, wanted_one: Wanted, facts: Facts, aliases: dict[str, str]) -> list[Told]:
    object_id, tenant = wanted_one
    keys = {row["_ObjectKey"] for row in facts.get("timeline", [])}
    # the steps of timers have no id, but the key
    facts = {
        model: [
            row
            for row in rows
            if model in ("quarantine", "journal") or row.get("_ObjectKey") in {None, *keys}
        ]
        for model, rows in facts.items()
    }
    found = []
    for one in explain.objects(facts).values():
        if (explain.tenant(one) or None) != (tenant or None):
            continue
        explain.rename(one, aliases)
        story = explain.story(binding, object_id, one)
        lines = [
            (line.position, instant(line.at), line.what, [text for _, text in line.effects])
            for line in story.lines
        ]
        found.append(Told(object_id, tenant, story.heading, lines, story.notes))
    return found
