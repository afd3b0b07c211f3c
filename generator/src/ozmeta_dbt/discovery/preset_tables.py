"""A preset, applied to the tables that the warehouse really has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ozmeta_dbt.config import EventTypeKeys, NameKeys, UserKeys
from ozmeta_dbt.discovery.journals import NothingFound
from ozmeta_dbt.discovery.section import Section
from ozmeta_dbt.discovery.texts import shown
from ozmeta_dbt.discovery.warehouse import Place, Seen
from ozmeta_dbt.histories.definition import CHANGES, EVENTS, KINDS
from ozmeta_dbt.histories.presets import DEFAULT_LOADER, Preset
from ozmeta_dbt.histories.reading import NEEDED
from ozmeta_dbt.words import one_of

MINE = "the_name_in_your_table"


@dataclass(frozen=True)
class Read:
    """A column that a part of a preset reads."""

    column: str
    place: tuple[str, ...]  # of the key that names it, in the part
    is_needed: bool


def parts_of(preset: Preset) -> Iterator[tuple[str, str, Any]]:
    """Kind, name and keys of each part."""
    for kind in KINDS:
        for name, part in getattr(preset.keys, kind).items():
            yield kind, name, part


def tables_of(preset: Preset) -> list[str]:
    """All tables that a preset reads, those of its parts first."""
    found = [part.table for _, _, part in parts_of(preset)]
    found += [lookup.table for lookup in preset.keys.names.values() if lookup and lookup.table]
    found += [preset.keys.users.table] if preset.keys.users else []
    return list(dict.fromkeys(found))


def check_table(preset: Preset, relation: str, table: str) -> None:
    """NothingFound if a relation is not one of the preset's tables."""
    known = tables_of(preset)
    if table.lower() not in [name.lower() for name in known]:
        raise NothingFound(
            f"--relation is {relation}, and {shown(table)} is not a table of the preset"
            f" {preset.name}: {one_of(table, known)}. Name one of them, or leave out --preset for a"
            " table of your own"
        )


def reads(kind: str, part: Any) -> Iterator[Read]:
    """The columns that a part reads from its own table."""
    for role, column in part.columns.model_dump(exclude_none=True).items():
        if isinstance(column, str):
            yield Read(column, ("columns", role), role in NEEDED[kind])
    for column in part.only:
        yield Read(column, ("only", column), True)
    if kind == EVENTS and isinstance(part.event_type, EventTypeKeys) and part.event_type.column:
        yield Read(part.event_type.column, ("event_type", "column"), True)
    if kind != CHANGES:
        for column in part.fields or {}:
            yield Read(column, ("fields", column), False)


def section(preset: Preset, place: Place, seen: Mapping[str, Seen]) -> tuple[Section, list[str]]:
    """The preset without what the tables lack, and the missing columns that it needs. For those,
    the section has a placeholder.
    """
    check_changes(preset, place, seen)
    keys: dict[str, Any] = {"preset": preset.name}
    keys |= {"loader": preset.loader} if preset.loader != DEFAULT_LOADER else {}
    keys["schema"] = place.schema
    keys |= {"database": place.database} if place.database else {}
    found = Section(preset.name, keys, [])
    lacking: list[str] = []
    for kind, name, part in parts_of(preset):
        table = seen[part.table]
        if not table.exists:
            found.put((kind, name), None, f"The warehouse has no table {shown(table.shown)}.")
            continue
        found.models.append(f"{preset.name}_{name}")
        for read in reads(kind, part):
            if table.column(read.column):
                continue
            why = f"{shown(table.shown)} has no column {read.column}."
            if read.is_needed:
                lacking.append(
                    f"{shown(table.shown)} has no column {read.column}, which the preset"
                    f" {preset.name} needs ({kind}.{name}.{'.'.join(read.place)}). It has:"
                    f" {table.listed}"
                )
                if read.place[0] == "only":
                    why += " Say which rows to read."
                    found.put((kind, name, *read.place), None, why)
                else:
                    found.put((kind, name, *read.place), MINE, why)
            else:
                found.put((kind, name, *read.place), None, why)
    add_lookups(found, preset, seen)
    return found, list(dict.fromkeys(lacking))


def check_changes(preset: Preset, place: Place, seen: Mapping[str, Seen]) -> None:
    """NothingFound without the table of changes, because the states come from there."""
    missing = [name for name in tables_of(preset) if not seen[name].exists]
    where = ".".join(filter(None, [place.database, place.schema]))
    look = "Name the schema of the loader with --schema, and check the target's database"
    if len(missing) == len(seen):
        raise NothingFound(
            f"the warehouse has none of the tables of the preset {preset.name} in the schema"
            f" {shown(where)}: {', '.join(missing)}. {look}"
        )
    for kind, _, part in parts_of(preset):
        if kind == CHANGES and part.table in missing:
            there = ", ".join(name for name in seen if seen[name].exists)
            raise NothingFound(
                f"the warehouse has no table {shown(seen[part.table].shown)}, from which the preset"
                f" {preset.name} takes the states. It has: {there}. Switch the table on in the"
                f" loader, or name another schema with --schema"
            )


def add_lookups(found: Section, preset: Preset, seen: Mapping[str, Seen]) -> None:
    """Leave out names that no table has. Their ids then stay ids."""
    for name, lookup in preset.keys.names.items():
        if lookup and lookup.table and (why := lack(lookup, ("key", "name"), seen)):
            found.put(("names", name), None, f"{why} {name} keeps its ids.")
    users = preset.keys.users
    if not users:
        return
    if why := lack(users, ("key",), seen):
        found.put(("users",), None, f"{why} Actors keep their ids.")
        return
    for key in ("name", "role"):
        if getattr(users, key) and (why := lack(users, (key,), seen)):
            told = {"name": "Actors keep their ids.", "role": "Actors have no role."}
            found.put(("users", key), None, f"{why} {told[key]}")


def lack(lookup: NameKeys | UserKeys, needed: tuple[str, ...], seen: Mapping[str, Seen]) -> str:
    """Why a look-up cannot be read; None if it can."""
    table = seen[lookup.table or ""]
    if not table.exists:
        return f"The warehouse has no table {shown(table.shown)}."
    columns = [getattr(lookup, key) for key in needed] + list(lookup.only)
    missing = [column for column in columns if not table.column(column)]
    return f"{shown(table.shown)} has no column {', '.join(missing)}." if missing else ""
