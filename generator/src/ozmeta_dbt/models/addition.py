"""Why a project has nothing to generate, and the smallest addition that changes this."""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass, field
from typing import Any

from ozmeta_dbt.metadb.readers import PACK_PLACES, SNAPSHOT_PLACES
from ozmeta_dbt.metadb.rows import (
    TABLES,
    Row,
    RuntimeBinding,
    Table,
    UiEntity,
    Workflow,
    WorkflowState,
    canonical,
    written_names,
)
from ozmeta_dbt.metadb.snapshot import json_text
from ozmeta_dbt.metadb.use import MetaRows
from ozmeta_dbt.words import counted, plain

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "ozmeta_runtime")
NOUNS = {
    "Table": "table",
    "UiEntity": "UI entity",
    "Workflow": "workflow",
    "WorkflowState": "state",
    "WorkflowTransition": "transition",
    "SlaPolicy": "SLA policy",
    "ApprovalFlow": "approval flow",
    "RuntimeBinding": "runtime binding",
}
ALWAYS = ("Table", "Workflow", "RuntimeBinding")


@dataclass
class Addition:
    """Why nothing is generated, and what changes this: rows to add, and columns to set."""

    why: str
    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # table, {field: value}
    sets: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)  # row, {field: value}


def found(rows: MetaRows) -> str:
    """1 table, 1 workflow, 3 states, 2 transitions, 0 runtime bindings"""
    return ", ".join(
        counted(len(rows[table]), noun)
        for table, noun in NOUNS.items()
        if rows[table] or table in ALWAYS
    )


def addition(rows: MetaRows) -> Addition:
    """The addition for a project in which no binding can be generated."""
    bindings = rows.of(RuntimeBinding)
    return change(rows, bindings) if bindings else new_binding(rows)


def change(rows: MetaRows, bindings: list[RuntimeBinding]) -> Addition:
    """The change to the binding that lacks least."""
    workflows = {row.id: row for row in rows.of(Workflow)}
    wanted: list[Addition] = []
    for binding in bindings:
        sets: dict[str, Any] = {}
        missing = Addition("")
        if not binding.is_enabled:
            sets["is_enabled"] = True
        if binding.runtime_mode == "None":
            sets["runtime_mode"] = "Sidecar"
        entity = getattr(binding, "object_id", None)
        if not entity or binding.workflow_id is None:
            pair = best_pair(rows)
            kind, id, _ = entity_of(pair[0], missing)
            if not entity:
                sets |= {"object_type": kind, "object_id": id}
            if binding.workflow_id is None:
                sets["workflow_id"] = workflow_of(pair[1], missing)
        workflow = workflows.get(binding.workflow_id or "")
        if workflow is not None and not workflow.is_enabled:
            missing.sets.append((workflow, {"is_enabled": True}))
        if sets:
            missing.sets.insert(0, (binding, sets))
        wanted.append(missing)
    best = min(wanted, key=lambda one: (len(one.rows), sum(len(values) for _, values in one.sets)))
    count = counted(len(bindings), "runtime binding")
    best.why = f"of {count}, each is disabled, of mode None, or without an enabled workflow"
    return best


def new_binding(rows: MetaRows) -> Addition:
    result = Addition("no runtime binding connects an entity with a workflow")
    entity, workflow = best_pair(rows)
    kind, id, code = entity_of(entity, result)
    workflow_id = workflow_of(workflow, result)
    values = {"object_type": kind, "object_id": id, "workflow_id": workflow_id}
    result.rows.append(("RuntimeBinding", {"id": made_id("RuntimeBinding", code), **values}))
    return result


def best_pair(rows: MetaRows) -> tuple[Table | UiEntity | None, Workflow | None]:
    """The entity and the workflow that most likely belong together."""
    entities: list[Table | UiEntity] = [*rows.of(Table), *rows.of(UiEntity)]
    started = {row.workflow_id for row in rows.of(WorkflowState) if row.is_start}
    workflows = [row for row in rows.of(Workflow) if row.is_enabled and row.id in started]

    def fit(entity: Table | UiEntity, workflow: Workflow) -> tuple[int, str, str]:
        kind = type(entity).__name__
        if workflow.object_id == entity.id and workflow.object_type in (kind, None):
            score = 0
        elif plain(workflow.code).startswith(plain(entity.code)):
            score = 1
        else:
            score = 2
        return score, entity.code, workflow.code

    pairs = [(entity, workflow) for entity in entities for workflow in workflows]
    if pairs:
        return min(pairs, key=lambda pair: fit(*pair))
    return (
        min(entities, key=lambda row: row.code, default=None),
        min(workflows, key=lambda row: row.code, default=None),
    )


