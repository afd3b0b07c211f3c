"""MetaDB rows from a snapshot, a folder of files, or a live database (database.py): the same model
from each (SPEC 1).
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ozmeta_dbt.config import MetaDb, Provided
from ozmeta_dbt.documents import loads, loads_yaml
from ozmeta_dbt.metadb.rows import IGNORED, TABLES, Row, canonical, names_of, written_names
from ozmeta_dbt.problems import DatabaseProblem, FileProblem, Origin, Problems
from ozmeta_dbt.words import did_you_mean, distance, nearest, plain

SNAPSHOT_VERSION = 1
R = TypeVar("R", bound=Row)
UNREADABLE = object()  # stands for rows of a table that can't be read, which an error says

ENDINGS = (".csv", ".yml", ".yaml", ".json")

# Where a snapshot keeps the rows of each table, below `objects`.
SNAPSHOT_PLACES = {
    "Table": ["model.tables", "tables"],
    "UiEntity": ["model.uiEntities", "uiEntities", "ui.entities"],
    "Workflow": ["workflows.workflows"],
    "WorkflowState": ["workflows.states"],
    "WorkflowTransition": ["workflows.transitions"],
    "WorkflowTransitionRole": ["workflows.transitionRoles"],
    "ApprovalFlow": ["workflows.approvalFlows"],
    "ApprovalStep": ["runtime.approvalSteps", "workflows.approvalSteps"],
    "ApprovalStepRole": ["runtime.approvalStepRoles", "workflows.approvalStepRoles"],
    "SlaPolicy": ["workflows.slas", "runtime.slaPolicies"],
    "EventType": ["workflows.events", "runtime.eventTypes"],
    "TransitionEvent": ["runtime.transitionEvents", "workflows.transitionEvents"],
    "Role": ["security.roles"],
    "RuntimeBinding": ["runtime.bindings"],
    "RuntimeTemplateBinding": ["runtime.templateBindings"],
    "RuntimeSlaBinding": ["runtime.slaBindings"],
    "RuntimeSignalType": ["runtime.signalTypes"],
}
# The same tables within one pack of `objects.workflows`, where that is an array.
PACK_PLACES = {
    "WorkflowState": "states",
    "WorkflowTransition": "transitions",
    "WorkflowTransitionRole": "transitionRoles",
    "SlaPolicy": "slas",
    "EventType": "events",
    "TransitionEvent": "transitionEvents",
    "ApprovalFlow": "approvalFlows",
    "ApprovalStep": "approvalSteps",
    "ApprovalStepRole": "approvalStepRoles",
}


@dataclass
class MetaRows:
    """All rows read, by table; and whose they are, where the source says so."""

    rows: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in TABLES})
    codes: dict[str, str] = field(default_factory=dict)  # clientCode and projectCode
    refused: dict[str, set[str]] = field(
        default_factory=dict
    )  # by table: the ids of the rows that an error left out
    lost: set[str] = field(
        default_factory=set
    )  # tables of which an error left out rows whose ids are not known

    def __getitem__(self, table: str) -> list[Any]:
        return self.rows[table]

    def of(self, cls: type[R]) -> list[R]:
        return self.rows[cls.__name__]

    def may_hold(self, table: str, id: str) -> bool:
        """Whether a row that an error left out may be the one of that id. Then the error is said,
        and a reference to it is no other one.
        """
        return table in self.lost or id in self.refused.get(table, ())

    def complete(self, *tables: str) -> bool:
        """Whether every row of these tables was read. Only then is an unknown id really missing."""
        return not any(table in self.lost or table in self.refused for table in tables)


def read_metadb(
    project: Path, metadb: MetaDb, problems: Problems, flows: tuple[str, ...] = ()
) -> MetaRows:
    """`flows`: codes of approval flows that are wanted though no row of the project uses them."""
    rows = MetaRows()
    if metadb.snapshot is not None:
        found = snapshot_rows(project / metadb.snapshot, metadb.snapshot, problems, rows.codes)
    elif metadb.folder is not None:
        found = folder_rows(project / metadb.folder, metadb.folder, problems)
    else:
        found = live_rows(metadb, problems, rows.codes, flows)
    for table, raw, origin in found:
        before = len(problems.errors)
        row = None if raw is UNREADABLE else build_row(table, raw, origin, problems)
        if row is not None:
            rows[table].append(row)
        elif raw is UNREADABLE or len(problems.errors) > before:
            refuse(rows, table, raw)
    return rows


def refuse(rows: MetaRows, table: str, raw: Any) -> None:
    """Remember a row that an error left out, by its id if that can be told."""
    info = TABLES[table].model_fields.get("id")
    names = {name.lower() for name in written_names(info)} if info else set()
    ids = (
        [value for key, value in raw.items() if str(key).lower() in names]
        if isinstance(raw, dict)
        else []
    )
    if any(isinstance(value, (str, int)) and value != "" for value in ids):
        rows.refused.setdefault(table, set()).update(map(str, ids))
    else:
        rows.lost.add(table)


def live_rows(
    metadb: MetaDb, problems: Problems, codes: dict[str, str], flows: tuple[str, ...]
) -> Iterator[tuple[str, Any, Origin]]:
    assert metadb.url_env
    try:
        from ozmeta_dbt.metadb.database import database_rows, provided_rows
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise DatabaseProblem(
            "to read MetaDB from a live database, SQLAlchemy is needed: pip install"
            " 'ozmeta-dbt[database]', or 'ozmeta-dbt[mssql]' for SQL Server"
        ) from None
    if isinstance(metadb, Provided):
        return provided_rows(metadb, codes, problems)
    assert metadb.client and metadb.project
    codes |= {"clientCode": metadb.client, "projectCode": metadb.project}
    return database_rows(metadb.url_env, metadb.client, metadb.project, problems, flows)


def build_row(table: str, raw: Any, origin: Origin, problems: Problems) -> Row | None:
    if not isinstance(raw, dict):
        problems.error(origin, f"expected a row of {table}: an object with its columns")
        return None
    cls = TABLES[table]
    names = names_of(cls)
    values: dict[str, Any] = {}
    written: dict[str, str] = {}
    for key, value in raw.items():
        lower = str(key).lower()
        if lower == "_deletedate" and value not in (None, ""):
            return None
        if lower in names:
            if (
                value not in (None, "") and names[lower] not in values
            ):  # an empty column is as good as none
                values[names[lower]] = value
                written[names[lower]] = str(key)
        elif not lower.startswith("_") and lower not in IGNORED:
            problems.warn(
                origin.at(key),
                f"unknown column of {table}: it has no effect",
                unknown_column(str(key), cls),
            )
    try:
        row = cls.model_validate(values)
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0])
            wanted = canonical(cls.model_fields[name])
            if fault["type"] == "missing":
                problems.error(origin, f"{table} needs {wanted}", misspelt_column(raw, cls, name))
                continue
            given, expected = (
                fault["input"],
                re.findall(r"'([^']*)'", fault.get("ctx", {}).get("expected", "")),
            )
            hint = (
                did_you_mean(given, expected)
                if expected and isinstance(given, str) and nearest(given, expected)
                else ""
            )
            problems.error(
                origin.at(written.get(name, wanted)),
                f"{wanted} is {short(given)}: {fault['msg']}",
                hint,
            )
        return None
    row._origin = origin
    row._written = written
    return row


def unknown_column(key: str, cls: type[Row]) -> str:
    """A hint for an unknown column: the nearest known one, in the same spelling."""
    names = [name for info in cls.model_fields.values() for name in written_names(info)]
    name = nearest(key, names)
    return f"did you mean {name!r}?" if name else ""


def misspelt_column(raw: dict[Any, Any], cls: type[Row], name: str) -> str:
    """A hint for a column that is missing: the unknown one that was likely meant to be it."""
    known, meant = names_of(cls), written_names(cls.model_fields[name])
    unknown = [
        str(key) for key in raw if str(key).lower() not in known and str(key).lower() not in IGNORED
    ]
    near = next((key for key in unknown if nearest(key, meant)), None)
    return f"is {near!r} meant to be it?" if near else ""


def short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def read_text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FileProblem(
            f"{name} does not exist (looked for {path.name} in {path.parent.name}/; metadb in"
            " ozmeta.yml names it)"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, or a NUL in the path
        raise FileProblem(f"{name} can't be read: {error}") from None


def snapshot_rows(
    path: Path, name: str, problems: Problems, codes: dict[str, str]
) -> Iterator[tuple[str, Any, Origin]]:
    root = Origin(name)
    try:
        document = loads(read_text(path, name))
    except (ValueError, RecursionError) as error:
        problems.error(root, f"is not JSON: {error}", "export it from MetaDB again")
        yield from nothing_of(TABLES, root)
        return
    if not isinstance(document, dict) or not isinstance(document.get("objects"), dict):
        problems.error(root, "is not a MetaDB snapshot: there is no `objects`")
        yield from nothing_of(TABLES, root)
        return
    version = document.get("snapshotVersion")
    try:
        number = int(str(version).split(".")[0])
    except ValueError:
        problems.error(root.at("snapshotVersion"), f"is {short(version)}; expected a number")
        yield from nothing_of(TABLES, root)
        return
    if number > SNAPSHOT_VERSION:
        problems.error(
            root.at("snapshotVersion"),
            f"is {version}, and this generator reads up to {SNAPSHOT_VERSION}",
            "upgrade ozmeta-dbt",
        )
        yield from nothing_of(TABLES, root)
        return
    objects, origin = document["objects"], root.at("objects")
    codes |= {
        key: str(document[key])
        for key in ("clientCode", "projectCode")
        if isinstance(document.get(key), (str, int))
    }

    misspelt_keys(objects, origin, problems)
    packs = objects.get("workflows")
    if isinstance(packs, list):
        for index, pack in enumerate(packs):
            yield from pack_rows(pack, origin.at("workflows", index), problems)

    for table, places in SNAPSHOT_PLACES.items():
        for place in places:
            here: Any = objects
            for key in place.split("."):
                here = here.get(key) if isinstance(here, dict) else None
            yield from listed(table, here, origin.at(*place.split(".")), problems)


def nothing_of(tables: Iterable[str], origin: Origin) -> Iterator[tuple[str, Any, Origin]]:
    """Rows of these tables can't be read, and an error says why: nothing that points to them is at
    fault for that.
    """
    for table in tables:
        yield table, UNREADABLE, origin


def misspelt_keys(objects: dict[str, Any], origin: Origin, problems: Problems) -> None:
    """Warn of keys that are much like those below which rows are looked for: what is there would be
    missing without a word.
    """
    places = [place.split(".") for every in SNAPSHOT_PLACES.values() for place in every]
    parts: dict[str, set[str]] = {}
    for part, *rest in places:
        parts.setdefault(part, set()).update(rest)
    levels: list[tuple[Any, set[str], Origin]] = [(objects, set(parts), origin)]
    levels += [(objects.get(part), names, origin.at(part)) for part, names in parts.items()]
    packs = objects.get("workflows")
    levels += [
        (pack, {"workflow", *PACK_PLACES.values()}, origin.at("workflows", index))
        for index, pack in enumerate(packs if isinstance(packs, list) else [])
    ]
    for level, names, at in levels:
        for key in level if isinstance(level, dict) else ():
            name = nearest(str(key), names - level.keys())
            if (
                key not in names
                and name
                and (plain(key) == plain(name) or (len(key) > 4 and distance(key, name) <= 2))
            ):
                problems.warn(
                    at.at(key),
                    "is not a part of a snapshot that is read: it has no effect",
                    f"did you mean {name!r}?",
                )


def pack_rows(pack: Any, origin: Origin, problems: Problems) -> Iterator[tuple[str, Any, Origin]]:
    """One workflow with all that belongs to it; what is in a pack need not name its workflow."""
    if not isinstance(pack, dict) or not isinstance(pack.get("workflow"), dict):
        problems.error(origin, "expected a pack: {workflow, states, transitions, ...}")
        yield from nothing_of(["Workflow", *PACK_PLACES], origin)
        return
    yield "Workflow", pack["workflow"], origin.at("workflow")
    workflow_id = next(
        (value for key, value in pack["workflow"].items() if key.lower() in ("id", "wf_id")), None
    )
    for table, key in PACK_PLACES.items():
        for _, row, at in listed(table, pack.get(key), origin.at(key), problems):
            if table in ("WorkflowState", "WorkflowTransition") and isinstance(row, dict):
                row = (
                    {**row}
                    if {"workflowid", "wf_id"} & {str(k).lower() for k in row}
                    else {**row, "workflowId": workflow_id}
                )
            yield table, row, at


def listed(
    table: str, rows: Any, origin: Origin, problems: Problems
) -> Iterator[tuple[str, Any, Origin]]:
    if rows is None:
        return
    if not isinstance(rows, list):
        problems.error(origin, f"expected an array of {table} rows")
        yield from nothing_of([table], origin)
        return
    for index, row in enumerate(rows):
        yield table, row, origin.at(index)


def folder_rows(folder: Path, name: str, problems: Problems) -> Iterator[tuple[str, Any, Origin]]:
    if not folder.is_dir():
        raise FileProblem(
            f"the folder {name} does not exist (metadb.folder in ozmeta.yml names it)"
        )
    found = False
    misspelt = misspelt_files(folder, name, problems)
    for table in TABLES:
        files = [
            path
            for path in (folder / f"{table}{ending}" for ending in ENDINGS)
            if os.path.lexists(path)
        ]
        if len(files) > 1:
            problems.error(
                Origin(f"{name.rstrip('/')}/{files[1].name}"),
                f"{table} occurs twice, also as {files[0].name}",
                "keep one of them",
            )
        for path in files[:1]:
            found = True
            label = f"{name.rstrip('/')}/{path.name}"
            text = read_text(path, label)
            if path.suffix == ".csv":
                try:
                    for row in (
                        reader := csv.DictReader(io.StringIO(text, newline=""), strict=True)
                    ):
                        if None in row or None in row.values():
                            problems.error(
                                Origin(label, f"line {reader.line_num}"),
                                "this row has not as many values as the header has columns",
                            )
                            yield from nothing_of([table], Origin(label))
                        else:
                            yield table, row, Origin(label, f"line {reader.line_num}")
                except csv.Error as error:
                    problems.error(Origin(label), f"is not CSV: {error}")
                    yield from nothing_of([table], Origin(label))
                continue
            try:
                rows = loads(text) if path.suffix == ".json" else loads_yaml(text)
            except (ValueError, RecursionError) as error:
                problems.error(Origin(label), f"can't be parsed: {' '.join(str(error).split())}")
                yield from nothing_of([table], Origin(label))
                continue
            yield from listed(table, rows, Origin(label), problems)
    if not found:
        hint = f" ({misspelt[0]} is not such a name: {misspelt[1]})" if misspelt else ""
        raise FileProblem(
            f"the folder {name} has no file named after a MetaDB table, such as"
            f" RuntimeBinding.csv{hint}"
        )


def misspelt_files(folder: Path, name: str, problems: Problems) -> tuple[str, str] | None:
    """Warn of every file that is not read, and whose name is much like one that would be. The first
    of them, and its hint.
    """
    readable = {f"{table}{ending}" for table in TABLES for ending in ENDINGS}
    first = None
    for path in sorted(folder.iterdir()):
        stem, _dot, ending = path.name.partition(".")
        table = stem if stem in TABLES else nearest(stem, TABLES)
        if path.name in readable or not stem or table is None or path.is_dir():
            continue
        right = f".{ending}" if f".{ending}" in ENDINGS else nearest(f".{ending}", ENDINGS)
        if (
            right
            and os.path.lexists(folder / f"{table}{right}")
            and path.samefile(folder / f"{table}{right}")
        ):
            continue  # a file system that knows no case
        hint = (
            f"did you mean {table}{right}?"
            if right
            else f"a file of {table} ends in {', '.join(ENDINGS)}"
        )
        problems.warn(
            Origin(f"{name.rstrip('/')}/{path.name}"),
            "this file is not read: it is not named after a MetaDB table",
            hint,
        )
        first = first or (path.name, hint)
    return first
