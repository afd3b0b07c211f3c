"""Checks across rows, beyond ids: a rule that compares with an unknown state, a timer that no
event starts.

Such a row is well-formed, and no run fails because of it: the timer just never starts. So the
checks look up every literal that a rule compares with a closed set, and try every start and stop
rule on all events that the fold can show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ozmeta_dbt.bindings.definitions import CalendarChoice, Draft, Sla, Workflow
from ozmeta_dbt.bindings.dsl import NUMBER, Rule
from ozmeta_dbt.bindings.lookups import ById, Lookups
from ozmeta_dbt.bindings.possible import Move, can_be_true, matches
from ozmeta_dbt.metadb import rows
from ozmeta_dbt.problems import Origin, Problem
from ozmeta_dbt.words import did_you_mean, is_typo, listed, nearest

OWN_EVENTS = (
    "Escalation.Acknowledged",
    "Escalation.Closed",
    "Escalation.Raised",
    "SLA.Warned",
    "SLA.Breached",
)
STATE_REFS = ("transition.fromState", "transition.toState", "state.current")


@dataclass(frozen=True)
class Names:
    """A closed set of names, and how a message describes it."""

    known: frozenset[str]
    what: str  # "'Triagd' is not …"
    refuses: bool  # whether any other name is an error, or only one that is likely a slip
    disabled: frozenset[str] = frozenset()


class Checks:
    """All checks of the metadata. A problem is reported once, even if several bindings share a
    workflow.
    """

    def __init__(self, lookups: Lookups, drafts: list[Draft]):
        self.lookups, self.drafts = lookups, drafts
        self.rows, self.config, self.problems = lookups.rows, lookups.config, lookups.problems
        self.said: set[Problem] = set()

    def say(self, is_error: bool, origin: Origin, message: str, hint: str = "") -> None:
        problem = Problem(origin, message, hint)
        if problem not in self.said:
            self.said.add(problem)
            (self.problems.errors if is_error else self.problems.warnings).append(problem)

    # ------------------------------------------------------------ closed sets

    def run(self) -> None:
        self.policies()
        for draft in self.drafts:
            sets = self.sets(draft)
            self.unreached(draft)
            for sla in draft.slas:
                self.timer(draft, sla, sets)
            for rule in self.idle_rules(draft):
                self.literals(rule, sets, None)

    def sets(self, draft: Draft) -> dict[str, Names]:
        """The closed sets, by the refs that are compared with them. A set is not closed if an
        error left some of its rows out.
        """
        sets: dict[str, Names] = {}
        workflow = draft.workflow
        if self.rows.complete("WorkflowState"):
            states = Names(
                frozenset(workflow.states), f"a state of the workflow {workflow.code}", True
            )
            sets |= dict.fromkeys(STATE_REFS, states)
        if self.rows.complete("WorkflowTransition"):
            enabled = {
                t.code
                for t in self.rows.of(rows.WorkflowTransition)
                if t.workflow_id == workflow.id and t.is_enabled
            }
            every = {
                t.code
                for t in self.rows.of(rows.WorkflowTransition)
                if t.workflow_id == workflow.id
            }
            what = f"a transition code of the workflow {workflow.code}"
            sets["transition.code"] = Names(
                frozenset(enabled), what, True, frozenset(every - enabled)
            )
        if self.rows.of(rows.EventType) and self.rows.complete("EventType"):
            own = {
                *self.config.approval_events.model_dump().values(),
                *OWN_EVENTS,
                *self.lookups.severities,
            }
            sets["event.type"] = Names(
                frozenset(own | {row.code for row in self.rows.of(rows.EventType)}),
                "a known event type",
                False,
            )
        if self.rows.of(rows.Role) and self.rows.complete("Role"):
            roles = Names(frozenset(row.code for row in self.rows.of(rows.Role)), "a role", False)
            sets |= {"user.role": roles, "user.roles": roles}
        if self.config.tenants is not None:
            sets["tenant.id"] = Names(
                frozenset(self.config.tenants), "a tenant that ozmeta.yml lists", True
            )
        return sets

    def idle_rules(self, draft: Draft) -> Iterator[Rule]:
        """Rules that the runtime reads but does not evaluate. A fault in one is a warning."""
        ids = {transition.id for transition in draft.workflow.transitions}
        for rules in (self.lookups.guards, self.lookups.transition_rules):
            yield from (rule for id, rule in rules.items() if rule and id in ids)
        codes = {sla.code for sla in draft.slas}
        yield from (
            rule
            for id, rule in self.lookups.policy_rules.items()
            if rule and self.lookups.policies[id].code in codes
        )

    # ------------------------------------------------------------ definitions

    def policies(self) -> None:
        """Policies that time nothing or point to a missing row. These are only warnings, because
        nothing refers to such a policy.
        """
        bound = {row.sla_id for row in self.rows.of(rows.RuntimeSlaBinding)}
        for policy in self.lookups.policies.values():
            if (
                policy.is_enabled
                and policy.id not in bound
                and self.rows.complete("RuntimeSlaBinding")
            ):
                hint = "bind it, or disable it"
                self.say(
                    False,
                    policy.origin,
                    f"no RuntimeSlaBinding binds the SLA policy {policy.code}: it times nothing",
                    hint,
                )
            targets: dict[str, ById[Any]] = {
                "Workflow": self.lookups.workflows,
                "Transition": self.lookups.transitions,
                "ApprovalStep": self.lookups.steps,
                "Table": self.lookups.tables,
                "UiEntity": self.lookups.ui_entities,
            }
            if policy.object_type is None:
                continue
            target, id = targets[policy.object_type], policy.object_id
            is_missing = id is not None and id not in target
            if id and is_missing and not self.rows.may_hold(target.table, id):
                at = policy.at("object_id")
                if not any(problem.origin == at for problem in self.problems.errors):
                    self.say(
                        False,
                        at,
                        f"{policy.code} points to the {policy.object_type} {policy.object_id}, "
                        "which does not exist",
                        target.why_missing,
                    )

    def unreached(self, draft: Draft) -> None:
        """States that no path of enabled transitions leads to."""
        if not draft.is_sound or not self.rows.complete("WorkflowState", "WorkflowTransition"):
            return
        reached = reached_states(draft.workflow)
        for state in self.rows.of(rows.WorkflowState):
            if state.workflow_id == draft.workflow.id and state.code not in reached:
                hint = (
                    "only a move that the workflow does not declare gets there"
                    if draft.conflict_policy == "last_writer_wins"
                    else "no object gets there"
                )
                self.say(
                    False,
                    state.at("code"),
                    "no path of enabled transitions leads from the start state "
                    f"{draft.workflow.start!r} to {state.code!r}",
                    hint,
                )

    # ------------------------------------------------------------ timers

    def timer(self, draft: Draft, sla: Sla, sets: dict[str, Names]) -> None:
        for rule, name in ((sla.start, "start"), (sla.stop, "stop")):
            if rule is None:
                continue
            if not self.literals(rule, sets, name) and self.can_tell(draft):
                self.chance(draft, sla, rule, name)
        for key, rule in sla.conditions:
            if not self.literals(rule, sets, key) and self.can_tell(draft):
                self.idle(draft, sla, rule, key)
        for choice in sla.options.calendars:
            if choice.ref in sets:
                self.cases(choice, sets[choice.ref])
        needs_end = (
            sla.stop is None
            and sla.state is None
            and sla.approval_step is None
            and not sla.stop_actions
        )
        if (
            needs_end
            and not draft.workflow.terminal
            and draft.is_sound
            and self.rows.complete("WorkflowState")
        ):
            message = (
                f"the timer {sla.code} of {draft.label} stops in a terminal state, "
                f"and the workflow {draft.workflow.code} has none"
            )
            self.say(
                False,
                self.bound_at(sla),
                message,
                "give it a stop rule, or set WS_IsTerminal of a state",
            )

    def can_tell(self, draft: Draft) -> bool:
        """Whether all moves of the workflow are known."""
        return draft.is_sound and self.rows.complete("WorkflowState", "WorkflowTransition")

    def idle(self, draft: Draft, sla: Sla, rule: Rule, key: str) -> None:
        """A warning if no event makes a rule among the options true."""
        declared, others = moves(draft)
        events = [*declared, *others]
        if not can_be_true(rule.expr, events, draft.has_tenant, self.known()):
            at, why = self.reason(rule, events, draft, self.known())
            message = f"`{key}` of {sla.code} can never be true: {why}"
            self.say(False, at, message, "so it has no effect")

    def cases(self, choice: CalendarChoice, names: Names) -> None:
        """The values on which a calendar depends, if they belong to a closed set."""
        for value, _ in choice.cases:
            if value not in names.known:
                is_error = names.refuses or any(is_typo(value, known) for known in names.known)
                hint = did_you_mean(value, names.known)
                at = choice.at.at("cases", value)
                self.say(is_error, at, f"{value!r} is not {names.what}", hint)

    def known(self) -> dict[str, list[str]]:
        """All the values that a ref can have, if they are known."""
        return {"tenant.id": self.config.tenants} if self.config.tenants is not None else {}

    def bound_at(self, sla: Sla) -> Origin:
        """The row that binds the SLA, or else its policy's."""
        policies = {p.id: p.origin for p in self.lookups.policies.values() if p.code == sla.code}
        bound = (r.origin for r in self.rows.of(rows.RuntimeSlaBinding) if r.sla_id in policies)
        return next(bound, next(iter(policies.values()), Origin("SlaPolicy")))

    def chance(self, draft: Draft, sla: Sla, rule: Rule, name: str) -> None:
        """Whether any event that the fold can show a rule makes it true."""
        declared, others = moves(draft)
        known = self.known()
        if can_be_true(rule.expr, declared, draft.has_tenant, known):
            return
        actions = sla.start_actions if name == "start" else sla.stop_actions
        is_constant = isinstance(rule.expr, bool)
        if is_constant and actions:
            return  # `deny`, and the actions of transitions alone start or stop the timer
        if can_be_true(rule.expr, [*declared, *others], draft.has_tenant, known):
            message = (
                "only a move that the workflow does not declare makes this "
                f"{name} rule of {sla.code} true"
            )
            self.say(False, rule.origin, message, self.reason(rule, declared, draft, known)[1])
            return
        at, why = self.reason(rule, [*declared, *others], draft, known)
        result = "only actions of transitions" if actions else "nothing"
        so = f"{result} {'starts' if name == 'start' else 'stops'} the timer"
        # `deny` is meant to be never true, so this is no error
        self.say(
            name == "start" and not actions and not is_constant,
            at,
            f"this {name} rule of {sla.code} can never be true: {why}",
            so,
        )

    def reason(
        self, rule: Rule, events: list[Move], draft: Draft, known: dict[str, Any]
    ) -> tuple[Origin, str]:
        """The faulty part of a rule that is never true, and the reason."""
        expr, at = rule.expr, rule.expr_at
        if isinstance(expr, bool):
            return rule.origin, "it is always false"
        while isinstance(expr, dict) and expr.get("op") == "and":
            dead = [
                place
                for place, arg in enumerate(expr["args"])
                if not can_be_true(arg, events, draft.has_tenant, known)
            ]
            if not dead:
                return at, "its conditions exclude each other"
            expr, at = expr["args"][dead[0]], at.at("args", dead[0])
        args = expr.get("args", []) if isinstance(expr, dict) else []
        if (
            isinstance(expr, dict)
            and expr.get("op") in ("eq", "ne", "gt", "gte", "lt", "lte")
            and None in args
        ):
            return (
                at.at("args", args.index(None)),
                "a comparison with null is never true; use isNull or isNotNull",
            )
        refs = {arg["ref"] for arg in args if isinstance(arg, dict) and "ref" in arg}
        literals = ", ".join(repr(arg) for arg in args if isinstance(arg, str))
        if expr.get("op") in ("eq", "in") if isinstance(expr, dict) else False:
            verb = {
                "transition.toState": "leads to",
                "transition.fromState": "leaves",
                "transition.code": "is",
                "state.current": "leads to",
            }
            for ref in refs & verb.keys():
                return at, f"no enabled transition {verb[ref]} {literals}"
        return at, (
            "no event can make this part true" if at != rule.expr_at else "no event can make it so"
        )

    # ------------------------------------------------------------ literals

    def literals(self, rule: Rule, sets: dict[str, Names], name: str | None) -> bool:
        """Look up each literal that a rule compares with a closed set. True if one was refused.
        `name`: start, stop or the key of an option, if the rule is evaluated.
        """
        refused = False
        for at, literal, names, op in compared(rule.expr, rule.expr_at, sets):
            if fits(literal, names.known, op):
                continue
            if literal in names.disabled:
                message = f"the transition {literal!r} is disabled, so no event has that code"
                self.say(False, at, message, f"enabled: {listed(names.known)}")
                continue
            slip = any(is_typo(literal, known) for known in names.known)
            is_error = name is not None and (names.refuses or (slip and op == "is"))
            refused = refused or is_error
            hint = did_you_mean(literal, names.known)
            if op == "is":
                if not names.refuses and not nearest(literal, names.known):
                    hint = "is it missing in the metadata?"
                self.say(is_error, at, f"{literal!r} is not {names.what}", hint)
            elif names.refuses or slip:
                shown = listed(names.known)
                self.say(
                    is_error,
                    at,
                    f"{OP_WORDS[op].format(names.what)} {literal!r}",
                    hint if "mean" in hint else f"there is: {shown}",
                )
        return refused


