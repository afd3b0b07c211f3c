"""MetaDB's rows by their ids, and the rules they hold: read once for all bindings."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources
from typing import Any, Generic, TypeVar

from ozmeta_dbt.bindings.dsl import Rule, parse_rule
from ozmeta_dbt.bindings.texts import Texts
from ozmeta_dbt.config import Config
from ozmeta_dbt.metadb.readers import MetaRows
from ozmeta_dbt.metadb.rows import (
    ApprovalFlow,
    ApprovalStep,
    ApprovalStepRole,
    EventType,
    Role,
    Row,
    RowWithId,
    RuntimeBinding,
    RuntimeSignalType,
    RuntimeSlaBinding,
    RuntimeTemplateBinding,
    SlaPolicy,
    Table,
    TransitionEvent,
    UiEntity,
    Workflow,
    WorkflowState,
    WorkflowTransition,
    WorkflowTransitionRole,
)
from ozmeta_dbt.problems import Origin, Problems

R = TypeVar("R", bound=RowWithId)


def default_severities() -> dict[str, str]:
    """The severities of the signal-type catalogue, a copy of the package's seed."""
    folder = resources.files("ozmeta_dbt.bindings")
    text = folder.joinpath("signal_types.csv").read_text(encoding="utf-8")
    return {row["code"]: row["severity"] for row in csv.DictReader(text.splitlines())}


class ById(dict[str, R], Generic[R]):
    """The rows of a table by their ids."""

    def __init__(self, cls: type[R], rows: MetaRows, problems: Problems):
        super().__init__()
        self.table = cls.__name__
        for row in rows.of(cls):
            if row.id in self:
                problems.error(
                    row.at("id"),
                    f"two {self.table} rows have the id {row.id}",
                    f"the other is at {self[row.id].origin}",
                )
            self[row.id] = row


class Lookups:
    """What every resolver looks up. An id that leads nowhere is an error, reported once."""

    def __init__(self, rows: MetaRows, config: Config, problems: Problems):
        self.rows, self.config, self.problems = rows, config, problems
        self.tables = ById(Table, rows, problems)
        self.ui_entities = ById(UiEntity, rows, problems)
        self.workflows = ById(Workflow, rows, problems)
        self.states = ById(WorkflowState, rows, problems)
        self.transitions = ById(WorkflowTransition, rows, problems)
        self.policies = ById(SlaPolicy, rows, problems)
        self.event_types = ById(EventType, rows, problems)
        self.roles = ById(Role, rows, problems)
        self.flows = ById(ApprovalFlow, rows, problems)
        self.steps = ById(ApprovalStep, rows, problems)
        self.binding_rows = ById(RuntimeBinding, rows, problems)
        self.texts = Texts(rows, config, problems)
        self.severities = self.checked_severities()
        self.policy_rules = {
            id: self.rule(row.escalation_rule, "Escalation", row.at("escalation_rule"))
            for id, row in self.policies.items()
        }
        self.transition_rules = {
            id: self.rule(row.action, "Action", row.at("action"))
            for id, row in self.transitions.items()
        }
        self.guards = {
            id: self.rule(row.guard, "Guard", row.at("guard"))
            for id, row in self.transitions.items()
        }
        self.check_references()

    def checked_severities(self) -> dict[str, str]:
        """{signal: severity}: MetaDB's rows, and the catalogue for the rest."""
        own = self.rows.of(RuntimeSignalType)
        counts = Counter(row.code for row in own)
        for row in own:
            if counts[row.code] > 1:
                self.problems.error(
                    row.at("code"), f"the signal type {row.code!r} occurs {counts[row.code]} times"
                )
        return default_severities() | {row.code: row.severity for row in own}

    def check_references(self) -> None:
        references: tuple[tuple[type[Row], str, ById[Any]], ...] = (
            (WorkflowTransitionRole, "transition_id", self.transitions),
            (TransitionEvent, "transition_id", self.transitions),
            (TransitionEvent, "event_type_id", self.event_types),
            (WorkflowState, "workflow_id", self.workflows),
            (WorkflowTransition, "workflow_id", self.workflows),
            (RuntimeTemplateBinding, "binding_id", self.binding_rows),
            (RuntimeSlaBinding, "binding_id", self.binding_rows),
            (RuntimeSlaBinding, "sla_id", self.policies),
            (ApprovalStep, "flow_id", self.flows),
            (ApprovalStepRole, "step_id", self.steps),
            (ApprovalStepRole, "role_id", self.roles),
        )
        for cls, field, target in references:
            for row in self.rows.of(cls):
                self.look_up(target, getattr(row, field), row.at(field))

    def look_up(self, target: ById[R], id: str, origin: Origin) -> R | None:
        if id not in target and not self.rows.may_hold(target.table, id):
            self.problems.error(
                origin,
                f"points to {id}, which does not exist",
                "was it deleted, or left out of the export?",
            )
        return target.get(id)

    def rule(self, value: Any, kind: str | None, origin: Origin) -> Rule | None:
        return parse_rule(value, kind, origin, self.problems)

    @property
    def entities(self) -> list[Table | UiEntity]:
        """The rows that a binding may be of."""
        return [*self.rows.of(Table), *self.rows.of(UiEntity)]