def entity_of(entity: Table | UiEntity | None, result: Addition) -> tuple[str, str, str]:
    """Its type, id and code. If there is no entity, one is added."""
    if entity is not None:
        return type(entity).__name__, entity.id, entity.code
    id = made_id("Table", "Case")
    result.rows.append(("Table", {"id": id, "code": "Case"}))
    return "Table", id, "Case"


def workflow_of(workflow: Workflow | None, result: Addition) -> str:
    """Its id. If there is no workflow with a start state, a small one is added."""
    if workflow is not None:
        return workflow.id
    id, new, closed = (
        made_id(kind, code)
        for kind, code in (("Workflow", "Flow"), ("State", "New"), ("State", "Closed"))
    )
    result.rows += [
        ("Workflow", {"id": id, "code": "CaseFlow"}),
        ("WorkflowState", {"id": new, "workflow_id": id, "code": "New", "is_start": True}),
        ("WorkflowState", {"id": closed, "workflow_id": id, "code": "Closed", "is_terminal": True}),
        (
            "WorkflowTransition",
            {
                "id": made_id("Transition", "Close"),
                "workflow_id": id,
                "code": "Close",
                "from_state_id": new,
                "to_state_id": closed,
            },
        ),
    ]
    return id


def made_id(kind: str, code: str) -> str:
    """The same id each time, in the form of MetaDB's ids."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}\t{code}"))


# ---------------------------------------------------------------- as text


def instructions(wanted: Addition, is_snapshot: bool) -> list[str]:
    """The addition in the spelling of the source: a snapshot's, or MetaDB's own columns."""
    lines = []
    for row, values in wanted.sets:
        setting = json_text(named(type(row), values, is_snapshot)).strip("{}")
        lines.append(f"{row.origin}: set {setting}")
    for table, values in wanted.rows:
        place = f"objects.{SNAPSHOT_PLACES[table][0]}" if is_snapshot else table
        lines.append(f"{place}: add {json_text(named(TABLES[table], values, is_snapshot))}")
    return lines


def named(cls: type[Row], values: dict[str, Any], is_snapshot: bool) -> dict[str, Any]:
    return {name_of(cls, name, is_snapshot): value for name, value in values.items()}


def name_of(cls: type[Row], name: str, is_snapshot: bool) -> str:
    info = cls.model_fields[name]
    camel = (one for one in written_names(info) if one[0].islower())
    return next(camel, canonical(info)) if is_snapshot else canonical(info)


# ---------------------------------------------------------------- applied to a snapshot


def applied(document: dict[str, Any], wanted: Addition) -> dict[str, Any]:
    """The snapshot with the addition."""
    result = copy.deepcopy(document)
    objects = result["objects"]
    for row, values in wanted.sets:
        target = at_pointer(result, row.origin.pointer)
        for name, value in values.items():
            info = type(row).model_fields[name]
            spellings = {spelling.lower() for spelling in written_names(info)}
            for key in [key for key in target if key.lower() in spellings]:
                del target[key]
            target[name_of(type(row), name, True)] = value
    pack: dict[str, Any] = {}
    for table, values in wanted.rows:
        entry = named(TABLES[table], values, True)
        part, _, key = SNAPSHOT_PLACES[table][0].partition(".")
        if part == "workflows" and isinstance(objects.get("workflows"), list):
            if table == "Workflow":
                pack = {"workflow": entry}
                objects["workflows"].append(pack)
            else:
                pack.setdefault(PACK_PLACES[table], []).append(entry)
        else:
            objects.setdefault(part, {}).setdefault(key, []).append(entry)
    if isinstance(objects.get("workflows"), dict):
        for key in ("workflows", "states", "transitions"):
            objects["workflows"].setdefault(key, [])
    return result


def at_pointer(document: Any, pointer: str) -> Any:
    for key in pointer.split("/")[1:]:
        key = key.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def json_lines(value: Any, indent: int = 0) -> str:
    """JSON with one entry per line, numbers as written."""
    pad, inner = "  " * indent, "  " * (indent + 1)
    if isinstance(value, dict) and value:
        entries = [
            f"{inner}{json_text(key)}: {json_lines(v, indent + 1)}" for key, v in value.items()
        ]
        return "{\n" + ",\n".join(entries) + f"\n{pad}}}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(inner + json_lines(v, indent + 1) for v in value) + f"\n{pad}]"
    return json_text(value)