OP_WORDS = {
    "startsWith": "{} never starts with",
    "endsWith": "{} never ends with",
    "contains": "{} never contains",
    "regex": "{} never matches",
    "within": "{} is never contained in",
}


def fits(literal: str, known: Iterable[str], op: str) -> bool:
    """Whether a member of the set satisfies a comparison with the literal."""
    if op == "is":
        return literal in known
    if op == "regex":
        return any(matches(name, literal) for name in known)
    tests = {"startsWith": str.startswith, "endsWith": str.endswith, "contains": str.__contains__}
    return any(name in literal if op == "within" else tests[op](name, literal) for name in known)


def compared(
    expr: Any, at: Origin, sets: dict[str, Names]
) -> Iterator[tuple[Origin, str, Names, str]]:
    """Each literal that is compared with a closed set: its place, the set, and the comparison."""
    if not isinstance(expr, dict) or "op" not in expr:
        return
    op, args = expr["op"], expr["args"]
    for place, arg in enumerate(args):
        yield from compared(arg, at.at("args", place), sets)
    if op in ("eq", "ne", "in"):
        others = range(1, len(args))
        pairs = [(0, other) for other in others] + (
            [(other, 0) for other in others] if op != "in" else []
        )
        for side, other in pairs:
            if names := closed(args[side], sets):
                yield from (
                    (place, text, names, "is")
                    for place, text in texts(args[other], at.at("args", other), names)
                )
        names = together([closed(arg, sets) for arg in args[1:]]) if op == "in" else None
        if names and isinstance(args[0], str):
            yield at.at("args", 0, "lit"), args[0], names, "is"
    if op in ("contains", "startsWith", "endsWith", "regex"):
        names = closed(args[0], sets)
        if names and isinstance(args[1], str):
            how = "is" if op == "contains" and args[0] == {"ref": "user.roles"} else op
            yield at.at("args", 1, "lit"), args[1], names, how
        names = closed(args[1], sets)
        if names and op == "contains" and isinstance(args[0], str):
            yield at.at("args", 0, "lit"), args[0], names, "within"


