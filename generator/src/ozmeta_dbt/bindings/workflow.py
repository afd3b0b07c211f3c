"""Workflows: their states, and the transitions between them."""

from __future__ import annotations

from collections import Counter, defaultdict

from ozmeta_dbt.bindings.actions import ActionResolver
from ozmeta_dbt.bindings.definitions import Transition, Workflow
from ozmeta_dbt.bindings.lookups import Lookups
from ozmeta_dbt.metadb import rows


class WorkflowResolver:
    def __init__(self, lookups: Lookups, actions: ActionResolver):
        self.lookups, self.rows, self.problems = lookups, lookups.rows, lookups.problems
        self.actions = actions

    def workflow(self, row: rows.Workflow) -> Workflow | None:
        states = [s for s in self.rows.of(rows.WorkflowState) if s.workflow_id == row.id]
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
                "exactly one state needs WS_IsStart"
                if states
                else "it has no rows in WorkflowState",
            )
            return None
        events: dict[str, list[str]] = defaultdict(list)
        for bound in self.rows.of(rows.TransitionEvent):
            if bound.event_type_id in self.lookups.event_types:
                events[bound.transition_id].append(
                    self.lookups.event_types[bound.event_type_id].code
                )
        own = [t for t in self.rows.of(rows.WorkflowTransition) if t.workflow_id == row.id]
        by_key = {s.code: s for s in states} | {s.id: s for s in states}
        transitions = without_overridden(
            [
                (t, found)
                for t in own
                if t.is_enabled
                for found in self.transitions(t, by_key, events[t.id])
            ]
        )
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
            text=self.lookups.texts.of(row),
            state_texts={s.code: text for s in states if (text := self.lookups.texts.of(s))},
        )

    def transitions(
        self, row: rows.WorkflowTransition, states: dict[str, rows.WorkflowState], events: list[str]
    ) -> list[Transition]:
        """The transitions of a row. `states`: by id, and by code if no id is the same. A row
        without a from-state leads from each state that is not terminal.
        """
        ends = []
        ways = [("from_state_id", row.from_state_id), ("to_state_id", row.to_state_id)]
        for name, id in ways:
            if id is None:
                continue
            if id not in states and self.rows.may_hold("WorkflowState", id):
                continue  # that row's own error is enough
            if id not in states:
                elsewhere = (
                    f"it is a state of another workflow ({self.lookups.states[id].code!r})"
                    if id in self.lookups.states
                    else "there is no such state"
                )
                self.problems.error(
                    row.at(name),
                    f"transition {row.code!r} leads {'from' if 'from' in name else 'to'} the state"
                    f" {id}: {elsewhere}",
                )
            else:
                ends.append(states[id].code)
        if len(ends) < sum(id is not None for _, id in ways):
            return []
        starts = (
            ends[:-1]
            if row.from_state_id is not None
            else sorted({state.code for state in states.values() if not state.is_terminal})
        )
        rule = self.lookups.transition_rules.get(row.id)
        actions = rule.actions if rule else ()
        enqueue = [a for a in actions if a.type == "EnqueueEscalation"]
        idle = sorted({a.type for a in actions} & {"SetField", "Notify", "UpsertRuntime"})
        if idle:
            self.problems.notes.append(
                f"transition {row.code!r}: {' and '.join(idle)} {'are' if len(idle) > 1 else 'is'}"
                " for the application to do, nothing of it is in the warehouse"
            )
        levels = self.actions.levels(enqueue, "Escalation.Raised")
        emits = self.actions.emits(actions)
        return [
            Transition(
                row.id,
                row.code,
                start,
                ends[-1],
                events=sorted(set(events)),
                actions=actions,
                levels=levels,
                emits=emits,
                text=self.lookups.texts.of(row),
            )
            for start in starts
        ]


def without_overridden(found: list[tuple[rows.WorkflowTransition, Transition]]) -> list[Transition]:
    """A transition that names its from-state replaces the one of the same code from any state."""
    named = {(t.code, t.from_state) for row, t in found if row.from_state_id is not None}
    return [
        t
        for row, t in found
        if row.from_state_id is not None or (t.code, t.from_state) not in named
    ]
