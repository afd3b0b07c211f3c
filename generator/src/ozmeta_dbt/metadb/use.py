"""Which rows an enabled binding uses. Only faults of these rows are errors. A fault of any other
row is a warning, and the row is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ozmeta_dbt.metadb.build import Built
from ozmeta_dbt.metadb.rows import TABLES, Row
from ozmeta_dbt.problems import Problem, Problems

R = TypeVar("R", bound=Row)

# {table: (column, its table)}: a row belongs to the row that the column names
PARENTS = {
    "WorkflowState": ("workflow_id", "Workflow"),
    "WorkflowTransition": ("workflow_id", "Workflow"),
    "WorkflowTransitionRole": ("transition_id", "WorkflowTransition"),
    "TransitionEvent": ("transition_id", "WorkflowTransition"),
    "RuntimeTemplateBinding": ("binding_id", "RuntimeBinding"),
    "RuntimeSlaBinding": ("binding_id", "RuntimeBinding"),
    "ApprovalStep": ("flow_id", "ApprovalFlow"),
    "ApprovalStepRole": ("step_id", "ApprovalStep"),
}
# {table: [(table that points to it, column)]}. RuntimeBinding.object_id is looked up by its type.
POINTED_TO_BY = {
    "Table": [("RuntimeBinding", "object_id")],
    "UiEntity": [("RuntimeBinding", "object_id")],
    "Workflow": [("RuntimeBinding", "workflow_id")],
    "ApprovalFlow": [("RuntimeBinding", "approval_flow_id")],
    "SlaPolicy": [("RuntimeSlaBinding", "sla_id")],
    "EventType": [("TransitionEvent", "event_type_id")],
    "EventTemplate": [("RuntimeTemplateBinding", "template_id")],
    "Role": [("ApprovalStepRole", "role_id"), ("WorkflowTransitionRole", "role_id")],
}
# each table after those that point to it and those that it belongs to
ORDER = (
    "RuntimeBinding",
    "Table",
    "UiEntity",
    "Workflow",
    "ApprovalFlow",
    "WorkflowState",
    "WorkflowTransition",
    "ApprovalStep",
    "WorkflowTransitionRole",
    "TransitionEvent",
    "ApprovalStepRole",
    "RuntimeTemplateBinding",
    "RuntimeSlaBinding",
    "SlaPolicy",
    "EventType",
    "EventTemplate",
    "Role",
)


@dataclass
class MetaRows:
    """All rows, by table, and their client and project if the source has them."""

    rows: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in TABLES})
    # clientCode, projectCode, and of a snapshot also snapshotVersion
    codes: dict[str, Any] = field(default_factory=dict)
    # by table: the ids of the rows that an error left out
    refused: dict[str, set[str]] = field(default_factory=dict)
    # tables of which an error left out rows whose ids are not known
    lost: set[str] = field(default_factory=set)
    # by table: the ids of faulty rows that no binding uses, and of deleted rows
    left_out: dict[str, set[str]] = field(default_factory=dict)

    def __getitem__(self, table: str) -> list[Any]:
        return self.rows[table]

    def of(self, cls: type[R]) -> list[R]:
        return self.rows[cls.__name__]

    def may_hold(self, table: str, id: str) -> bool:
        """Whether a row that an error left out may have that id. Then a reference to the row is not
        a second error.
        """
        return table in self.lost or id in self.refused.get(table, ())

    def complete(self, *tables: str) -> bool:
        """Whether every row of these tables was read. Only then is an unknown id really missing."""
        return not any(table in self.lost or table in self.refused for table in tables)


def gather(
    built: Iterable[Built], codes: dict[str, Any], flows: Iterable[str], problems: Problems
) -> MetaRows:
    """The rows that can be used. `flows`: codes of approval flows that ozmeta.yml names."""
    by_table: dict[str, list[Built]] = defaultdict(list)
    for one in built:
        by_table[one.table].append(one)
    rows = MetaRows(codes=codes)
    used = used_rows(by_table, set(flows))
    reported: dict[Problem, bool] = {}
    for table in TABLES:
        for one in by_table[table]:
            if one.row is not None:
                one.row._is_used = id(one) in used
                rows[table].append(one.row)
                continue
            own = one.text("id")
            if one.is_deleted:
                rows.left_out.setdefault(table, set()).update([own] if own else [])
                continue
            is_used = id(one) in used or not one.problems
            for problem in one.problems:
                reported[problem] = reported.get(problem, False) or is_used
            if not is_used:
                rows.left_out.setdefault(table, set()).update([own] if own else [])
            elif own is not None:
                rows.refused.setdefault(table, set()).add(own)
            else:
                rows.lost.add(table)
        rows.rows[table] = merged(rows[table])
    for problem, is_error in reported.items():
        if is_error:
            problems.errors.append(problem)
        else:
            problems.warn(
                problem.origin,
                f"{problem.message}; no enabled binding uses it, so it is left out",
                problem.hint,
            )
    return rows


def is_active(binding: Built, workflows: list[Built]) -> bool:
    """Whether models are written for a binding. A row that cannot be read may be such a binding."""
    if binding.is_deleted or binding.is_disabled:
        return False
    if binding.values is None and binding.row is None:
        return True
    own = [one for one in workflows if one.text("id") == binding.text("workflow_id")]
    return (
        binding.text("runtime_mode") != "None"
        and (binding.text("workflow_id") is not None or binding.may_be_anyones)
        and not (own and all(one.is_disabled for one in own))
    )


def used_rows(by_table: dict[str, list[Built]], flows: set[str]) -> set[int]:
    """The rows that active bindings use, by `id()`."""
    used: dict[str, list[Built]] = {}
    for table in ORDER:
        every = [one for one in by_table[table] if not one.is_deleted]
        if table == "RuntimeBinding":
            used[table] = [one for one in every if is_active(one, by_table["Workflow"])]
            continue
        every = [one for one in every if not one.is_disabled]
        if table in PARENTS:
            column, parent = PARENTS[table]
            parents = [one for one in used[parent] if one.values is not None]
            ids = {one.text("id") for one in parents} - {None}
            used[table] = [
                one
                for one in every
                if one.text(column) in ids
                or (parents and one.text(column) is None and is_unknown(one))
            ]
            continue
        wanted = {
            text
            for by, column in POINTED_TO_BY[table]
            for one in used[by]
            if column != "object_id" or one.text("object_type") in (table, None)
            if (text := one.text(column)) is not None
        }
        if table == "ApprovalFlow":
            wanted |= {
                text
                for one in every
                if one.text("code") in flows and (text := one.text("id")) is not None
            }
        missing = wanted - {one.text("id") for one in by_table[table]}
        used[table] = [
            one
            for one in every
            if one.text("id") in wanted or (missing and one.text("id") is None and is_unknown(one))
        ]
    return {id(one) for every in used.values() for one in every}


def is_unknown(one: Built) -> bool:
    """Whether any binding may use a row: it cannot be read, or its column is probably misspelt."""
    if one.values is None or one.may_be_anyones:
        return True
    return one.values.get("id") is not None and one.text("id") is None


def merged(rows: list[Any]) -> list[Any]:
    """Each row once. A snapshot may repeat a row, or may have its columns in two places."""
    found: list[Any] = []
    by_id: dict[str, int] = {}
    seen: set[str] = set()
    for row in rows:
        own = getattr(row, "id", None)
        if own is None:
            values = repr(row.model_dump())
            if values not in seen:
                seen.add(values)
                found.append(row)
            continue
        place = by_id.get(own)
        if place is None:
            by_id[own] = len(found)
            found.append(row)
            continue
        first = found[place]
        both = first.model_fields_set & row.model_fields_set
        if all(getattr(first, name) == getattr(row, name) for name in both):
            found[place] = united(first, row)
        else:
            found.append(row)  # two rows of one id: Lookups reports them
    return found


def united(first: Any, other: Any) -> Any:
    more = other.model_fields_set - first.model_fields_set
    row = first.model_copy(update={name: getattr(other, name) for name in more})
    row._places = {**other._places, **first._places}
    row._is_used = first._is_used or other._is_used
    return row