def together(found: list[Names | None], more: frozenset[str] = frozenset()) -> Names | None:
    """The union of closed sets, if all of them are closed."""
    sets = [names for names in found if names is not None]
    if not sets or len(sets) < len(found):
        return None
    return replace(sets[0], known=more.union(*(names.known for names in sets)))


def closed(expr: Any, sets: dict[str, Names]) -> Names | None:
    """The closed set that a value belongs to. The value is a ref, or a coalesce of such refs, whose
    literals then belong to the set too.
    """
    if isinstance(expr, dict) and "ref" in expr:
        return sets.get(expr["ref"]) if expr.get("as") in (None, "string") else None
    if isinstance(expr, dict) and expr.get("op") == "coalesce":
        refs = [arg for arg in expr["args"] if arg is not None and not isinstance(arg, str)]
        texts = frozenset(arg for arg in expr["args"] if isinstance(arg, str))
        return together([closed(arg, sets) for arg in refs], texts)
    return None


def texts(expr: Any, at: Origin, names: Names) -> Iterator[tuple[Origin, str]]:
    """The literal texts that a value may have, and the place of each. A number counts as its text,
    unless names are numbers too: 5 is then also 05.
    """
    if isinstance(expr, str):
        yield at.at("lit"), expr
    elif (
        isinstance(expr, int)
        and not isinstance(expr, bool)
        and not any(NUMBER.fullmatch(name) for name in names.known)
    ):
        yield at.at("lit"), str(expr)
    elif isinstance(expr, dict) and expr.get("op") == "coalesce":
        for place, arg in enumerate(expr["args"]):
            yield from texts(arg, at.at("args", place), names)


