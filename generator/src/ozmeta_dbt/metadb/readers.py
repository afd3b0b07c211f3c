"""MetaDB rows from a snapshot, a folder of files, or a live database (database.py): the same model
from each (spec 1).
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ozmeta_dbt.config import MetaDb, Provided
from ozmeta_dbt.documents import loads, loads_yaml, storable
from ozmeta_dbt.metadb import contract
from ozmeta_dbt.metadb.build import Builder, Built, Unreadable, short
from ozmeta_dbt.metadb.rows import TABLES, Workflow, WorkflowState, spelt
from ozmeta_dbt.metadb.use import MetaRows, gather
from ozmeta_dbt.problems import DatabaseProblem, FileProblem, Origin, Problem, Problems
from ozmeta_dbt.words import distance, nearest, plain

Found = tuple[str, Any, Origin]  # table, row as it is written, where

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
    "EventTemplate": ["templates", "runtime.eventTemplates"],
    "RuntimeTemplateBinding": ["runtime.templateBindings"],
    "RuntimeSlaBinding": ["runtime.slaBindings"],
    "RuntimeSignalType": ["runtime.signalTypes"],
    "RetentionPolicy": ["documents.retentionPolicies", "governance.retentionPolicies"],
    "Field": ["model.fields", "fields"],
    "DataProtectionPolicy": ["security.dataProtectionPolicies"],
    "FieldProtection": ["security.fieldProtection"],
    "Language": ["texts.languages"],
    "ProjectLanguage": ["localization.projectLanguages"],
    "TextKey": ["texts.textKeys"],
    "TextTranslation": ["texts.translations"],
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


def read_metadb(
    project: Path, metadb: MetaDb, problems: Problems, flows: tuple[str, ...] = ()
) -> MetaRows:
    """`flows`: codes of approval flows that are needed although no row of the project uses them."""
    codes: dict[str, Any] = {}
    if metadb.snapshot is not None:
        found = snapshot_rows(project / metadb.snapshot, metadb.snapshot, problems, codes)
    elif metadb.folder is not None:
        found = folder_rows(project / metadb.folder, metadb.folder, problems)
    else:
        found = live_rows(metadb, problems, codes, flows)
    builder = Builder(problems)
    built = [
        Built(table, origin, problems=[raw.problem] if raw.problem else [])
        if isinstance(raw, Unreadable)
        else builder.row(table, raw, origin)
        for table, raw, origin in found
    ]
    return gather(built, codes, flows, problems)


def live_rows(
    metadb: MetaDb, problems: Problems, codes: dict[str, Any], flows: tuple[str, ...]
) -> Iterator[Found]:
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
    path: Path, name: str, problems: Problems, codes: dict[str, Any]
) -> Iterator[Found]:
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
    objects, origin = document["objects"], root.at("objects")
    check_revision(document, root, problems)
    codes |= {
        key: str(document[key])
        for key in ("clientCode", "projectCode")
        if isinstance(document.get(key), (str, int)) and storable(str(document[key]))
    }
    if is_whole(document.get("snapshotVersion")):
        codes["snapshotVersion"] = document["snapshotVersion"]

    misspelt_keys(objects, origin, problems)
    packs = objects.get("workflows")
    if isinstance(packs, list):
        for index, pack in enumerate(packs):
            yield from pack_rows(pack, origin.at("workflows", index))

    for table, places in SNAPSHOT_PLACES.items():
        for place in places:
            here: Any = objects
            for key in place.split("."):
                here = here.get(key) if isinstance(here, dict) else None
            yield from listed(table, here, origin.at(*place.split(".")))


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def check_revision(document: dict[str, Any], root: Origin, problems: Problems) -> None:
    """The snapshotVersion counts revisions of the content. It does not affect how the snapshot is
    read.
    """
    if "snapshotVersion" not in document:
        problems.warn(root, "has no snapshotVersion, so nothing says which revision this is")
    elif not is_whole(document["snapshotVersion"]):
        problems.warn(
            root.at("snapshotVersion"),
            f"is {short(document['snapshotVersion'])}; expected the number of the revision",
        )


def nothing_of(
    tables: Iterable[str], origin: Origin, problem: Problem | None = None
) -> Iterator[Found]:
    """Rows of these tables can't be read. The problem is an error if a binding needs one of them.
    Without a problem, an error has been reported already.
    """
    for table in tables:
        yield table, Unreadable(problem), origin


def misspelt_keys(objects: dict[str, Any], origin: Origin, problems: Problems) -> None:
    """Warn about keys that are similar to the expected ones, because the rows below them would
    silently be missing.
    """
    places = [place.split(".") for every in SNAPSHOT_PLACES.values() for place in every]
    parts: dict[str, set[str]] = {}
    for part, *rest in places:
        parts.setdefault(part, set()).update(rest)
    known = {*parts, *contract.PARTS, *contract.OPTIONAL_PARTS}
    levels: list[tuple[Any, set[str], Origin]] = [(objects, known, origin)]
    levels += [
        (objects.get(part), {*names, *contract.PARTS.get(part, ())}, origin.at(part))
        for part, names in parts.items()
    ]
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


def pack_rows(pack: Any, origin: Origin) -> Iterator[Found]:
    """One workflow with everything that belongs to it. The rows in a pack need not name the
    workflow.
    """
    if not isinstance(pack, dict) or not isinstance(pack.get("workflow"), dict):
        problem = Problem(origin, "expected a pack: {workflow, states, transitions, ...}")
        yield from nothing_of(["Workflow", *PACK_PLACES], origin, problem)
        return
    yield "Workflow", pack["workflow"], origin.at("workflow")
    names = [name.lower() for field in ("id", "code") for name in spelt(Workflow)[field]]
    own = {str(key).lower(): value for key, value in pack["workflow"].items()}
    workflow_id = next((own[name] for name in names if own.get(name) not in (None, "")), None)
    of_workflow = {name.lower() for name in spelt(WorkflowState)["workflow_id"]}
    for table, key in PACK_PLACES.items():
        for _, row, at in listed(table, pack.get(key), origin.at(key)):
            needs_workflow = table in ("WorkflowState", "WorkflowTransition")
            if needs_workflow and isinstance(row, dict):
                given = {str(name).lower() for name in row if row[name] not in (None, "")}
                row = row if given & of_workflow else {**row, "workflowId": workflow_id}
            yield table, row, at


def listed(table: str, rows: Any, origin: Origin) -> Iterator[Found]:
    if rows is None:
        return
    if not isinstance(rows, list):
        problem = Problem(origin, f"expected an array of {table} rows")
        yield from nothing_of([table], origin, problem)
        return
    for index, row in enumerate(rows):
        if table == "Language" and isinstance(row, str):
            row = {"LG_Code": row}  # a list of codes
        yield table, row, origin.at(index)


def folder_rows(folder: Path, name: str, problems: Problems) -> Iterator[Found]:
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
                            problem = Problem(
                                Origin(label, f"line {reader.line_num}"),
                                "this row has not as many values as the header has columns",
                            )
                            yield from nothing_of([table], Origin(label), problem)
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
            yield from listed(table, rows, Origin(label))
    if not found:
        hint = f" ({misspelt[0]} is not such a name: {misspelt[1]})" if misspelt else ""
        raise FileProblem(
            f"the folder {name} has no file named after a MetaDB table, such as"
            f" RuntimeBinding.csv{hint}"
        )


def misspelt_files(folder: Path, name: str, problems: Problems) -> tuple[str, str] | None:
    """Warn about every file that is not read although its name is similar to an expected one.
    Returns the first of them, and its hint.
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
