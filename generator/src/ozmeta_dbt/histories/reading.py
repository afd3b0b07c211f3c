"""Reads the histories of ozmeta.yml, each merged with its preset, and reports every fault."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ozmeta_dbt.calendars import zones
from ozmeta_dbt.config import (
    FILE_NAME,
    ChangesKeys,
    Config,
    EventsKeys,
    EventTypeKeys,
    FixedValue,
    HistoryKeys,
    NameKeys,
    ObjectsKeys,
    TableKeys,
    UserKeys,
)
from ozmeta_dbt.histories import presets
from ozmeta_dbt.histories.definition import (
    CHANGES,
    EVENTS,
    KINDS,
    OBJECTS,
    History,
    Part,
    Relation,
    source_of,
)
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import did_you_mean, nearest, one_of

NEEDED = {
    CHANGES: ("object_id", "field", "new_value", "at", "loaded_at"),
    EVENTS: ("object_id", "at", "loaded_at"),
    OBJECTS: ("object_id", "created_at", "loaded_at"),
}
# What the columns are for. The properties files and the page of the presets say so.
PURPOSES = {
    "object_id": "Id of the object.",
    "field": "The field that changed.",
    "new_value": "The field's value after the change.",
    "old_value": "The field's value before the change.",
    "at": "When it happened.",
    "loaded_at": "When the loader wrote the row.",
    "by": "Who did it.",
    "sequence": "The place among the object's changes.",
    "change_id": "Id of the change.",
    "event_id": "Id of the event.",
    "tenant": "The tenant.",
    "deleted": "Whether the row was deleted in the source.",
    "deleted_at": "When the object was deleted.",
    "created_at": "When the object was created.",
    "created_by": "Who created the object.",
    "status": "The object's status now.",
}
WHICH_ROWS = "Says which rows are read."


def histories(config: Config, problems: Problems) -> list[History]:
    """Every history without an error, in the order of ozmeta.yml."""
    found = []
    root = Origin(FILE_NAME).at("histories")
    for name, keys in config.histories.items():
        before = len(problems.errors)
        reader = Reader(name, root.at(name), problems)
        history = reader.read(keys)
        if history and len(problems.errors) == before:
            found.append(history)
    check_models(found, root, problems)
    return found


def check_models(found: list[History], root: Origin, problems: Problems) -> None:
    """An error for each model that two parts would make. Databases compare names in any case."""
    places: dict[str, str] = {}
    for history in found:
        for part in history.parts:
            place = f"{history.name}.{part.kind}.{part.name}"
            first = places.setdefault(part.model.lower(), place)
            if first != place:
                problems.error(
                    root.at(history.name, part.kind, part.name),
                    f"its model {part.model} has the name of that of {first}",
                    "rename the history or the part",
                )


class Reader:
    def __init__(self, name: str, origin: Origin, problems: Problems):
        self.name, self.origin, self.problems = name, origin, problems
        # {table: {column: what it is for}}
        self.tables: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.lookups: dict[str, dict[str, Any]] = {}  # the argument `names`, for all fields
        self.people: dict[str, Any] = {}  # the argument `users`

    def refuse(self, message: str, *place: object, hint: str = "") -> None:
        self.problems.error(self.origin.at(*place), message, hint)

    def read(self, own: HistoryKeys) -> History | None:
        preset = self.preset(own)
        if own.preset is not None and preset is None:
            return None
        base = presets.given(preset.keys) if preset else {}
        self.check_switched_off(own, base, preset)
        keys = HistoryKeys.model_validate(presets.merged(base, presets.given(own)))
        if not any(getattr(keys, kind) for kind in KINDS):
            self.refuse(
                "names no table",
                hint=f"give `preset` ({', '.join(presets.names())}), or tables under"
                " `changes`, `events` or `objects`",
            )
            return None
        if not keys.object_type:
            self.refuse("is missing, and has no default", "object_type")
        if keys.time_zone is not None and keys.time_zone not in zones.names():
            near = nearest(keys.time_zone, zones.names())
            self.refuse(
                f"{keys.time_zone!r} is not a time zone",
                "time_zone",
                hint=f"did you mean {near!r}?" if near else "expected a name such as Europe/Berlin",
            )
        self.check_lookups(keys)
        parts = [
            self.part(kind, name, part, keys)
            for kind in KINDS
            for name, part in getattr(keys, kind).items()
        ]
        return History(
            self.name,
            keys.object_type or "",
            keys.schema_ or self.name,
            keys.database,
            tuple(parts),
            {
                table: {column: " ".join(dict.fromkeys(told)) for column, told in columns.items()}
                for table, columns in self.tables.items()
            },
            preset.title if preset else "",
        )

    def preset(self, own: HistoryKeys) -> presets.Preset | None:
        if own.preset is None:
            if own.loader is not None:
                self.refuse(
                    "goes with `preset` only: it says whose tables the preset reads", "loader"
                )
            return None
        if own.preset not in presets.names():
            self.refuse(
                f"{own.preset!r} is not a preset",
                "preset",
                hint=one_of(own.preset, presets.names()),
            )
            return None
        loader = own.loader or presets.DEFAULT_LOADER
        found = presets.known(own.preset, loader)
        if not found:
            self.refuse(
                f"the preset {own.preset} does not know the tables of {loader}"
                + presets.why_unknown(own.preset, loader),
                "loader" if own.loader else "preset",
                hint=f"it knows those of {', '.join(presets.loaders(own.preset))}",
            )
            return None
        return found

    def check_switched_off(
        self, own: HistoryKeys, base: Mapping[str, Any], preset: presets.Preset | None
    ) -> None:
        """An error for a part that is null, but not in the preset."""
        for kind in KINDS:
            there = base.get(kind, {})
            for name, part in getattr(own, kind).items():
                if part is None and name not in there:
                    owner = f"the preset {preset.name} has" if preset else "there is"
                    self.refuse(
                        f"is null, but {owner} no such part",
                        kind,
                        name,
                        hint=did_you_mean(name, there),
                    )

    # ------------------------------------------------------------ tables

    def relation(self, keys: TableKeys, *place: object) -> Relation:
        if keys.ref:
            return Relation(keys.ref, None)
        if not keys.table:
            self.refuse(
                "names no table",
                *place,
                hint="give `table`, which is in the history's schema, or `ref`, a dbt model",
            )
        return Relation(keys.table or "", source_of(self.name))

    def reads(self, relation: Relation, column: str | None, purpose: str) -> None:
        """Note a column that is read, for the properties file."""
        if relation.source and column:
            self.tables[relation.name][column].append(purpose)

    def columns(self, kind: str, keys: Any, relation: Relation, *place: object) -> dict[str, Any]:
        found: dict[str, Any] = keys.columns.model_dump(exclude_none=True)
        for name in NEEDED[kind]:
            if name not in found:
                more = " Or {value: state} for a table of one field" if name == "field" else ""
                self.refuse(
                    f"lacks {name}",
                    *place,
                    "columns",
                    hint=f"name the table's column: {PURPOSES[name]}{more}",
                )
        for name, column in found.items():
            if isinstance(column, str):
                self.reads(relation, column, PURPOSES[name])
        return found

    def rows(self, keys: TableKeys, relation: Relation) -> dict[str, Any]:
        """The argument `only`, if there is any."""
        found = only_of(keys)
        for column in found.get("only", {}):
            self.reads(relation, column, WHICH_ROWS)
        return found

    # ------------------------------------------------------------ look-ups

    def check_lookups(self, keys: HistoryKeys) -> None:
        for field, lookup in keys.names.items():
            if lookup:
                self.lookups[field] = self.named(lookup, "names", field)
        if keys.users:
            self.people = self.lookup(keys.users, ("key",), "users")

    def named(self, keys: NameKeys, *place: object) -> dict[str, Any]:
        """One entry of the argument `names`."""
        values = {value: name for value, name in keys.values.items() if name is not None}
        if values and (keys.table or keys.ref):
            self.refuse("has a table and `values`", *place, hint="leave one of them out")
        if values:
            return {"values": values}
        if not keys.table and not keys.ref:
            self.refuse(
                "says no names",
                *place,
                hint="give `table` or `ref` with `key` and `name`, or `values`, as in {'1': New}",
            )
            return {}
        return self.lookup(keys, ("key", "name"), *place)

    def lookup(
        self, keys: NameKeys | UserKeys, needed: Iterable[str], *place: object
    ) -> dict[str, Any]:
        relation = self.relation(keys, *place)
        for name in needed:
            if getattr(keys, name) is None:
                self.refuse(f"lacks `{name}`", *place, hint="name a column of the table")
        columns = keys.model_dump(include={"key", "name", "role"}, exclude_none=True)
        return {"relation": relation, **columns, **only_of(keys)}

    def names(self, fields: Iterable[str] | None) -> dict[str, Any]:
        """The argument `names`, if any of these fields has names. fields: none for all"""
        wanted = None if fields is None else set(fields)
        found = {
            field: entry
            for field, entry in self.lookups.items()
            if wanted is None or field in wanted
        }
        for field, entry in found.items():
            told = {"key": f"An id in {field}.", "name": f"The name that {field} gets."}
            self.reads_lookup(entry, told)
        return {"names": found} if found else {}

    def users(self, has_actor: bool) -> dict[str, Any]:
        if not self.people or not has_actor:
            return {}
        told = {
            "key": "Who did something.",
            "name": "Becomes EJ_Actor.",
            "role": "Becomes user.roles.",
        }
        self.reads_lookup(self.people, told)
        return {"users": self.people}

    def reads_lookup(self, entry: Mapping[str, Any], told: Mapping[str, str]) -> None:
        if "relation" not in entry:
            return
        for name, purpose in told.items():
            self.reads(entry["relation"], entry.get(name), purpose)
        for column in entry.get("only", {}):
            self.reads(entry["relation"], column, WHICH_ROWS)

    # ------------------------------------------------------------ parts

    def part(self, kind: str, name: str, part: Any, keys: HistoryKeys) -> Part:
        makers: dict[str, Callable[..., dict[str, Any]]] = {
            CHANGES: self.changes,
            EVENTS: self.events,
            OBJECTS: self.objects,
        }
        relation = self.relation(part, kind, name)
        arguments = {
            "relation": relation,
            "object_type": keys.object_type,
            **makers[kind](part, relation, keys, kind, name),
            "source_system": keys.source_system or self.name,
            **({"time_zone": keys.time_zone} if keys.time_zone else {}),
            "lookback_minutes": keys.lookback_minutes,
        }
        return Part(kind, name, f"{self.name}_{name}", relation, arguments)

    def changes(
        self, part: ChangesKeys, relation: Relation, keys: HistoryKeys, *place: object
    ) -> dict[str, Any]:
        found = self.history_of(part, relation, *place)
        targets = found.get("fields")
        for at, field in enumerate(part.tracked):
            if targets is not None and field not in targets.values():
                self.refuse(
                    f"{field!r} is not a field that `fields` names",
                    *place,
                    "tracked",
                    at,
                    hint=did_you_mean(field, targets.values()),
                )
        if targets is not None and part.ignore_fields:
            self.refuse(
                "has no effect, because `fields` names the fields that are read",
                *place,
                "ignore_fields",
                hint="leave one of them out",
            )
        return {
            **found,
            **({"ignore_fields": part.ignore_fields} if part.ignore_fields else {}),
            **({"tracked": part.tracked} if part.tracked else {}),
            **self.names(self.sources_of(part)),
            **self.users(part.columns.by is not None),
        }

    def history_of(self, part: ChangesKeys, relation: Relation, *place: object) -> dict[str, Any]:
        """The arguments that say how a table of changes is read."""
        columns = self.columns(CHANGES, part, relation, *place)
        if not part.status_field:
            self.refuse(
                "is missing: the field whose changes are the workflow's transitions",
                *place,
                "status_field",
                hint="name it as the source does, such as status",
            )
        status = part.status_field or [""]
        return {
            "columns": columns,
            "status_field": status[0] if len(status) == 1 else status,
            **({"fields": targets(part.fields)} if part.fields is not None else {}),
            **self.rows(part, relation),
        }

    @staticmethod
    def sources_of(part: ChangesKeys) -> list[str] | None:
        """The source's fields that a part of changes reads; none for all."""
        if isinstance(part.columns.field, FixedValue):
            return [part.columns.field.value]
        return None if part.fields is None else [*(part.status_field or []), *targets(part.fields)]

    def events(
        self, part: EventsKeys, relation: Relation, keys: HistoryKeys, *place: object
    ) -> dict[str, Any]:
        columns = self.columns(EVENTS, part, relation, *place)
        fields = self.column_fields(part, relation)
        return {
            "columns": columns,
            "event_type": self.event_type(part, relation, *place),
            **({"fields": fields} if fields else {}),
            **self.rows(part, relation),
            **self.names(fields),
            **self.users(part.columns.by is not None),
        }

    def event_type(self, part: EventsKeys, relation: Relation, *place: object) -> Any:
        given = part.event_type
        if given is None:
            self.refuse(
                "lacks `event_type`",
                *place,
                hint="give a text such as Issue.Commented, or {column: public, values: {'true':"
                " Issue.Commented}}",
            )
        if not isinstance(given, EventTypeKeys):
            return given
        values = {value: type_ for value, type_ in given.values.items() if type_}
        if given.column is None or not values:
            self.refuse(
                "needs `column` and `values`",
                *place,
                "event_type",
                hint="as in {column: public, values: {'true': Issue.Commented}}",
            )
        self.reads(relation, given.column, "Decides the event type.")
        default = {"default": given.default} if given.default else {}
        return {"column": given.column, "values": values, **default}

    def objects(
        self, part: ObjectsKeys, relation: Relation, keys: HistoryKeys, *place: object
    ) -> dict[str, Any]:
        columns = self.columns(OBJECTS, part, relation, *place)
        fields = self.column_fields(part, relation)
        history = self.history_of_objects(part, keys, *place)
        status = part.columns.status
        named = [*fields, *([status] if isinstance(status, str) else [])]
        if history:
            # old values are ids as well
            changes = keys.changes[part.changes or ""]
            more = self.sources_of(changes) if changes and changes.columns.old_value else []
            named = [*named, *(keys.names if more is None else more)]
        return {
            "columns": columns,
            **({"fields": fields} if fields else {}),
            **({"changes": history} if history else {}),
            **self.rows(part, relation),
            **self.names(named),
            **self.users(part.columns.created_by is not None),
            **({"deleted_state": part.deleted_state} if part.deleted_state else {}),
        }

    def history_of_objects(
        self, part: ObjectsKeys, keys: HistoryKeys, *place: object
    ) -> dict[str, Any]:
        """The argument `changes`. Faults of that part are named where it is."""
        if part.changes is None:
            return {}
        found = keys.changes.get(part.changes)
        if not found:
            self.refuse(
                f"{part.changes!r} is not a part of `changes`",
                *place,
                "changes",
                hint=f"{did_you_mean(part.changes, keys.changes)}; null for none"
                if keys.changes
                else "write null here if there is no history",
            )
            return {}
        quiet = Reader(self.name, self.origin, Problems())
        relation = quiet.relation(found)
        return {"relation": relation, **quiet.history_of(found, relation)}

    def column_fields(self, part: EventsKeys | ObjectsKeys, relation: Relation) -> dict[str, str]:
        found = targets(part.fields or {})
        for column, target in found.items():
            self.reads(relation, column, f"Becomes {target_text(target)}.")
        return found


def only_of(keys: TableKeys) -> dict[str, Any]:
    only = {column: value for column, value in keys.only.items() if value is not None}
    return {"only": only} if only else {}


def targets(fields: Mapping[str, str | None]) -> dict[str, str]:
    return {field: target for field, target in fields.items() if target is not None}


def target_text(target: str) -> str:
    """A field as a rule refers to it."""
    return target if target.startswith(("context.", "object.")) else f"object.{target}"
