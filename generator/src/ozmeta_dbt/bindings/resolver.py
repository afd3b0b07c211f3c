"""From MetaDB's rows to runtime bindings: what each generated model has to know, resolved and
checked.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from importlib import resources
from typing import Any

from ozmeta_dbt.bindings.aliases import ESCALATION_EVENTS, Checker, Known, event_literals
from ozmeta_dbt.bindings.definitions import (
    MAX_NAME,
    Approvals,
    Binding,
    Draft,
    Emit,
    EntityTable,
    Flow,
    Level,
    Sla,
    Step,
    Transition,
    Version,
    Workflow,
)
from ozmeta_dbt.bindings.dsl import Action, Rule, parse_rule
from ozmeta_dbt.config import FILE_NAME, MAX_VOTERS, BindingChoices, Config, Entity, FlowChoices
from ozmeta_dbt.documents import loads
from ozmeta_dbt.metadb.readers import MetaRows
from ozmeta_dbt.metadb.rows import (
    MAX_MINUTES,
    ApprovalFlow,
    ApprovalStep,
    RuntimeBinding,
    SlaPolicy,
    WorkflowTransition,
)
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import counted, did_you_mean, nearest, one_of


def snake_case(text: str) -> str:
    """CaseFile -> case_file, HTTPCall -> http_call; what is no letter or digit becomes one
    underscore.
    """
    text = re.sub(r"[^A-Za-z0-9]+", "_", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text))
    return re.sub(r"_+", "_", text).strip("_").lower()


def default_severities() -> dict[str, str]:
    """The severities of the signal-type catalogue, the package's seed, of which this is a copy."""
    text = (
        resources.files("ozmeta_dbt.bindings")
        .joinpath("signal_types.csv")
        .read_text(encoding="utf-8")
    )
    return {row["code"]: row["severity"] for row in csv.DictReader(text.splitlines())}


class ById(dict[str, Any]):
    """The rows of a table by their ids."""

    def __init__(self, table: str):
        super().__init__()
        self.table = table