# ---------------------------------------------------------------- what the fold can show


def reached_states(workflow: Workflow) -> set[str]:
    reached, todo = {workflow.start}, [workflow.start]
    while todo:
        here = todo.pop()
        for transition in workflow.transitions:
            if transition.from_state == here and transition.to_state not in reached:
                reached.add(transition.to_state)
                todo.append(transition.to_state)
    return reached


def moves(draft: Draft) -> tuple[list[Move], list[Move]]:
    """What a rule can see of a transition (SPEC 4.5, 4.7): by the workflow's declared moves,
    and by all others that the conflict policy applies.
    """
    workflow = draft.workflow
    first = draft.conflict_policy == "first_writer_wins"
    by_path = reached_states(workflow)
    reached = by_path if first else set(workflow.states)
    declared = {
        Move(t.from_state, t.to_state, t.code, t.to_state)
        for t in workflow.transitions
        if t.from_state in reached
    }
    others: set[Move] = set()
    if not first:
        # an illegal move leads from any other state, an undeclared one between any two
        targets = {(t.code, t.to_state) for t in workflow.transitions} | {
            (None, state) for state in workflow.states
        }
        others = {
            Move(here, to, code, to)
            for code, to in targets
            for here in workflow.states
            if here != to
        } - declared

    def order(move: Move) -> tuple[str, str, str]:
        return move.from_state or "", move.to_state or "", move.code or ""

    # events that move nothing, in each state
    still = [Move(None, None, None, state) for state in sorted(by_path)]
    more = [Move(None, None, None, state) for state in sorted(reached - by_path)]
    return [*still, *sorted(declared, key=order)], [*more, *sorted(others, key=order)]


def check(lookups: Lookups, drafts: list[Draft]) -> None:
    """Report what is wrong beyond ids: errors for what a bound timer needs, else warnings."""
    Checks(lookups, drafts).run()
