"""SLAs: when their timers start and stop, and what escalates."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ozmeta_dbt.bindings.actions import ActionResolver
from ozmeta_dbt.bindings.definitions import Approvals, CalendarChoice, Level, Options, Sla, Workflow
from ozmeta_dbt.bindings.dsl import Rule, is_level
from ozmeta_dbt.bindings.lookups import Lookups
from ozmeta_dbt.bindings.policy_minutes import ORDER, Minutes, check_warnings, combinations
from ozmeta_dbt.bindings.service_levels import KEYS, OptionReader, given_keys
from ozmeta_dbt.config import FILE_NAME, BindingChoices
from ozmeta_dbt.metadb.rows import RuntimeBinding, RuntimeSlaBinding, SlaPolicy, WorkflowState
from ozmeta_dbt.problems import Origin
from ozmeta_dbt.words import did_you_mean


@dataclass(frozen=True)
class Chosen:
    """What ozmeta.yml says about the policies of a binding."""

    label: str
    choices: BindingChoices

    @property
    def at(self) -> Origin:
        return Origin(FILE_NAME).at("bindings", self.label)

    def of(self, code: str) -> dict[str, Any]:
        keys = self.choices.slas.get(code)
        return given_keys(keys) if keys else {}


class SlaResolver:
    def __init__(self, lookups: Lookups, actions: ActionResolver):
        self.lookups, self.rows, self.problems = lookups, lookups.rows, lookups.problems
        self.actions = actions
        self.reader = OptionReader(lookups.calendar_codes, lookups.problems)

    def slas(
        self, row: RuntimeBinding, workflow: Workflow, approvals: Approvals | None, chosen: Chosen
    ) -> list[Sla]:
        found: list[Sla] = []
        disabled: list[str] = []
        calendar = self.reader.calendars.choice(chosen.choices.calendar, chosen.at.at("calendar"))
        for state in self.rows.of(WorkflowState):
            if state.workflow_id == row.workflow_id and state.sla_minutes is not None:
                code, levels = f"State.{state.code}", self.actions.default_levels()
                options = self.options(code, None, chosen, calendar)
                minutes = combinations(state.sla_minutes, None, options, state.at("sla_minutes"))
                check_warnings(code, list(minutes), self.problems)
                found.append(Sla(code, state.sla_minutes, None, levels, options, state=state.code))
        for bound in self.rows.of(RuntimeSlaBinding):
            policy = self.lookups.policies.get(bound.sla_id)
            if bound.binding_id != row.id or policy is None:
                continue
            start = self.lookups.rule(bound.start_rule, "TimerStart", bound.at("start_rule"))
            stop = self.lookups.rule(bound.stop_rule, "TimerStop", bound.at("stop_rule"))
            if not policy.is_enabled:
                self.problems.notes.append(f"{policy.code}: the SLA policy is disabled")
                disabled.append(policy.code)
            else:
                options = self.options(policy.code, start, chosen, calendar)
                self.hints(policy.code, options, start, stop)
                start, stop = with_expr(start), with_expr(stop)
                found.append(self.sla(policy, options, start, stop, workflow, approvals))
        codes = Counter(sla.code for sla in found)
        for code, count in codes.items():
            if count > 1:
                self.problems.error(
                    row.origin,
                    f"the SLA {code!r} is bound {count} times",
                    "one RuntimeSlaBinding per SLA and binding",
                )
        self.check_chosen(chosen, {*codes, *disabled})
        self.add_actions(found, workflow)
        return sorted(found, key=lambda s: s.code)

    def options(
        self, code: str, start: Rule | None, chosen: Chosen, calendar: CalendarChoice
    ) -> Options:
        at = chosen.at.at("slas", code)
        return self.reader.options(code, start, chosen.of(code), at, calendar)

    def check_chosen(self, chosen: Chosen, codes: set[str]) -> None:
        """SLAs in ozmeta.yml that are not bound."""
        if not self.rows.complete("SlaPolicy", "RuntimeSlaBinding", "WorkflowState"):
            return
        for code in chosen.choices.slas:
            if code not in codes:
                self.problems.error(
                    chosen.at.at("slas", code),
                    f"the SLA {code!r} is not bound to {chosen.label}",
                    did_you_mean(code, codes) if codes else "no SLA is",
                )

    def hints(self, code: str, options: Options, start: Rule | None, stop: Rule | None) -> None:
        """Warnings about policies whose effect is probably not wanted."""
        if start and start.expr is not False and is_level(start) and options.trigger == "event":
            effects = {
                "newCycle": "the event that stops a cycle starts the next one while it is true",
                "resume": "any event after a stop goes on with the cycle while it is true",
                "continue": "any event after a stop goes on with the cycle while it is true",
            }
            if effect := effects.get(options.on_restart):
                self.problems.warn(
                    start.expr_at if not isinstance(start.expr, bool) else start.origin,
                    f"the start rule of {code} is true on every event until a value changes:"
                    f" {effect}",
                    'add "trigger": "becomesTrue" to its options, so that only the event on which'
                    " it turns true starts a cycle",
                )
        if stop and is_level(stop) and options.on_both == "restart":
            self.problems.warn(
                stop.expr_at,
                f"the stop rule of {code} is true on every event until a value changes, and onBoth"
                " is restart: any comment then stops the cycle",
                "a stop rule that reads event.type or transition.*, or onBoth stop",
            )
        params = stop.params if stop else {}
        for key in params.keys() & {*KEYS}:
            assert stop
            self.problems.warn(
                stop.origin.at("params", key),
                f"{key} of {code} has no effect in a stop rule",
                "move it to the params of the start rule",
            )

    def sla(
        self,
        policy: SlaPolicy,
        options: Options,
        start: Rule | None,
        stop: Rule | None,
        workflow: Workflow,
        approvals: Approvals | None,
    ) -> Sla:
        sla = Sla(
            policy.code,
            policy.target_minutes,
            policy.warn_minutes,
            self.levels(policy, options),
            options,
            start,
            stop,
            text=self.lookups.texts.of(policy),
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
                    else "times a transition, but has no SL_ObjectID"
                )
                self.problems.error(
                    policy.at("object_id"),
                    f"{policy.code} {named}",
                    "point it to an enabled transition, or give its RuntimeSlaBinding both rules",
                )
            elif self.lookups.transitions[transition.id].from_state_id is None:
                # from any state: from the object's first event, as there is no state to enter
                if stop is None:
                    sla.stop_actions += [t for t in workflow.transitions if t.id == transition.id]
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
                    else "times an approval step, but has no SL_ObjectID"
                )
                self.problems.error(
                    policy.at("object_id"),
                    f"{policy.code} {named}",
                    "point it to a step of such a flow, or give its RuntimeSlaBinding both rules",
                )
        return sla

    def levels(self, policy: SlaPolicy, options: Options) -> list[Level]:
        own, at = (policy.target_minutes, policy.warn_minutes), policy.at("warn_minutes")
        minutes = list(combinations(*own, options, at))
        # the row's own minutes are checked, even if a version replaces them at all times
        row = Minutes(*own, at, ORDER)
        check_warnings(policy.code, list(dict.fromkeys([row, *minutes])), self.problems)
        rule = self.lookups.policy_rules[policy.id]
        if rule is None:
            return self.actions.default_levels()
        actions = [a for a in rule.actions if a.type == "EnqueueEscalation"]
        is_warned = any(each.warn is not None for each in minutes)
        return self.actions.levels(actions, "SLA.Breached", policy, is_warned)

    def add_actions(self, slas: list[Sla], workflow: Workflow) -> None:
        """StartTimer and StopTimer of a transition, for `SLA.<SL_Code>` or `<SL_Code>`."""
        disabled = {
            name
            for p in self.lookups.policies.values()
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


def with_expr(rule: Rule | None) -> Rule | None:
    """A document without an expression is a null rule: only its params count (SPEC 5.2)."""
    return rule if rule and rule.expr is not None else None
