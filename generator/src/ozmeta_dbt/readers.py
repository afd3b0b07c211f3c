"""MetaDB rows from a snapshot, a folder of files, or a live database (database.py): the same model from each (SPEC 1)."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ozmeta_dbt.config import MetaDb
from ozmeta_dbt.problems import DatabaseProblem, FileProblem, Origin, Problems
from ozmeta_dbt.rows import IGNORED, TABLES, Row, loads, loads_yaml, names_of

SNAPSHOT_VERSION = 1

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
    "WorkflowState": "states", "WorkflowTransition": "transitions", "WorkflowTransitionRole": "transitionRoles", "SlaPolicy": "slas",
    "EventType": "events", "TransitionEvent": "transitionEvents", "ApprovalFlow": "approvalFlows", "ApprovalStep": "approvalSteps", "ApprovalStepRole": "approvalStepRoles",
}  # fmt: skip


@dataclass
class MetaRows:
    """All rows read, by table; and whose they are, where the source says so."""

    rows: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in TABLES})
    codes: dict[str, str] = field(default_factory=dict)  # clientCode and projectCode

    def __getitem__(self, table: str) -> list[Any]:
        return self.rows[table]


def read_metadb(project: Path, metadb: MetaDb, problems: Problems, flows: tuple[str, ...] = ()) -> MetaRows:
    """`flows`: codes of approval flows that are wanted though no row of the project uses them."""
    rows = MetaRows()
    if metadb.snapshot is not None:
        found = snapshot_rows(project / metadb.snapshot, metadb.snapshot, problems, rows.codes)
    elif metadb.folder is not None:
        found = folder_rows(project / metadb.folder, metadb.folder, problems)
    else:
        found = live_rows(metadb, problems, rows.codes, flows)
    for table, raw, origin in found:
        row = build_row(table, raw, origin, problems)
        if row is not None:
            rows[table].append(row)
    return rows


def live_rows(metadb: MetaDb, problems: Problems, codes: dict[str, str], flows: tuple[str, ...]) -> Iterator[tuple[str, Any, Origin]]:
    assert metadb.url_env and metadb.client and metadb.project
    try:
        from ozmeta_dbt.database import database_rows
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise DatabaseProblem("to read MetaDB from a live database, SQLAlchemy is needed: pip install 'ozmeta-dbt[database]', or 'ozmeta-dbt[mssql]' for SQL Server") from None
    codes |= {"clientCode": metadb.client, "projectCode": metadb.project}
    return database_rows(metadb.url_env, metadb.client, metadb.project, problems, flows)


def build_row(table: str, raw: Any, origin: Origin, problems: Problems) -> Row | None:
    if not isinstance(raw, dict):
        problems.error(origin, f"a row of {table} is expected, an object with its columns")
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
            if value not in (None, "") and names[lower] not in values:  # an empty column is as good as none
                values[names[lower]] = value
                written[names[lower]] = str(key)
        elif not lower.startswith("_") and lower not in IGNORED:
            problems.warn(origin.at(key), f"unknown column of {table}", "it has no effect")
    try:
        row = cls.model_validate(values)
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0])
            canonical = cls.model_fields[name].json_schema_extra["names"][0]  # type: ignore[index, call-overload]
            if fault["type"] == "missing":
                problems.error(origin, f"{table} needs {canonical}")
            else:
                problems.error(origin.at(written.get(name, canonical)), f"{canonical} is {short(fault['input'])}: {fault['msg']}")
        return None
    row._origin = origin
    row._written = written
    return row


def short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def read_text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FileProblem(f"{name} does not exist (looked for {path.name} in {path.parent.name}/; metadb in ozmeta.yml names it)") from None
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, or a NUL in the path
        raise FileProblem(f"{name} can't be read: {error}") from None


def snapshot_rows(path: Path, name: str, problems: Problems, codes: dict[str, str]) -> Iterator[tuple[str, Any, Origin]]:
    root = Origin(name)
    try:
        document = loads(read_text(path, name))
    except (ValueError, RecursionError) as error:
        problems.error(root, f"is no JSON: {error}", "export it from MetaDB again")
        return
    if not isinstance(document, dict) or not isinstance(document.get("objects"), dict):
        problems.error(root, "is no MetaDB snapshot: there is no `objects`")
        return
    version = document.get("snapshotVersion")
    try:
        number = int(str(version).split(".")[0])
    except ValueError:
        problems.error(root.at("snapshotVersion"), f"is {short(version)}, a number is expected")
        return
    if number > SNAPSHOT_VERSION:
        problems.error(root.at("snapshotVersion"), f"is {version}, and this generator reads up to {SNAPSHOT_VERSION}", "upgrade ozmeta-dbt")
        return
    objects, origin = document["objects"], root.at("objects")
    codes |= {key: str(document[key]) for key in ("clientCode", "projectCode") if isinstance(document.get(key), (str, int))}

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


def pack_rows(pack: Any, origin: Origin, problems: Problems) -> Iterator[tuple[str, Any, Origin]]:
    """One workflow with all that belongs to it; what is in a pack need not name its workflow."""
    if not isinstance(pack, dict) or not isinstance(pack.get("workflow"), dict):
        problems.error(origin, "a pack {workflow, states, transitions, ...} is expected")
        return
    yield "Workflow", pack["workflow"], origin.at("workflow")
    workflow_id = next((value for key, value in pack["workflow"].items() if key.lower() in ("id", "wf_id")), None)
    for table, key in PACK_PLACES.items():
        for _, row, at in listed(table, pack.get(key), origin.at(key), problems):
            if table in ("WorkflowState", "WorkflowTransition") and isinstance(row, dict):
                row = {**row} if {"workflowid", "wf_id"} & {str(k).lower() for k in row} else {**row, "workflowId": workflow_id}
            yield table, row, at


def listed(table: str, rows: Any, origin: Origin, problems: Problems) -> Iterator[tuple[str, Any, Origin]]:
    if rows is None:
        return
    if not isinstance(rows, list):
        problems.error(origin, f"an array of {table} rows is expected")
        return
    for index, row in enumerate(rows):
        yield table, row, origin.at(index)


def folder_rows(folder: Path, name: str, problems: Problems) -> Iterator[tuple[str, Any, Origin]]:
    if not folder.is_dir():
        raise FileProblem(f"the folder {name} does not exist (metadb.folder in ozmeta.yml names it)")
    found = False
    for table in TABLES:
        files = [path for path in (folder / f"{table}{ending}" for ending in (".csv", ".yml", ".yaml", ".json")) if os.path.lexists(path)]
        if len(files) > 1:
            problems.error(Origin(f"{name.rstrip('/')}/{files[1].name}"), f"{table} is there twice, also as {files[0].name}", "keep one of them")
        for path in files[:1]:
            found = True
            label = f"{name.rstrip('/')}/{path.name}"
            text = read_text(path, label)
            if path.suffix == ".csv":
                try:
                    for row in (reader := csv.DictReader(io.StringIO(text, newline=""), strict=True)):
                        if None in row or None in row.values():
                            problems.error(Origin(label, f"line {reader.line_num}"), "this row has not as many values as the header has columns")
                        else:
                            yield table, row, Origin(label, f"line {reader.line_num}")
                except csv.Error as error:
                    problems.error(Origin(label), f"is no CSV: {error}")
                continue
            try:
                rows = loads(text) if path.suffix == ".json" else loads_yaml(text)
            except (ValueError, RecursionError) as error:
                problems.error(Origin(label), f"can't be parsed: {' '.join(str(error).split())}")
                continue
            yield from listed(table, rows, Origin(label), problems)
    if not found:
        raise FileProblem(f"the folder {name} has no file named after a MetaDB table, such as RuntimeBinding.csv")
