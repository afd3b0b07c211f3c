"""Approval flows: their steps, versions and quorums (SPEC 6b)."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

from ozmeta_dbt.bindings.definitions import Approvals, Flow, Step, Version
from ozmeta_dbt.bindings.lookups import Lookups
from ozmeta_dbt.config import FILE_NAME, MAX_VOTERS, BindingChoices, FlowChoices
from ozmeta_dbt.documents import loads
from ozmeta_dbt.metadb.rows import ApprovalFlow, ApprovalStep, ApprovalStepRole, RuntimeBinding
from ozmeta_dbt.problems import Origin
from ozmeta_dbt.words import did_you_mean, one_of


class ApprovalResolver:
    def __init__(self, lookups: Lookups):
        self.lookups, self.rows, self.problems = lookups, lookups.rows, lookups.problems
        self.config = lookups.config
        self.flow_steps: dict[str, list[Step]] = {}

    def approvals(
        self, row: RuntimeBinding, label: str, choices: BindingChoices
    ) -> Approvals | None:
        """The binding's own flow, and those that ozmeta.yml adds by code. An event that names no
        flow belongs to the first of them.
        """
        chosen: list[tuple[ApprovalFlow, Origin]] = []
        if row.approval_flow_id is not None:
            own = self.lookups.look_up(
                self.lookups.flows, row.approval_flow_id, row.at("approval_flow_id")
            )
            chosen += [(own, row.at("approval_flow_id"))] if own else []
        for place, code in enumerate(choices.approval_flows):
            at = Origin("ozmeta.yml").at("bindings", label, "approval_flows", place)
            named = [flow for flow in self.lookups.flows.values() if flow.code == code]
            if len(named) != 1 and (named or self.rows.complete("ApprovalFlow")):
                hint = (
                    "give each a code of its own"
                    if named
                    else did_you_mean(code, [flow.code for flow in self.lookups.flows.values()])
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
                    "do not repeat the flow that AF_ID names",
                )
        default = chosen[0][0].code if chosen else None
        for flow, _ in chosen:
            if not flow.is_enabled:
                self.problems.notes.append(f"{label}: the approval flow {flow.code} is disabled")
        flows = [self.flow(flow) for flow, _ in chosen if flow.is_enabled]
        return Approvals(flows, default) if flows else None

    def flow(self, row: ApprovalFlow) -> Flow:
        """The flow as MetaDB has it, with the versions in ozmeta.yml (SPEC 6b)."""
        steps, said = self.steps_of(row), self.config.approval_flows.get(row.code, FlowChoices())
        versions = []
        for version in said.versions:
            own = (
                steps
                if version.steps is None
                else [
                    Step("", s.code, place, s.votes, s.of, s.veto, sorted(set(s.roles)))
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
                f"the last version of {row.code} is not what MetaDB has now, so the current steps"
                " would never count",
                "end with a version that has a `from` and no `steps`",
            )
        text = self.lookups.texts.of(row)
        return Flow(row.code, steps, said.on_request, versions, text)

    def steps_of(self, flow: ApprovalFlow) -> list[Step]:
        """Its steps in order, checked once, however many bindings use the flow."""
        if flow.id not in self.flow_steps:
            self.flow_steps[flow.id] = self.checked_steps(flow)
        return self.flow_steps[flow.id]

    def checked_steps(self, flow: ApprovalFlow) -> list[Step]:
        steps = sorted(
            (s for s in self.lookups.steps.values() if s.flow_id == flow.id),
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
        """Read {quorum, of, veto}, alone or as the params of a DSL document (SPEC 6b)."""
        at, rule = row.at("rule"), row.rule
        if isinstance(rule, str) and rule.strip().startswith("{"):
            with suppress(ValueError, RecursionError):  # parse_rule reports them
                rule = loads(rule)
        if isinstance(rule, dict) and not {"version", "kind"} & rule.keys():
            params, at_params = rule, at
        else:
            document = self.lookups.rule(rule, None, at)
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
                at_params.at("of"), f"is {voters!r}; expected a whole number from 1 to {MAX_VOTERS}"
            )
            voters = MAX_VOTERS
        if quorum == "all":
            if voters is None:
                self.problems.error(
                    at_params.at("quorum"), "is 'all', which needs `of`: the number of voters"
                )
            quorum = voters or 1
        if not whole(quorum):
            self.problems.error(
                at_params.at("quorum"),
                f"is {quorum!r}; expected 'all' or a whole number from 1 to {MAX_VOTERS}",
            )
            quorum = 1
        elif voters is not None and quorum > voters:
            self.problems.error(
                at_params.at("quorum"), f"is {quorum} of {voters}, which no vote can reach"
            )
        if not isinstance(veto, bool):
            self.problems.error(at_params.at("veto"), f"is {veto!r}; expected true or false")
        roles = {
            self.lookups.roles[r.role_id].code
            for r in self.rows.of(ApprovalStepRole)
            if r.step_id == row.id and r.role_id in self.lookups.roles
        }
        text = self.lookups.texts.of(row)
        return Step(
            row.id, row.code, row.order, quorum, voters, veto is not False, sorted(roles), text
        )

    def check_flow_choices(self) -> None:
        codes = sorted({flow.code for flow in self.lookups.flows.values()})
        for code in self.config.approval_flows:
            if code not in codes:
                place = Origin(FILE_NAME).at("approval_flows", code)
                self.problems.error(
                    place, "is not the code of an approval flow", one_of(code, codes)
                )
