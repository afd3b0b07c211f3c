"""Runtime bindings with every id resolved."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ozmeta_dbt.bindings.aliases import Aliases, Known
from ozmeta_dbt.bindings.dsl import Action, Rule, path_of, refs_of
from ozmeta_dbt.bindings.protection import literal
from ozmeta_dbt.bindings.retention import Retention
from ozmeta_dbt.calendars.definition import Calendar
from ozmeta_dbt.config import BindingChoices
from ozmeta_dbt.problems import Origin

MAX_NAME = 40
APPROVAL_REFS = ("approval.flow", "approval.onBehalfOf", "approval.step")


@dataclass(frozen=True)
class Level:
    level: int
    signal: str
    after_minutes: int
    severity: str
    role: str | None = None
    principal: str | None = None
    notes: str | None = None
    unless_acknowledged: bool = False


@dataclass(frozen=True)
class Emit:
    """What an applied transition emits: a signal with a severity, or an event with a payload."""

    signal: str = ""
    severity: str = ""
    notes: str | None = None
    event: str = ""
    payload: str = "{}"


@dataclass
class Transition:
    id: str
    code: str
    from_state: str
    to_state: str
    events: list[str]
    actions: tuple[Action, ...] = ()
    levels: list[Level] = field(default_factory=list)
    emits: list[Emit] = field(default_factory=list)
    text: str = ""  # what MetaDB says about it, for people


@dataclass(frozen=True)
class CalendarChoice:
    """Which calendar counts for a cycle. Instead of a code, None is a clock that always runs."""

    at: Origin
    code: str | None  # with a ref: if its value is in no case
    ref: str = ""
    cases: tuple[tuple[str, str | None], ...] = ()

    @property
    def codes(self) -> set[str]:
        return {code for code in (self.code, *(code for _, code in self.cases)) if code}


ALWAYS_OPEN = CalendarChoice(Origin(""), None)


@dataclass(frozen=True)
class Target:
    """Minutes that count while a rule is true."""

    at: Origin
    when: Rule
    target_minutes: int
    warn_minutes: int | None


@dataclass
class PolicyVersion:
    """A version of a policy. None means that the version does not set the value, except for
    `start`, and for `warn_minutes` if `gives_warn` is true: then None means no warning.
    """

    at: Origin
    start: str | None  # UTC, as macros take it
    name: str | None = None
    target_minutes: int | None = None
    gives_warn: bool = False
    warn_minutes: int | None = None
    targets: tuple[Target, ...] | None = None
    calendar: CalendarChoice | None = None


@dataclass
class Options:
    """The options of a policy (SPEC 5)."""

    calendar: CalendarChoice = ALWAYS_OPEN
    pause_when: Rule | None = None
    cancel_when: Rule | None = None
    trigger: str = "event"
    on_both: str = "stop"
    on_restart: str = "newCycle"
    targets: tuple[Target, ...] = ()
    on_target_change: str = "keep"
    versions: tuple[PolicyVersion, ...] = ()

    @property
    def all_targets(self) -> list[Target]:
        """The targets of the policy and of its versions."""
        return [*self.targets, *(t for version in self.versions for t in version.targets or ())]

    @property
    def may_lack_due(self) -> bool:
        """Whether a cycle may have no due instant: it is paused, or its calendar ends before."""
        return self.pause_when is not None or any(choice.codes for choice in self.calendars)

    @property
    def calendars(self) -> list[CalendarChoice]:
        return [self.calendar, *(v.calendar for v in self.versions if v.calendar)]


@dataclass
class Sla:
    code: str
    target_minutes: int
    warn_minutes: int | None
    levels: list[Level]
    options: Options = field(default_factory=Options)
    start: Rule | None = None
    stop: Rule | None = None
    state: str | None = None
    approval_step: tuple[str, str] | None = None  # flow, step
    start_actions: list[Transition] = field(default_factory=list)
    stop_actions: list[Transition] = field(default_factory=list)
    text: str = ""

    @property
    def conditions(self) -> list[tuple[str, Rule]]:
        """The rules among its options, and the key of each."""
        named = [("pauseWhen", self.options.pause_when), ("cancelWhen", self.options.cancel_when)]
        found = [(key, rule) for key, rule in named if rule]
        return [*found, *(("when", target.when) for target in self.options.all_targets)]

    @property
    def rules(self) -> list[Rule]:
        """All rules that become SQL."""
        own = [rule for rule in (self.start, self.stop) if rule]
        return [*own, *(rule for _, rule in self.conditions)]


@dataclass
class Workflow:
    id: str
    code: str
    start: str
    states: list[str]
    terminal: list[str]
    transitions: list[Transition]
    bound_events: list[str]
    text: str = ""
    state_texts: dict[str, str] = field(default_factory=dict)  # of the states that have one

    @property
    def emitted_signals(self) -> set[str]:
        """The signals that its EmitSignal actions name."""
        return {emit.signal for t in self.transitions for emit in t.emits if emit.signal}


@dataclass
class Step:
    id: str
    code: str
    order: int
    quorum: int
    voters: int | None  # out of how many, if that is known
    veto: bool
    roles: list[str]
    text: str = ""


@dataclass
class Version:
    """A version of a flow, from `start` on. The first version has no start."""

    start: str | None
    steps: list[Step]
    on_request: str


@dataclass
class Flow:
    code: str
    steps: list[Step]  # as MetaDB has them now
    on_request: str = "ignore"
    versions: list[Version] = field(default_factory=list)  # empty: the flow never changed
    text: str = ""

    @property
    def all_steps(self) -> list[Step]:
        """The steps of all versions, each code once."""
        steps = [step for version in self.versions for step in version.steps] or self.steps
        return list({step.code: step for step in steps}.values())


@dataclass
class Approvals:
    flows: list[Flow]
    default: str | None  # the flow of events that name none


@dataclass
class EntityTable:
    """Inline mode: the entity's own table and its key columns."""

    schema: str
    table: str
    database: str | None
    key: list[str]
    tenant: str | None
    write_back: bool


