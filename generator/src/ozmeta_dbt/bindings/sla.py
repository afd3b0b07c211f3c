"""SLAs: when their timers start and stop, and what escalates."""

from __future__ import annotations

from collections import Counter

from ozmeta_dbt.bindings.actions import ActionResolver
from ozmeta_dbt.bindings.definitions import Approvals, Sla, Workflow
from ozmeta_dbt.bindings.dsl import Rule
from ozmeta_dbt.bindings.lookups import Lookups
from ozmeta_dbt.metadb.rows import RuntimeBinding, RuntimeSlaBinding, SlaPolicy, WorkflowState
from ozmeta_dbt.words import did_you_mean


class SlaResolver:
    def __init__(self, lookups: Lookups, actions: ActionResolver):
        self.lookups, self.rows, self.problems = lookups, lookups.rows, lookups.problems
        self.actions = actions

    def slas(
        self, row: RuntimeBinding, workflow: Workflow, approvals: Approvals | None
    ) -> list[Sla]:
        found: list[Sla] = []
        for state in self.rows.of(WorkflowState):
            if state.workflow_id == row.workflow_id and state.sla_minutes is not None:
                code, levels = f"State.{state.code}", self.actions.default_levels()
                found.append(Sla(code, state.sla_minutes, None, levels, state=state.code))
        for bound in self.rows.of(RuntimeSlaBinding):
            policy = self.lookups.policies.get(bound.sla_id)
            if bound.binding_id != row.id or policy is None:
                continue
            start = self.lookups.rule(bound.start_rule, "TimerStart", bound.at("start_rule"))
            stop = self.lookups.rule(bound.stop_rule, "TimerStop", bound.at("stop_rule"))
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
        rule = self.lookups.policy_rules[policy.id]
        if rule is None:
            levels = self.actions.default_levels()
        else:
            levels = self.actions.levels(
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
