"""From MetaDB's rows to runtime bindings, resolved and checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from ozmeta_dbt.bindings.actions import ActionResolver
from ozmeta_dbt.bindings.aliases import ESCALATION_EVENTS, Checker, Known, event_literals
from ozmeta_dbt.bindings.approval import ApprovalResolver
from ozmeta_dbt.bindings.definitions import Approvals, Binding, Draft, Sla, Workflow
from ozmeta_dbt.bindings.entity import EntityResolver, requires_tenant, short_code
from ozmeta_dbt.bindings.lookups import Lookups
from ozmeta_dbt.bindings.protection import protections
from ozmeta_dbt.bindings.report_fields import check_report_fields
from ozmeta_dbt.bindings.retention import retention
from ozmeta_dbt.bindings.sla import Chosen, SlaResolver
from ozmeta_dbt.bindings.templates import TemplateResolver
from ozmeta_dbt.bindings.workflow import WorkflowResolver
from ozmeta_dbt.calendars.definition import Calendar
from ozmeta_dbt.config import BindingChoices
from ozmeta_dbt.metadb.rows import (
    EventType,
    RuntimeBinding,
    RuntimeTemplateBinding,
    Table,
    UiEntity,
)
from ozmeta_dbt.problems import Origin
from ozmeta_dbt.words import did_you_mean

# the tables that decide for which purposes a binding has something
DEFINING = ("SlaPolicy", "RuntimeSlaBinding", "ApprovalFlow", "WorkflowState", "WorkflowTransition")


class Resolver:
    """Resolves every binding, and checks that no two bindings share what each must have alone."""

    def __init__(self, lookups: Lookups):
        self.lookups, self.rows, self.problems = lookups, lookups.rows, lookups.problems
        self.config = lookups.config
        actions = ActionResolver(lookups)
        self.workflows = WorkflowResolver(lookups, actions)
        self.slas = SlaResolver(lookups, actions)
        self.approvals = ApprovalResolver(lookups)
        self.entities = EntityResolver(lookups)
        self.templates = TemplateResolver(lookups)
        self.checker = Checker(lookups.config, lookups.problems)
        self.places: dict[int, Origin] = {}  # {id of a binding: where its row is}
        self.drafts: list[Draft] = []  # also of bindings that an error refuses

    def bindings(self) -> list[Binding]:
        found = [binding for row in self.rows.of(RuntimeBinding) if (binding := self.binding(row))]
        if not self.problems.errors:
            self.checker.check_shared()
        self.check_apart(
            found, lambda b: [b.name], "the name {} for their models", "rename one of the tables"
        )
        self.check_apart(
            found,
            lambda b: b.object_types,
            "the object type {!r}",
            "set object_types of each in ozmeta.yml, under bindings",
        )
        self.approvals.check_flow_choices()
        claimed = {name: binding.object_type for binding in found for name in binding.object_types}
        for place, name in enumerate(self.config.journal.ignore_object_types):
            if name in claimed:
                self.problems.error(
                    Origin("ozmeta.yml").at("journal", "ignore_object_types", place),
                    f"{name!r} is an object type of the binding {claimed[name]}",
                    "leave it out here, or out of that binding's object_types",
                )
        known = {row.code for row in self.lookups.entities}
        for name in self.config.bindings:
            if name not in known and self.rows.complete("Table", "UiEntity"):
                self.problems.error(
                    Origin("ozmeta.yml").at("bindings", name),
                    f"no table or UI entity is called {name!r}",
                    did_you_mean(name, known),
                )
        return sorted(found, key=lambda b: b.name)

    def check_apart(
        self, bindings: list[Binding], of: Callable[[Binding], Iterable[str]], what: str, hint: str
    ) -> None:
        owners: dict[str, list[Binding]] = defaultdict(list)
        for binding in bindings:
            for value in dict.fromkeys(of(binding)):
                owners[value].append(binding)
        for value, sharing in owners.items():
            if len(sharing) > 1:
                names = " and ".join(repr(b.object_type) for b in sharing)
                self.problems.error(
                    self.places[id(sharing[-1])],
                    f"the bindings of {names} share {what.format(value)}",
                    hint,
                )

    def binding(self, row: RuntimeBinding) -> Binding | None:
        problems, before = self.problems, len(self.problems.errors)
        if not self.is_wanted(row):
            return None
        entity = self.entities.entity(row)
        if entity is None:
            return None
        label = entity.code
        workflow_row = self.lookups.look_up(
            self.lookups.workflows, row.workflow_id or "", row.at("workflow_id")
        )
        if workflow_row is None:
            return None
        name = self.entities.name(entity)
        if name is None:
            return None
        choices = self.config.bindings.get(label, BindingChoices())
        tenant_in_key = row.key_strategy == "Tenant+ObjectID"
        needs_tenant = tenant_in_key or requires_tenant(entity)
        self.entities.check_key(row, label, choices)
        own_table = self.entities.entity_table(row, entity, label, choices, tenant_in_key)
        object_types = self.entities.object_types(entity, choices)

        started = len(problems.errors)
        workflow = self.workflows.workflow(workflow_row)
        is_sound = len(problems.errors) == started
        approvals = self.approvals.approvals(row, label, choices)
        if workflow is None:
            return None
        slas = self.slas.slas(row, workflow, approvals, Chosen(label, choices))
        check_report_fields(label, choices, problems)
        self.drafts.append(
            Draft(label, workflow, slas, choices.conflict_policy, is_sound, needs_tenant)
        )
        if len(problems.errors) > before:
            return None
        purposes, semantic, left_out = self.purposes(row, label, slas, workflow, approvals)
        if "ApprovalTracking" not in purposes and not any(sla.approval_step for sla in slas):
            approvals = None  # nothing needs what its votes say
        found = Binding(
            name=name,
            object_type=label,
            object_types=object_types,
            tenant_in_key=tenant_in_key,
            needs_tenant=needs_tenant,
            choices=choices,
            workflow=workflow,
            slas=slas,
            purposes=purposes,
            approvals=approvals,
            severities=self.lookups.severities,
            mirrored=self.config.journal.mirror,
            backlog=self.config.backlog if choices.backlog is None else choices.backlog,
            semantic=semantic,
            entity=own_table,
            left_out=left_out,
            text=self.lookups.texts.of(entity),
            templates=self.templates.templates(row, purposes),
            calendars=self.calendars(slas),
        )
        self.places[id(found)] = row.origin
        found.known = self.known(found)
        found.aliases = self.checker.aliases(label, choices, found.known)
        found.object_types = [
            *object_types,
            *(old for old in found.aliases.object_types if old not in object_types),
        ]
        earlier = len(problems.errors)
        found.retention = retention(
            label,
            {label, short_code(entity) or label},
            tenant_in_key,
            found.aliases.event_types,
            choices,
            self.rows,
            problems,
        )
        table_id = entity.id if isinstance(entity, Table) else None
        found.protections = protections(table_id, self.rows, problems)
        for name in found.protections:
            if f"object.{name}" in found.rule_refs:
                problems.warn(
                    row.origin,
                    f"a rule of {label} reads object.{name}, which FieldProtection protects: it"
                    " compares the protected value",
                )
        if len(problems.errors) > earlier:
            return None
        found.names = self.names(row, entity, found)
        return found

    def calendars(self, slas: list[Sla]) -> list[Calendar]:
        """The calendars that the policies name, in the order of their codes."""
        choices = (choice for sla in slas for choice in sla.options.calendars)
        codes = sorted({code for choice in choices for code in choice.codes})
        return [self.lookups.calendars[code] for code in codes if code in self.lookups.calendars]

    def is_wanted(self, row: RuntimeBinding) -> bool:
        """Whether models are written for a binding. If not, nothing that it points to matters."""
        label = self.entities.label(row)
        if not row.is_enabled or row.runtime_mode == "None":
            why = "disabled" if not row.is_enabled else "of mode None"
            self.problems.notes.append(
                f"{label}: nothing to generate, because the binding is {why}; tables of earlier"
                " runs stay unchanged, are in no roll-up, and their open escalations stay open"
            )
            return False
        if row.workflow_id is None:
            self.problems.warn(
                row.origin,
                f"the binding of {label} has no workflow: skipped",
                "a binding with approvals but no workflow is not built yet",
            )
            return False
        workflow = self.lookups.workflows.get(row.workflow_id)
        if workflow is not None and not workflow.is_enabled:
            self.problems.warn(
                workflow.at("is_enabled"), f"the workflow of {label} is disabled: skipped"
            )
            return False
        return True

    def known(self, binding: Binding) -> dict[str, Known]:
        """What an alias of each kind may lead to, and which names are in use."""
        workflow, approval = binding.workflow, self.config.approval_events
        of_workflow = f"of the workflow {workflow.code}"
        codes = {t.code for t in self.lookups.transitions.values() if t.workflow_id == workflow.id}
        said = event_literals(rule for sla in binding.slas for rule in sla.rules)
        events = (
            {row.code for row in self.rows.of(EventType)}
            | set(approval.model_dump().values())
            | {*ESCALATION_EVENTS}
            | said
        )
        entities = self.lookups.entities
        return {
            "states": Known(of_workflow, set(workflow.states)),
            "transitions": Known(of_workflow, codes),
            "event_types": Known("of MetaDB or of a rule", events),
            "object_types": Known(
                f"of {binding.object_type}",
                set(binding.object_types),
                {row.code for row in entities},
            ),
            "fields": Known(f"of {binding.object_type}", binding.object_fields),
        }

    def names(
        self, row: RuntimeBinding, entity: Table | UiEntity, binding: Binding
    ) -> dict[str, Any]:
        """Which id has which code now, for the manifest."""
        code = short_code(entity)
        said = event_literals(rule for sla in binding.slas for rule in sla.rules) | set(
            binding.workflow.bound_events
        )
        workflow = binding.workflow.id
        states, transitions = self.lookups.states.items(), self.lookups.transitions.items()
        return {
            "object": (
                {"type": row.object_type, "id": row.object_id, "code": entity.code}
                | ({"cd_code": code} if code else {})
            ),
            "workflow": workflow,
            "states": {id: s.code for id, s in sorted(states) if s.workflow_id == workflow},
            "transitions": {
                id: t.code for id, t in sorted(transitions) if t.workflow_id == workflow
            },
            "event_types": {
                id: item.code
                for id, item in sorted(self.lookups.event_types.items())
                if item.code in said
            },
        }

    def purposes(
        self,
        row: RuntimeBinding,
        label: str,
        slas: list[Sla],
        workflow: Workflow,
        approvals: Approvals | None,
    ) -> tuple[set[str], set[str], set[str]]:
        """The wanted purposes, those wanted as semantic models too, and those that the definitions
        allow but no template binding names (SPEC 10). Without template bindings, all that the
        definitions allow are wanted.
        """
        allowed = (
            {"WorkflowInstance"}
            | ({"SlaTracking"} if slas else set())
            | ({"ApprovalTracking"} if approvals else set())
        )
        if any(sla.levels for sla in slas) or any(t.levels for t in workflow.transitions):
            allowed.add("EscalationQueue")
        chosen = [t for t in self.rows.of(RuntimeTemplateBinding) if t.binding_id == row.id]
        if not chosen:
            return allowed, set(), set()
        wanted: set[str] = set()
        semantic: set[str] = set()
        for template in chosen:
            if template.target_layer == "OLTP":
                self.problems.notes.append(
                    f"{label}: {template.purpose} for the OLTP layer is skipped, because that layer"
                    " is not in the warehouse"
                )
            else:
                wanted.add(template.purpose)
                if template.target_layer == "Semantic":
                    semantic.add(template.purpose)
                if template.purpose not in allowed and self.rows.complete(*DEFINING):
                    is_approval = template.purpose == "ApprovalTracking"
                    missing = "approval flow" if is_approval else "SLA or escalation"
                    self.problems.warn(
                        template.origin,
                        f"{label} has nothing for {template.purpose}: no {missing} is defined",
                    )
        return (
            wanted & allowed,
            semantic & allowed,
            allowed - {template.purpose for template in chosen},
        )
