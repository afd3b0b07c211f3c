"""A table of changes that no preset knows, as a history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ozmeta_dbt.bindings.entity import snake_case
from ozmeta_dbt.calendars import zones
from ozmeta_dbt.discovery import facts, roles
from ozmeta_dbt.discovery.journals import PLAIN, NothingFound
from ozmeta_dbt.discovery.names import code_part
from ozmeta_dbt.discovery.section import Section
from ozmeta_dbt.discovery.texts import shown
from ozmeta_dbt.discovery.warehouse import Place, Seen, asked
from ozmeta_dbt.operations.dbt import Dbt
from ozmeta_dbt.words import nearest

STATUS_NAMES = ("status", "state")
SHOWN_FIELDS = 8
# words that a table's name has before and after the name of its objects
BEFORE = ("raw", "stg", "src", "base", "int", "dim", "fct")
AFTER = re.compile(
    "histor(?:y|ies)|changes?|changelogs?|logs?|audits?|fields?|events?|status|states?|updates?"
    "|transitions?"
)


@dataclass(frozen=True)
class Choice:
    """What the options say about the table."""

    status_fields: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    time_zone: str | None = None
    object_types: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.status_fields or self.columns or self.time_zone)


@dataclass(frozen=True)
class Concluded:
    section: Section
    told: list[str]  # what was concluded without an option


def concluded(dbt: Dbt, place: Place, seen: Seen, choice: Choice) -> Concluded:
    """The section for a table. NothingFound if it is not clear how to read it."""
    check(seen, choice)
    chosen, faults = roles.given(choice.columns, seen.has)
    object_type = choice.object_types[0] if choice.object_types else object_type_of(seen.name)
    columns, unclear = roles.roles(chosen, seen.has, f"{snake_case(object_type)}_id")
    if faults or unclear:
        raise NothingFound(
            "\n".join(f"{shown(seen.shown)}: {fault}" for fault in faults or unclear)
            + f"\n{shown(seen.shown)} has the columns {seen.listed}. It is read as a table with one"
            " row per changed field, because it has no column EJ_ID. Describe any other table under"
            " `histories` in ozmeta.yml"
        )
    wanted = {name.lower() for name in (*choice.status_fields, *STATUS_NAMES)}
    answer = asked(
        dbt,
        "discover_changes",
        table=place.table(seen.name),
        field=columns["field"],
        at=columns["at"],
        named=sorted(wanted),
    )
    counts = {
        row["field_name"]: facts.number(row["changes"]) for row in facts.records(answer, "fields")
    }
    status, told = status_of(seen, columns["field"], counts, choice.status_fields)
    check_times(seen, columns["at"], answer["at"], choice.time_zone)
    if not choice.object_types:
        told.append(f"the object type is {shown(object_type)}; --object-type names another")
    others = [
        name
        for name in counts
        if name not in status and name.lower() in {each.lower() for each in status}
    ]
    part: dict[str, Any] = {"ref": seen.node["name"]} if seen.node else {"table": seen.name}
    part |= {"columns": columns, "status_field": status[0] if len(status) == 1 else status}
    part |= {"ignore_fields": others} if others else {}
    return Concluded(
        section(place, seen, object_type, part, choice.time_zone),
        [f"{seen.shown}: {', '.join(f'{role} is {own}' for role, own in columns.items())}", *told],
    )


def check(seen: Seen, choice: Choice) -> None:
    """NothingFound if an option makes no sense, or the table cannot be named."""
    if len(choice.object_types) > 1:
        raise NothingFound("a table of changes has one object type: give --object-type once")
    if not seen.exists:
        raise NothingFound(
            f"the warehouse has no relation {shown(seen.shown)}: correct the name, and check that"
            " the target is of the right database"
        )
    zone = choice.time_zone
    if zone is not None and zone not in zones.names():
        near = nearest(zone, zones.names())
        hint = f"did you mean {near}?" if near else "expected a name such as Europe/Berlin"
        raise NothingFound(f"--time-zone is {zone!r}, which is no time zone; {hint}")


def status_of(
    seen: Seen, column: str, counts: Mapping[str, int], given: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    """The fields that hold the state, and what was concluded. NothingFound if no field or more than
    one may hold it.
    """
    most = sorted(counts, key=lambda name: (-counts[name], name))[:SHOWN_FIELDS]
    fields = ", ".join(f"{shown(name)} ({counts[name]})" for name in most)
    there = f"{shown(seen.shown)} has in {column}: {fields}"
    if not counts:
        raise NothingFound(f"{shown(seen.shown)} has no row with a field in {column}")
    missing = [name for name in given if name not in counts]
    if missing:
        near = nearest(missing[0], counts)
        hint = f"Did you mean {shown(near)}? " if near else ""
        raise NothingFound(
            f"no row has the field {', '.join(map(shown, missing))}, which --status-field names."
            f" {hint}{there}"
        )
    if given:
        return list(given), []
    found = sorted(name for name in counts if name.lower() in STATUS_NAMES)
    if len(found) == 1:
        return found, [f"the states are the values of {shown(found[0])}, by its name"]
    if found:
        raise NothingFound(
            f"the state may be in the fields {' and '.join(map(shown, found))}: say which with"
            f" --status-field {found[0]}. Give the option for each if both say the state, because"
            " the field was renamed"
        )
    raise NothingFound(
        f"no field is called status or state: say which field has the state with --status-field"
        f" NAME. {there}"
    )


def check_times(seen: Seen, column: str, at: Mapping[str, Any], zone: str | None) -> None:
    """NothingFound if neither the times nor an option give a time zone."""
    if not at["is_local"] or zone:
        return
    has = f"has the type {at['type']}, without a time zone"
    if at["example"] is not None:
        has = f"has times without an offset, such as {shown(str(at['example']))}"
    raise NothingFound(
        f"{column} of {shown(seen.shown)} {has}. Say in which zone its clock was: --time-zone UTC,"
        " or for example --time-zone Europe/Berlin"
    )


def object_type_of(table: str) -> str:
    """ticket_field_changes -> Ticket; Object if nothing is left of the name."""
    words = [word for word in snake_case(table).split("_") if word and not word.isdigit()]
    while words and words[0] in BEFORE:
        words = words[1:]
    while words and AFTER.fullmatch(words[-1]):
        words = words[:-1]
    if not words:
        return "Object"
    return code_part(" ".join([*words[:-1], singular(words[-1])]))


def singular(word: str) -> str:
    if re.search("[^aeiou]ies$", word):
        return word[:-3] + "y"
    if re.search("(?:ss|sh|ch|x)es$", word):
        return word[:-2]
    return word[:-1] if re.search("[^su]s$", word) else word


def section(
    place: Place, seen: Seen, object_type: str, part: dict[str, Any], time_zone: str | None
) -> Section:
    name = snake_case(object_type)
    if not name or name[0].isdigit():
        name = "history"
    # the model must not have the name of the table: it could be in the same schema
    model = next(m for m in (f"{name}_changes", f"{name}_history") if m != seen.name.lower())
    keys: dict[str, Any] = {}
    if "table" in part:
        named = [place.schema, seen.name, *([place.database] if place.database else [])]
        if odd := [each for each in named if not PLAIN.fullmatch(each)]:
            raise NothingFound(
                f"ozmeta.yml cannot name {shown(seen.shown)}, since {shown(odd[0])} is not a plain"
                " name: make a dbt model that selects from it, and discover that"
            )
        keys["schema"] = place.schema
        keys |= {"database": place.database} if place.database else {}
    keys["object_type"] = object_type
    keys |= {"time_zone": time_zone} if time_zone else {}
    keys["changes"] = {model.removeprefix(f"{name}_"): part}
    return Section(name, keys, [model])
