"""MetaDB's rows by their ids, and the rules they hold: read once for all bindings."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources
from typing import Any, Generic, TypeVar

from ozmeta_dbt.bindings.dsl import Rule, parse_rule
from ozmeta_dbt.bindings.texts import Texts
from ozmeta_dbt.calendars.sources import calendars
from ozmeta_dbt.config import Config
from ozmeta_dbt.metadb.rows import (
    ApprovalFlow,
    ApprovalStep,
    ApprovalStepRole,
    EventTemplate,
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
from ozmeta_dbt.metadb.use import MetaRows
from ozmeta_dbt.problems import OnlyWarnings, Origin, Problems
from ozmeta_dbt.words import one_of

R = TypeVar("R", bound=RowWithId)
SEVERITIES = ("Info", "Warning", "Critical")
OWN_SIGNALS = ("SLA.Warned", "SLA.Breached", "Approval.Requested", "Escalation.Raised")


def default_severities() -> dict[str, str]:
    """The severities of the signal-type catalogue, a copy of the package's seed."""
    folder = resources.files("ozmeta_dbt.bindings")
    text = folder.joinpath("signal_types.csv").read_text(encoding="utf-8")
    return {row["code"]: row["severity"] for row in csv.DictReader(text.splitlines())}


def about(row: Row, problems: Problems) -> Problems:
    """Where to report a fault of a row. Only a row that a binding uses can refuse the project."""
    return problems if row.is_used else OnlyWarnings(problems)


class ById(dict[str, R], Generic[R]):
    """The rows of a table by their ids."""

    def __init__(self, cls: type[R], rows: MetaRows, problems: Problems):
        super().__init__()
        self.table = cls.__name__
        for row in rows.of(cls):
            if row.id in self:
                about(row, problems).error(
                    row.at("id"),
                    f"two {self.table} rows have the id {row.id}",
                    f"the other is at {self[row.id].origin}",
                )
            if row.id not in self or row.is_used:
                self[row.id] = row

    @property
    def why_missing(self) -> str:
        """A hint for an id that no row has."""
        if not self:
            return f"the metadata has no rows in {self.table}"
        return "was it deleted, or left out of the export?"


class Lookups:
    """What every resolver looks up. An id without a row is an error, which is reported once."""

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
        self.policy_rules = {
            id: self.rule_of(row, "escalation_rule", "Escalation")
            for id, row in self.policies.items()
        }
        self.transition_rules = {
            id: self.rule_of(row, "action", "Action") for id, row in self.transitions.items()
        }
        self.guards = {
            id: self.rule_of(row, "guard", "Guard") for id, row in self.transitions.items()
        }
        self.calendars = {found.code: found for found in calendars(config, rows, problems)}
        self.severities = self.checked_severities()
        self.check_references()

    def checked_severities(self) -> dict[str, str]:
        """{signal: severity}: MetaDB's rows, and the catalogue for those without a severity. A
        fault is an error if a binding raises the signal.
        """
        raised = self.raised_signals()
        own = [row for row in self.rows.of(RuntimeSignalType) if row.severity is not None]
        counts = Counter(row.code for row in own)
        found = default_severities()
        for row in own:
            problems = self.problems if row.code in raised else OnlyWarnings(self.problems)
            if row.severity not in SEVERITIES:
                hint = one_of(str(row.severity), SEVERITIES)
                problems.error(
                    row.at("severity"), f"RST_Severity {row.severity!r} is not a severity", hint
                )
            elif counts[row.code] > 1:
                problems.error(
                    row.at("code"), f"the signal type {row.code!r} occurs {counts[row.code]} times"
                )
            else:
                found[row.code] = str(row.severity)
        return found

    def raised_signals(self) -> set[str]:
        """The signals that the enabled bindings can raise."""
        if not any(row.is_used for row in self.rows.of(RuntimeBinding)):
            return set()
        rules = [
            rule
            for rows, parsed in (
                (self.policies, self.policy_rules),
                (self.transitions, self.transition_rules),
            )
            for id, rule in parsed.items()
            if rule and rows[id].is_used
        ]
        return {*OWN_SIGNALS, *(a.signal for rule in rules for a in rule.actions if a.signal)}

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
                id = getattr(row, field)
                # what belongs to a row that was left out goes with it
                if row.is_used or id not in self.rows.left_out.get(target.table, ()):
                    self.look_up(target, id, row.at(field), about(row, self.problems))

    def look_up(
        self, target: ById[R], id: str, origin: Origin, problems: Problems | None = None
    ) -> R | None:
        if id not in target and not self.rows.may_hold(target.table, id):
            (problems or self.problems).error(
                origin, f"points to {id}, which does not exist", target.why_missing
            )
        return target.get(id)

    def rule_of(self, row: Row, field: str, kind: str) -> Rule | None:
        return parse_rule(getattr(row, field), kind, row.at(field), about(row, self.problems))

    def rule(self, value: Any, kind: str | None, origin: Origin) -> Rule | None:
        return parse_rule(value, kind, origin, self.problems)

    @property
    def calendar_codes(self) -> set[str]:
        """The codes of all calendars, including those that an error leaves out."""
        rows = (row for row in self.rows.of(EventTemplate) if row.is_calendar)
        return {*self.config.calendars, *(row.code for row in rows if row.code)}

    @property
    def entities(self) -> list[Table | UiEntity]:
        """The rows that may be the entity of a binding."""
        return [*self.rows.of(Table), *self.rows.of(UiEntity)]