@dataclass(frozen=True)
class Named:
    """A column that a template names, and where."""

    name: str
    origin: Origin


@dataclass(frozen=True)
class Index:
    """An index that a template asks for."""

    columns: tuple[Named, ...]
    is_unique: bool
    origin: Origin


@dataclass(frozen=True)
class Template:
    """What an event template asks of the table of one purpose (SPEC 10.8)."""

    code: str
    columns: tuple[Named, ...] = ()
    key: tuple[Named, ...] = ()
    indexes: tuple[Index, ...] = ()


@dataclass
class Binding:
    name: str
    object_type: str
    object_types: list[str]
    tenant_in_key: bool
    needs_tenant: bool
    choices: BindingChoices
    workflow: Workflow
    slas: list[Sla]
    purposes: set[str]
    approvals: Approvals | None = None
    severities: dict[str, str] = field(default_factory=dict)
    mirrored: bool = False  # whether a model shows its journal, with what it emits
    backlog: bool = False  # whether tables count its objects by state and day
    semantic: set[str] = field(
        default_factory=set
    )  # those of the purposes that are wanted as semantic models too
    entity: EntityTable | None = None
    left_out: set[str] = field(
        default_factory=set
    )  # purposes that the definitions allow, and no RuntimeTemplateBinding asks for
    text: str = ""
    templates: dict[str, list[Template]] = field(default_factory=dict)  # by purpose
    aliases: Aliases = field(default_factory=Aliases)
    known: dict[str, Known] = field(default_factory=dict)  # by kind of alias
    calendars: list[Calendar] = field(default_factory=list)  # that its policies name
    retention: Retention = field(default_factory=Retention)
    # {field of the object: how its values are protected}
    protections: dict[str, dict[str, str]] = field(default_factory=dict)
    names: dict[str, Any] = field(
        default_factory=dict
    )  # what the manifest keeps, so that a renamed code is noticed

    @property
    def flows(self) -> list[Flow]:
        return self.approvals.flows if self.approvals else []

    @property
    def awaits_approval(self) -> bool:
        """Whether an SLA times an approval step."""
        return any(sla.approval_step for sla in self.slas)

    @property
    def heeds_acknowledgements(self) -> bool:
        """Whether a level is not raised if a lower one was acknowledged."""
        return any(level.unless_acknowledged for sla in self.slas for level in sla.levels)

    @property
    def inline_slas(self) -> list[dict[str, str]]:
        """Inline: {code, column} of each SLA; `<column>_Status` and `<column>_DueUTC` show its
        timer.
        """
        plain = {
            sla.code: "SL_" + re.sub(r"[^A-Za-z0-9]+", "_", sla.code).strip("_")
            for sla in self.slas
        }
        taken = Counter(name.lower() for name in plain.values())
        return [{"code": code, "column": field_column(code, plain[code], taken)} for code in plain]

    @property
    def rule_refs(self) -> set[str]:
        """The payload fields that the rules of the SLAs use."""
        exprs = [rule.expr for sla in self.slas for rule in sla.rules]
        choices = [choice for sla in self.slas for choice in sla.options.calendars if choice.ref]
        exprs += [{"ref": choice.ref} for choice in choices]
        return set().union(*map(refs_of, exprs))

    @property
    def report_fields(self) -> list[dict[str, str]]:
        """{name, ref, column} of the fields that OF_<name> shows."""
        columns = {field["ref"]: field["column"] for field in self.fields}
        return [
            {"name": report_name(name), "ref": ref, "column": columns[ref]}
            for name in self.choices.report_fields
            for ref in (f"object.{name}",)
        ]

    @property
    def fields(self) -> list[dict[str, Any]]:
        """The payload fields that rules, reports and approvals use: {ref, column, path}."""
        reported = {f"object.{name}" for name in self.choices.report_fields}
        refs = sorted(self.rule_refs | reported | set(APPROVAL_REFS if self.approvals else ()))
        plain = {ref: "PL_" + re.sub(r"[^A-Za-z0-9]+", "_", ref).strip("_") for ref in refs}
        taken = Counter(name.lower() for name in plain.values())
        return [
            {"ref": ref, "column": field_column(ref, plain[ref], taken), "path": path_of(ref)}
            | self.old_paths(ref)
            | literal(self.protections.get(ref.removeprefix("object.")))
            for ref in refs
        ]

    def old_paths(self, ref: str) -> dict[str, Any]:
        """{old: [path]} of a field that payloads may still have under an old name."""
        old = (
            self.aliases.old("fields", ref.removeprefix("object."))
            if ref.startswith("object.")
            else []
        )
        return {"old": [path_of(f"object.{name}") for name in old]} if old else {}

    @property
    def object_fields(self) -> set[str]:
        """The object's fields that rules read."""
        return {
            field["ref"].removeprefix("object.")
            for field in self.fields
            if field["ref"].startswith("object.")
        }

    @property
    def sla_aliases(self) -> dict[str, str]:
        """Old codes of the SLAs of states. Such an SLA is named after its state."""
        own = {sla.code for sla in self.slas}
        named = {f"State.{old}": f"State.{new}" for old, new in self.aliases.states.items()}
        return {old: new for old, new in named.items() if new in own and old not in own}


def report_name(name: str) -> str:
    """The part of OF_<name> that identifies a field of the object: its name or, if that is not a
    plain name, a part of it with a hash.
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    if re.fullmatch(r"[A-Za-z0-9_]+", name) and len(name) <= MAX_NAME:
        return name
    return f"{plain[:MAX_NAME]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}".strip("_")


def field_column(ref: str, plain: str, taken: Counter[str]) -> str:
    """A column for a ref. If the ref is not a plain name, a hash makes the column unique, because
    column names ignore case and have no signs.
    """
    exact = (
        re.fullmatch(r"[A-Za-z0-9_.]+", ref)
        and taken[plain.lower()] == 1
        and len(plain) <= MAX_NAME
    )
    return (
        plain
        if exact and ref.replace(".", "_") == plain[3:]
        else f"{plain[:MAX_NAME]}_{hashlib.sha256(ref.encode()).hexdigest()[:8]}"
    )


@dataclass(frozen=True)
class Draft:
    """A binding as far as it was resolved, for checks.py. An error may still refuse it."""

    label: str
    workflow: Workflow
    slas: list[Sla]
    conflict_policy: str
    is_sound: bool  # whether the workflow was resolved without an error
    has_tenant: bool