class Resolver:
    """Resolves ids once for all bindings, and names every one that leads nowhere."""

    def __init__(self, rows: MetaRows, config: Config, problems: Problems):
        self.rows, self.config, self.problems = rows, config, problems
        self.tables = self.by_id("Table")
        self.ui_entities = self.by_id("UiEntity")
        self.workflows = self.by_id("Workflow")
        self.states = self.by_id("WorkflowState")
        self.transitions = self.by_id("WorkflowTransition")
        self.policies = self.by_id("SlaPolicy")
        self.event_types = self.by_id("EventType")
        self.roles = self.by_id("Role")
        self.flows = self.by_id("ApprovalFlow")
        self.steps = self.by_id("ApprovalStep")
        self.flow_steps: dict[str, list[Step]] = {}
        self.checker = Checker(config, problems)
        self.binding_rows = self.by_id("RuntimeBinding")
        signals = Counter(row.code for row in rows["RuntimeSignalType"])
        for row in rows["RuntimeSignalType"]:
            if signals[row.code] > 1:
                problems.error(
                    row.at("code"),
                    f"the signal type {row.code!r} is there {signals[row.code]} times",
                )
        self.severities = default_severities() | {
            row.code: row.severity for row in rows["RuntimeSignalType"]
        }
        self.drafts: list[Draft] = []
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
        for table, field_name, target in (
            ("WorkflowTransitionRole", "transition_id", self.transitions),
            ("TransitionEvent", "transition_id", self.transitions),
            ("TransitionEvent", "event_type_id", self.event_types),
            ("WorkflowState", "workflow_id", self.workflows),
            ("WorkflowTransition", "workflow_id", self.workflows),
            ("RuntimeTemplateBinding", "binding_id", self.binding_rows),
            ("RuntimeSlaBinding", "binding_id", self.binding_rows),
            ("RuntimeSlaBinding", "sla_id", self.policies),
            ("ApprovalStep", "flow_id", self.flows),
            ("ApprovalStepRole", "step_id", self.steps),
            ("ApprovalStepRole", "role_id", self.roles),
        ):
            for row in rows[table]:
                self.look_up(target, getattr(row, field_name), row.at(field_name))

    def by_id(self, table: str) -> ById:
        found = ById(table)
        for row in self.rows[table]:
            if row.id in found:
                self.problems.error(
                    row.at("id"),
                    f"two {table} rows have the id {row.id}",
                    f"the other is at {found[row.id].origin}",
                )
            found[row.id] = row
        return found

    def look_up(self, target: ById, id: str, origin: Origin) -> Any:
        if id not in target and not self.rows.may_hold(target.table, id):
            self.problems.error(
                origin,
                f"points to {id}, and there is no such row",
                "was it deleted, or left out of the export?",
            )
        return target.get(id)

    def rule(self, value: Any, kind: str | None, origin: Origin) -> Rule | None:
        return parse_rule(value, kind, origin, self.problems)

    def bindings(self) -> list[Binding]:
        found = [binding for row in self.rows["RuntimeBinding"] if (binding := self.binding(row))]
        if not self.problems.errors:
            self.checker.check_shared()
        self.check_apart(
            found, lambda b: [b.name], "the name {} for their models", "rename one of the tables"
        )
        self.check_apart(
            found,
            lambda b: b.object_types,
            "the object type {!r}",
            "say in ozmeta.yml, under bindings, which object_types each has",
        )
        self.check_flow_choices()
        claimed = {name: binding.object_type for binding in found for name in binding.object_types}
        for place, name in enumerate(self.config.journal.ignore_object_types):
            if name in claimed:
                self.problems.error(
                    Origin("ozmeta.yml").at("journal", "ignore_object_types", place),
                    f"{name!r} is an object type of the binding {claimed[name]}",
                    "leave it out here, or out of that binding's object_types",
                )
        known = {row.code for row in [*self.rows["Table"], *self.rows["UiEntity"]]}
        for name in self.config.bindings:
            if name not in known and self.rows.complete("Table", "UiEntity"):
                self.problems.error(
                    Origin("ozmeta.yml").at("bindings", name),
                    f"no table or UI entity is called {name!r}",
                    did_you_mean(name, known),
                )
        return sorted(found, key=lambda b: b.name)

    def check_flow_choices(self) -> None:
        codes = sorted({flow.code for flow in self.flows.values()})
        for code in self.config.approval_flows:
            if code not in codes:
                place = Origin(FILE_NAME).at("approval_flows", code)
                self.problems.error(
                    place, "is not the code of an approval flow", one_of(code, codes)
                )

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
                    Origin("RuntimeBinding"),
                    f"the bindings of {names} share {what.format(value)}",
                    hint,
                )

    def binding(self, row: RuntimeBinding) -> Binding | None:
        problems, before = self.problems, len(self.problems.errors)
        entity = self.look_up(
            self.tables if row.object_type == "Table" else self.ui_entities,
            row.object_id,
            row.at("object_id"),
        )
        if entity is None:
            return None
        label = entity.code
        if not row.is_enabled or row.runtime_mode == "None":
            why = "disabled" if not row.is_enabled else "of mode None"
            problems.notes.append(
                f"{label}: nothing to generate, the binding is {why}; tables of earlier runs stay"
                " as they are, outside the roll-ups, and their open escalations get no answer"
            )
            return None
        if row.workflow_id is None:
            problems.warn(
                row.origin,
                f"the binding of {label} has no workflow: skipped",
                "a binding with approvals but no workflow is not built yet",
            )
            return None
        workflow_row = self.look_up(self.workflows, row.workflow_id, row.at("workflow_id"))
        if workflow_row is None:
            return None
        if not workflow_row.is_enabled:
            problems.warn(
                workflow_row.at("is_enabled"), f"the workflow of {label} is disabled: skipped"
            )
            return None

        name = snake_case(label)
        if not name or name[0].isdigit():
            problems.error(
                entity.at("code"),
                f"no model can be named after {label!r}",
                "a name needs a letter of A to Z first",
            )
            return None
        if len(name) > MAX_NAME:
            name = f"{name[: MAX_NAME - 9].rstrip('_')}_{hashlib.sha256(label.encode()).hexdigest()[:8]}"
            problems.warn(entity.at("code"), f"the name is long; its models are called {name}_…")
        choices = self.config.bindings.get(label, BindingChoices())
        tenant_in_key = row.key_strategy == "Tenant+ObjectID"
        self.check_key(row, label, choices)
        own_table = self.entity_table(row, entity, label, choices, tenant_in_key)
        object_types = choices.object_types or list(
            dict.fromkeys([label, *([entity.cd_code] if getattr(entity, "cd_code", None) else [])])
        )

        started = len(problems.errors)
        workflow = self.workflow(workflow_row)
        is_sound = len(problems.errors) == started
        approvals = self.approvals(row, label, choices)
        slas = self.slas(row, workflow, approvals) if workflow else []
        if workflow:
            self.drafts.append(
                Draft(
                    label,
                    workflow,
                    slas,
                    choices.conflict_policy,
                    is_sound,
                    tenant_in_key or getattr(entity, "requires_tenant", False),
                )
            )
        if workflow is None or len(problems.errors) > before:
            return None
        purposes, semantic, left_out = self.purposes(row, label, slas, workflow, approvals)
        if "ApprovalTracking" not in purposes and not any(sla.approval_step for sla in slas):
            approvals = None  # nothing needs what its votes say
        found = Binding(
            name=name,
            object_type=label,
            object_types=object_types,
            tenant_in_key=tenant_in_key,
            needs_tenant=tenant_in_key or getattr(entity, "requires_tenant", False),
            choices=choices,
            workflow=workflow,
            slas=slas,
            purposes=purposes,
            approvals=approvals,
            severities=self.severities,
            mirrored=self.config.journal.mirror,
            semantic=semantic,
            entity=own_table,
            left_out=left_out,
        )
        found.known = self.known(found)
        found.aliases = self.checker.aliases(label, choices, found.known)
        found.object_types = [
            *object_types,
            *(old for old in found.aliases.object_types if old not in object_types),
        ]
        found.names = self.names(row, entity, found)
        return found

    def known(self, binding: Binding) -> dict[str, Known]:
        """What an alias of each kind may lead to, and which names are in use."""
        workflow, approval = binding.workflow, self.config.approval_events
        of_workflow = f"of the workflow {workflow.code}"
        codes = {t.code for t in self.transitions.values() if t.workflow_id == workflow.id}
        said = event_literals(rule for sla in binding.slas for rule in (sla.start, sla.stop))
        events = (
            {row.code for row in self.rows["EventType"]}
            | set(approval.model_dump().values())
            | {*ESCALATION_EVENTS}
            | said
        )
        entities = [*self.rows["Table"], *self.rows["UiEntity"]]
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

    def names(self, row: RuntimeBinding, entity: Any, binding: Binding) -> dict[str, Any]:
        """Which id has which code today; for the manifest."""
        code = getattr(entity, "cd_code", None)
        said = event_literals(rule for sla in binding.slas for rule in (sla.start, sla.stop)) | set(
            binding.workflow.bound_events
        )
        tables = {"states": self.states, "transitions": self.transitions}
        return {
            "object": (
                {"type": row.object_type, "id": row.object_id, "code": entity.code}
                | ({"cd_code": code} if code else {})
            ),
            "workflow": binding.workflow.id,
            **{
                kind: {
                    id: item.code
                    for id, item in sorted(rows.items())
                    if item.workflow_id == binding.workflow.id
                }
                for kind, rows in tables.items()
            },
            "event_types": {
                id: item.code for id, item in sorted(self.event_types.items()) if item.code in said
            },
        }

    def check_key(self, row: RuntimeBinding, label: str, choices: BindingChoices) -> None:
        place = Origin(FILE_NAME).at("bindings", label, "key")
        if row.key_strategy == "Composite" and not choices.key:
            self.problems.error(
                row.at("key_strategy"),
                f"the key of {label} is Composite, and nothing says of which columns",
                f"name the journal's columns in {FILE_NAME}: bindings: {{{label}: {{key: [region,"
                " case_no]}}",
            )
        if choices.key and row.key_strategy != "Composite":
            self.problems.error(
                place,
                f"the instance key of {label} is {row.key_strategy}, so its columns are known",
                "leave `key` out, or let RB_InstanceKeyStrategy be Composite",
            )
        if choices.key and len({name.lower() for name in choices.key}) < len(choices.key):
            self.problems.error(place, "a column is named twice")

    def entity_table(
        self,
        row: RuntimeBinding,
        entity: Any,
        label: str,
        choices: BindingChoices,
        tenant_in_key: bool,
    ) -> EntityTable | None:
        """Inline: schema and table are MetaDB's, the key is called as MetaDB calls keys (CA_ID),
        the tenant _TenantID; ozmeta.yml may say otherwise.
        """
        place = Origin(FILE_NAME).at("bindings", label, "entity")
        if row.runtime_mode != "Inline":
            if choices.entity:
                self.problems.warn(
                    place, f"{label} is not Inline, so its own table is not looked at"
                )
            return None
        problems, said = self.problems, choices.entity or Entity()
        names = {
            "schema": said.schema_ or getattr(entity, "schema_name", None),
            "table": said.table or (entity.code if row.object_type == "Table" else None),
        }
        for part, name in names.items():
            if not name:
                problems.error(
                    place.at(part),
                    f"{label} is Inline, and MetaDB does not say the {part} of its own table",
                    f"say it in {FILE_NAME}: bindings: {{{label}: {{entity: {{{part}: …}}}}}}",
                )
            elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$-]*", name):
                problems.error(
                    place.at(part),
                    f"{name!r}, which MetaDB says is the {part} of {label}, is not a plain name",
                    f"say in {FILE_NAME} what the warehouse calls it",
                )
        code = getattr(entity, "cd_code", None)
        key = said.key or choices.key or ([f"{code}_ID"] if code else [])
        if not key:
            problems.error(
                place.at("key"),
                f"{label} is Inline, and has no CD_Code to tell what the key column of its own"
                " table is called",
                f"say it in {FILE_NAME}: bindings: {{{label}: {{entity: {{key: case_id}}}}}}",
            )
        elif len(key) != len(choices.key or [key[0]]):
            problems.error(
                place.at("key"),
                f"has {counted(len(key), 'column')}, and the instance key of {label} has"
                f" {len(choices.key or [''])}",
                "one for each, in the same order",
            )
        if said.tenant and not tenant_in_key:
            problems.error(
                place.at("tenant"),
                f"the tenant is not part of the instance key of {label} ({row.key_strategy})",
                "leave it out",
            )
        return EntityTable(
            names["schema"] or "",
            names["table"] or "",
            said.database,
            key,
            (said.tenant or "_TenantID") if tenant_in_key else None,
            said.write_back,
        )

    def purposes(
        self,
        row: RuntimeBinding,
        label: str,
        slas: list[Sla],
        workflow: Workflow,
        approvals: Approvals | None,
    ) -> tuple[set[str], set[str], set[str]]:
        """SPEC 10: template bindings choose the models; without any, all that the definitions
        allow. Then those wanted as semantic models too, and those
        that the definitions would allow and no template binding names.
        """
        allowed = (
            {"WorkflowInstance"}
            | ({"SlaTracking"} if slas else set())
            | ({"ApprovalTracking"} if approvals else set())
        )
        if any(sla.levels for sla in slas) or any(t.levels for t in workflow.transitions):
            allowed.add("EscalationQueue")
        chosen = [t for t in self.rows["RuntimeTemplateBinding"] if t.binding_id == row.id]
        if not chosen:
            return allowed, set(), set()
        wanted, semantic = set(), set()
        for template in chosen:
            if template.target_layer == "OLTP":
                self.problems.notes.append(
                    f"{label}: {template.purpose} for the OLTP layer is skipped, that layer is not"
                    " in the warehouse"
                )
            else:
                wanted.add(template.purpose)
                if template.target_layer == "Semantic":
                    semantic.add(template.purpose)
                if template.purpose not in allowed and self.rows.complete(
                    "SlaPolicy",
                    "RuntimeSlaBinding",
                    "ApprovalFlow",
                    "WorkflowState",
                    "WorkflowTransition",
                ):
                    self.problems.warn(
                        template.origin,
                        f"{label} has nothing for {template.purpose}: no"
                        f" {'approval flow' if template.purpose == 'ApprovalTracking' else 'SLA or escalation'}"
                        " is defined",
                    )
        return (
            wanted & allowed,
            semantic & allowed,
            allowed - {template.purpose for template in chosen},
        )

    def workflow(self, row: Any) -> Workflow | None:
        states = [s for s in self.rows["WorkflowState"] if s.workflow_id == row.id]
        codes = Counter(s.code for s in states)
        for state in states:
            if codes[state.code] > 1:
                self.problems.error(
                    state.at("code"),
                    f"two states of workflow {row.code} have the code {state.code!r}",
                )
        starts = [s for s in states if s.is_start]
        if not starts and not self.rows.complete("WorkflowState"):
            return None  # the start state may be the one that an error left out
        if len(starts) != 1:
            named = ", ".join(repr(s.code) for s in starts)
            self.problems.error(
                row.origin,
                f"workflow {row.code} has"
                f" {f'{len(starts)} start states: {named}' if starts else 'no start state'}",
                "exactly one state needs WS_IsStart",
            )
            return None
        events: dict[str, list[str]] = defaultdict(list)
        for bound in self.rows["TransitionEvent"]:
            if bound.event_type_id in self.event_types:
                events[bound.transition_id].append(self.event_types[bound.event_type_id].code)
        own = [t for t in self.rows["WorkflowTransition"] if t.workflow_id == row.id]
        transitions = [
            t
            for t in (
                self.transition(t, {s.id: s for s in states}, events[t.id])
                for t in own
                if t.is_enabled
            )
            if t
        ]
        seen = Counter((t.code, t.from_state, t.to_state) for t in transitions)
        for key, count in seen.items():
            if count > 1:
                self.problems.error(
                    row.origin,
                    f"workflow {row.code} has the transition {key[0]!r} from {key[1]!r} to"
                    f" {key[2]!r} {count} times",
                )
        return Workflow(
            id=row.id,
            code=row.code,
            start=starts[0].code,
            states=sorted(codes),
            terminal=sorted({s.code for s in states if s.is_terminal}),
            transitions=sorted(transitions, key=lambda t: (t.code, t.from_state, t.to_state)),
            bound_events=sorted({e for t in own for e in events[t.id]}),
        )

    def transition(
        self, row: WorkflowTransition, states: dict[str, Any], events: list[str]
    ) -> Transition | None:
        ends = []
        for name, id in (("from_state_id", row.from_state_id), ("to_state_id", row.to_state_id)):
            if id not in states and self.rows.may_hold("WorkflowState", id):
                continue  # that row's own error is enough
            if id not in states:
                elsewhere = (
                    f"it is a state of another workflow ({self.states[id].code!r})"
                    if id in self.states
                    else "there is no such state"
                )
                self.problems.error(
                    row.at(name),
                    f"transition {row.code!r} leads {'from' if 'from' in name else 'to'} the state"
                    f" {id}: {elsewhere}",
                )
            else:
                ends.append(states[id].code)
        if len(ends) < 2:
            return None
        rule = self.transition_rules.get(row.id)
        actions = rule.actions if rule else ()
        enqueue = [a for a in actions if a.type == "EnqueueEscalation"]
        idle = sorted({a.type for a in actions} & {"SetField", "Notify", "UpsertRuntime"})
        if idle:
            self.problems.notes.append(
                f"transition {row.code!r}: {' and '.join(idle)} {'are' if len(idle) > 1 else 'is'}"
                " for the application to do, nothing of it is in the warehouse"
            )
        return Transition(
            row.id,
            row.code,
            *ends,
            events=sorted(set(events)),
            actions=actions,
            levels=self.levels(enqueue, "Escalation.Raised"),
            emits=self.emits(actions),
        )

    def emits(self, actions: Iterable[Action]) -> list[Emit]:
        """EmitSignal and EmitEvent, each signal and each event once a transition."""
        found: dict[tuple[str, str], Emit] = {}
        for action in actions:
            if action.type == "EmitSignal" and action.signal:
                found.setdefault(
                    ("signal", action.signal),
                    Emit(
                        signal=action.signal,
                        severity=self.severity(action, action.signal, "Info"),
                        notes=action.notes,
                    ),
                )
            elif action.type == "EmitEvent" and action.event:
                found.setdefault(
                    ("event", action.event),
                    Emit(
                        event=action.event,
                        payload=json.dumps(
                            action.payload, sort_keys=True, ensure_ascii=False, default=str
                        ),
                    ),
                )
        return list(found.values())

    def severity(self, action: Action, signal: str, default: str) -> str:
        severity = action.payload.get("severity", self.severities.get(signal, default))
        if severity not in ("Info", "Warning", "Critical"):
            self.problems.error(
                action.origin.at("payload", "severity"),
                f"{severity!r} is not a severity",
                one_of(str(severity), ("Info", "Warning", "Critical")),
            )
        return severity

    def levels(
        self, actions: list[Action], default_signal: str, policy: SlaPolicy | None = None
    ) -> list[Level]:
        """SPEC 5 "Escalation levels" and 6 "Assignee", checked."""
        levels: list[Level] = []
        for place, action in enumerate(actions, 1):
            signal = action.signal or default_signal
            if policy and signal not in ("SLA.Warned", "SLA.Breached"):
                self.problems.error(
                    action.origin.at("signalType"),
                    f"{signal!r} raises no level of an SLA",
                    "SLA.Warned or SLA.Breached",
                )
                continue
            if policy and signal == "SLA.Warned" and policy.warn_minutes is None:
                self.problems.error(
                    action.origin.at("signalType"),
                    f"{policy.code} has no SL_WarnMinutes, so it is never warned",
                    "give it one, or use SLA.Breached",
                )
                continue
            level = self.whole(action, "level", place, 1, 1_000_000)
            after = self.whole(action, "afterMinutes", 0, 0, MAX_MINUTES)
            severity = self.severity(
                action, signal, "Critical" if signal == "SLA.Breached" else "Warning"
            )
            assignee, _, name = (action.target or "").partition(":")
            if action.target and (assignee not in ("role", "principal") or not name):
                self.problems.error(
                    action.origin.at("target"),
                    f"{action.target!r} does not say who: role:<code> or principal:<name> is"
                    " expected",
                    self.near_assignee(action.target),
                )
            roles = {r.code for r in self.roles.values()}
            if (
                assignee == "role"
                and name
                and roles
                and name not in roles
                and self.rows.complete("Role")
            ):
                self.problems.warn(
                    action.origin.at("target"),
                    f"there is no role {name!r}",
                    did_you_mean(name, roles),
                )
            if any(l.signal == signal and l.level == level for l in levels):
                self.problems.error(
                    action.origin.at("payload", "level"),
                    f"level {level} of {signal} is there twice",
                )
            levels.append(
                Level(
                    level,
                    signal,
                    after,
                    severity,
                    name if assignee == "role" else None,
                    name if assignee == "principal" else None,
                    action.notes,
                )
            )
        return levels

    def near_assignee(self, target: str) -> str:
        """A hint for a target that is neither a role nor a principal."""
        roles = [role.code for role in self.roles.values()]
        kind, colon, name = target.partition(":")
        if colon and name and (near := nearest(kind, ("role", "principal"))):
            return f"did you mean '{near}:{name}'?"
        role = nearest(target, roles)
        return f"did you mean 'role:{role}'?" if role else ""

    def whole(self, action: Action, key: str, default: int, least: int, most: int) -> int:
        value = action.payload.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.problems.error(
                action.origin.at("payload", key),
                f"is {value!r}, a whole number from {least} to {most} is expected",
            )
            return default
        return value

    def approvals(
        self, row: RuntimeBinding, label: str, choices: BindingChoices
    ) -> Approvals | None:
        """The binding's own flow, and those that ozmeta.yml adds by their codes. Events that name
        no flow mean the first of them.
        """
        chosen: list[tuple[ApprovalFlow, Origin]] = []
        if row.approval_flow_id is not None:
            own = self.look_up(self.flows, row.approval_flow_id, row.at("approval_flow_id"))
            chosen += [(own, row.at("approval_flow_id"))] if own else []
        for place, code in enumerate(choices.approval_flows):
            at = Origin("ozmeta.yml").at("bindings", label, "approval_flows", place)
            named = [flow for flow in self.flows.values() if flow.code == code]
            if len(named) != 1 and (named or self.rows.complete("ApprovalFlow")):
                hint = (
                    "give each a code of its own"
                    if named
                    else did_you_mean(code, [flow.code for flow in self.flows.values()])
                )
                self.problems.error(
                    at,
                    f"{len(named) or 'no'} approval flow{'s have' if named else ' has'} the code"
                    f" {code!r}",
                    hint,
                )
            chosen += [(named[0], at)] if len(named) == 1 else []
        for code, count in Counter(flow.code for flow, _ in chosen).items():
            if count > 1:
                self.problems.error(
                    [at for flow, at in chosen if flow.code == code][-1],
                    f"{label} has the approval flow {code!r} {count} times",
                    "the one that AF_ID names need not be named again",
                )
        default = chosen[0][0].code if chosen else None
        for flow, _ in chosen:
            if not flow.is_enabled:
                self.problems.notes.append(f"{label}: the approval flow {flow.code} is disabled")
        flows = [self.flow(flow) for flow, _ in chosen if flow.is_enabled]
        return Approvals(flows, default) if flows else None

    def flow(self, row: ApprovalFlow) -> Flow:
        """SPEC 6b: the flow as MetaDB has it, and the versions that ozmeta.yml tells of."""
        steps, said = self.steps_of(row), self.config.approval_flows.get(row.code, FlowChoices())
        versions = []
        for version in said.versions:
            own = (
                steps
                if version.steps is None
                else [
                    Step(
                        "",
                        s.code,
                        place,
                        s.of if s.quorum == "all" else s.quorum,
                        s.of,
                        s.veto,
                        sorted(set(s.roles)),
                    )
                    for place, s in enumerate(version.steps, 1)
                ]
            )
            versions.append(Version(version.from_, own, version.on_request or said.on_request))
        if versions and versions[0].start is not None:
            versions.insert(0, Version(None, steps, said.on_request))
        if versions and [(s.code, s.quorum, s.voters, s.veto) for s in versions[-1].steps] != [
            (s.code, s.quorum, s.voters, s.veto) for s in steps
        ]:
            self.problems.error(
                Origin(FILE_NAME).at(
                    "approval_flows", row.code, "versions", len(said.versions) - 1
                ),
                f"the last version of {row.code} is not what MetaDB has now, so today's steps would"
                " never count",
                "end with a version that has a `from` and no `steps`",
            )
        return Flow(row.code, steps, said.on_request, versions)

    def steps_of(self, flow: ApprovalFlow) -> list[Step]:
        """Its steps in order, checked once, however many bindings use the flow."""
        if flow.id not in self.flow_steps:
            self.flow_steps[flow.id] = self.checked_steps(flow)
        return self.flow_steps[flow.id]

    def checked_steps(self, flow: ApprovalFlow) -> list[Step]:
        steps = sorted(
            (s for s in self.steps.values() if s.flow_id == flow.id),
            key=lambda s: (s.order, s.code),
        )
        if not steps and self.rows.complete("ApprovalStep"):
            self.problems.error(
                flow.origin,
                f"the approval flow {flow.code} has no steps",
                "give it at least one ApprovalStep, or disable it",
            )
        for name in ("order", "code"):
            seen = Counter(getattr(step, name) for step in steps)
            for step in steps:
                if seen[getattr(step, name)] > 1:
                    self.problems.error(
                        step.at(name),
                        f"two steps of the approval flow {flow.code} have the {name}"
                        f" {getattr(step, name)!r}",
                    )
        return [self.step(step) for step in steps]

    def step(self, row: ApprovalStep) -> Step:
        """SPEC 6b "AS_RuleLogical": {quorum, of, veto}, bare or as the params of a DSL document."""
        at, rule = row.at("rule"), row.rule
        if isinstance(rule, str) and rule.strip().startswith("{"):
            try:
                rule = loads(rule)
            except (ValueError, RecursionError):
                pass  # parse_rule says so
        if isinstance(rule, dict) and not {"version", "kind"} & rule.keys():
            params, at_params = rule, at
        else:
            document = self.rule(rule, None, at)
            params, at_params = (document.params if document else {}), at.at("params")
            if document and (document.expr not in (None, True) or document.actions):
                self.problems.warn(
                    at,
                    f"of the rule of the approval step {row.code} only the params have an effect",
                )
        for key in params:
            if key not in ("quorum", "of", "veto"):
                self.problems.error(
                    at_params.at(key),
                    f"an approval rule has no '{key}'",
                    one_of(str(key), ("quorum", "of", "veto")),
                )
        quorum, voters, veto = params.get("quorum", 1), params.get("of"), params.get("veto", True)

        def whole(value: Any) -> bool:
            return (
                isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_VOTERS
            )

        if voters is not None and not whole(voters):
            self.problems.error(
                at_params.at("of"),
                f"is {voters!r}, a whole number from 1 to {MAX_VOTERS} is expected",
            )
            voters = MAX_VOTERS
        if quorum == "all":
            if voters is None:
                self.problems.error(
                    at_params.at("quorum"), "is 'all', and `of` does not say how many that is"
                )
            quorum = voters or 1
        if not whole(quorum):
            self.problems.error(
                at_params.at("quorum"),
                f"is {quorum!r}, 'all' or a whole number from 1 to {MAX_VOTERS} is expected",
            )
            quorum = 1
        elif voters is not None and quorum > voters:
            self.problems.error(
                at_params.at("quorum"), f"is {quorum} of {voters}, which no vote could ever reach"
            )
        if not isinstance(veto, bool):
            self.problems.error(at_params.at("veto"), f"is {veto!r}, true or false is expected")
        roles = {
            self.roles[r.role_id].code
            for r in self.rows["ApprovalStepRole"]
            if r.step_id == row.id and r.role_id in self.roles
        }
        return Step(row.id, row.code, row.order, quorum, voters, veto is not False, sorted(roles))

    def slas(
        self, row: RuntimeBinding, workflow: Workflow, approvals: Approvals | None
    ) -> list[Sla]:
        found: list[Sla] = []
        states = [
            s
            for s in self.rows["WorkflowState"]
            if s.workflow_id == row.workflow_id and s.sla_minutes is not None
        ]
        for state in states:
            found.append(
                Sla(
                    f"State.{state.code}",
                    state.sla_minutes,
                    None,
                    self.default_levels(),
                    state=state.code,
                )
            )
        for bound in self.rows["RuntimeSlaBinding"]:
            policy = self.policies.get(bound.sla_id)
            if bound.binding_id != row.id or policy is None:
                continue
            start = self.rule(bound.start_rule, "TimerStart", bound.at("start_rule"))
            stop = self.rule(bound.stop_rule, "TimerStop", bound.at("stop_rule"))
            if not policy.is_enabled:
                self.problems.notes.append(f"{policy.code}: the SLA policy is disabled")
            elif policy.warn_minutes is not None and policy.warn_minutes >= policy.target_minutes:
                self.problems.error(
                    policy.at("warn_minutes"),
                    f"{policy.code} warns at {policy.warn_minutes} minutes, not before its target"
                    f" of {policy.target_minutes}",
                    "a warning comes before the breach",
                )
            else:
                found.append(self.sla(policy, start, stop, workflow, approvals))
        codes = Counter(sla.code for sla in found)
        for code, count in codes.items():
            if count > 1:
                self.problems.error(
                    row.origin,
                    f"the SLA {code!r} is bound {count} times",
                    "one RuntimeSlaBinding per SLA and binding",
                )
        self.add_actions(found, workflow)
        return sorted(found, key=lambda s: s.code)

    def sla(
        self,
        policy: SlaPolicy,
        start: Rule | None,
        stop: Rule | None,
        workflow: Workflow,
        approvals: Approvals | None,
    ) -> Sla:
        rule = self.policy_rules[policy.id]
        if rule is None:
            levels = self.default_levels()
        else:
            levels = self.levels(
                [a for a in rule.actions if a.type == "EnqueueEscalation"], "SLA.Breached", policy
            )
        sla = Sla(
            policy.code,
            policy.target_minutes,
            policy.warn_minutes,
            levels,
            (start.params.get("onRestart") if start else None) or "newCycle",
            start,
            stop,
        )
        if policy.object_type == "Transition" and (start is None or stop is None):
            # SPEC 6b: from entering its from-state to taking it, or leaving that state otherwise
            transition = next((t for t in workflow.transitions if t.id == policy.object_id), None)
            if transition is None and self.rows.may_hold(
                "WorkflowTransition", policy.object_id or ""
            ):
                pass  # that row's own error is enough
            elif transition is None:
                named = (
                    f"times the transition {policy.object_id}, which this workflow does not have"
                    " (enabled)"
                    if policy.object_id
                    else "times a transition, and no SL_ObjectID says which"
                )
                self.problems.error(
                    policy.at("object_id"),
                    f"{policy.code} {named}",
                    "point it to an enabled transition, or give its RuntimeSlaBinding both rules",
                )
            else:
                sla.state = transition.from_state
                if transition.from_state == transition.to_state and stop is None:
                    sla.stop_actions.append(transition)
        if policy.object_type == "ApprovalStep" and (start is None or stop is None):
            # SPEC 6b: from the step's activation to its decision
            steps = {
                step.id: (flow.code, step.code)
                for flow in (approvals.flows if approvals else [])
                for step in flow.steps
            }
            sla.approval_step = steps.get(policy.object_id or "")
            if sla.approval_step is None and self.rows.complete("ApprovalStep", "ApprovalFlow"):
                named = (
                    f"times the approval step {policy.object_id}, which no (enabled) approval flow"
                    " of this binding has"
                    if policy.object_id
                    else "times an approval step, and no SL_ObjectID says which"
                )
                self.problems.error(
                    policy.at("object_id"),
                    f"{policy.code} {named}",
                    "point it to a step of such a flow, or give its RuntimeSlaBinding both rules",
                )
        return sla

    def default_levels(self) -> list[Level]:
        return [Level(1, "SLA.Breached", 0, self.severities.get("SLA.Breached", "Critical"))]

    def add_actions(self, slas: list[Sla], workflow: Workflow) -> None:
        """StartTimer and StopTimer of a transition, for `SLA.<SL_Code>` or `<SL_Code>`."""
        disabled = {
            name
            for p in self.policies.values()
            if not p.is_enabled
            for name in (f"SLA.{p.code}", p.code)
        }
        by_target = {name: sla for sla in slas for name in (f"SLA.{sla.code}", sla.code)}
        for transition in workflow.transitions:
            for action in transition.actions:
                if action.type not in ("StartTimer", "StopTimer"):
                    continue
                if action.target in disabled:
                    continue
                if action.target not in by_target:
                    if self.rows.complete("SlaPolicy", "RuntimeSlaBinding", "WorkflowState"):
                        bound = [s.code for s in slas]
                        self.problems.error(
                            action.origin.at("target"),
                            f"{action.type} names the SLA {action.target!r}, which is not bound"
                            " here",
                            (
                                did_you_mean((action.target or "").removeprefix("SLA."), bound)
                                if bound
                                else "no SLA is"
                            ),
                        )
                    continue
                sla = by_target[action.target]
                (sla.start_actions if action.type == "StartTimer" else sla.stop_actions).append(
                    transition
                )
