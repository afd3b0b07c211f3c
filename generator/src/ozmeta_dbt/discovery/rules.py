"""What is concluded from the figures: starts, ends, rare transitions, service levels."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from ozmeta_dbt.discovery.facts import UNKNOWN, Field, Move, ObjectType, State, Time
from ozmeta_dbt.discovery.figures import readable_minutes
from ozmeta_dbt.discovery.names import transition_name, unique

END_SHARE = 10  # an end is left again in less than this share of its entries, in percent
ENTERED_SHARE = 20  # a state that at least this share of the objects enters may have a target
FEW = 20  # objects below which a percentile says little
LEAST_VALUES, MOST_VALUES = 2, 50  # of a field to report by
MOST_STATES = 200
MOST_TYPES = 50
UNKNOWN_NAME = "New"
WAITING = re.compile(r"wait|pending|hold|customer|block", re.I)
# names with such a word, in which one's own people are wanted
OWN_QUEUE = re.compile(r"assign|triage|support|agent|internal|repl(?:y|ied)|respon|answer", re.I)
REPLY = re.compile(
    r"comment|repl(?:y|ied)|respon[ds]|answer|mail|message|\bcall|note(?!book)", re.I
)
INTERNAL = re.compile(r"internal|private", re.I)


@dataclass(frozen=True)
class Transition:
    """A transition to declare, or a rare one to leave out."""

    id: str
    code: str
    move: Move
    exits: int  # of the from-state

    @property
    def is_coded(self) -> bool:
        return self.move.code is not None


@dataclass(frozen=True)
class ServiceLevel:
    """A policy to write. `event_types` stop it, or else leaving `from_state`. Without both, an end
    state stops it.
    """

    code: str
    minutes: int
    time: Time
    event_types: tuple[str, ...] = ()
    from_state: str | None = None


@dataclass
class Workflow:
    """What is written for one object type."""

    of: ObjectType
    start: str
    is_invented: bool  # whether the journal never names the start state
    states: list[State]
    ends: list[str]
    starts: list[State]  # states in which objects begin, the start first
    transitions: list[Transition]
    rare: list[Transition]
    waiting: list[str]
    replies: list[str]
    unknown_begun: int = 0  # objects of which the journal does not say where they began
    levels: list[ServiceLevel] = field(default_factory=list)
    state_minutes: dict[str, int] = field(default_factory=dict)

    @property
    def report_fields(self) -> list[Field]:
        return [
            each
            for each in self.of.fields
            if LEAST_VALUES <= each.values <= MOST_VALUES and each.values * 2 <= each.events
        ]

    @property
    def other_fields(self) -> list[Field]:
        """Fields with too many values, or with a different value in nearly every event."""
        chosen = self.report_fields
        return [
            each for each in self.of.fields if each.values >= LEAST_VALUES and each not in chosen
        ]


def workflow(of: ObjectType, rare_share: float) -> Workflow:
    """The workflow of an object type that states at least one state."""
    named = {state.name for state in of.states} - {UNKNOWN}
    begun = sorted((s for s in of.states if s.begun), key=lambda s: (-s.begun, s.name))
    is_invented = begun[0].name == UNKNOWN
    start = begun[0].name
    if is_invented:
        start = unique(UNKNOWN_NAME, {name.lower() for name in named})
    unknown = next((s.begun for s in of.states if s.name == UNKNOWN), 0)
    states = [
        replace(state, name=start) if state.name == UNKNOWN else state
        for state in of.states
        if state.name != UNKNOWN or is_invented
    ]
    states.sort(key=lambda s: (s.name != start, -s.entries, s.name))
    order = {state.name: place for place, state in enumerate(states)}
    moves = all_moves(of, start, order)
    declared, rare = split(moves, start, rare_share)
    ends = sorted(state.name for state in states if is_end(state, start))
    replies = sorted(
        each.name
        for each in of.event_types
        if REPLY.search(each.name) and not INTERNAL.search(each.name) and not each.statements
    )
    return Workflow(
        of,
        start,
        is_invented,
        states,
        ends,
        [s for s in sorted(states, key=lambda s: (s.name != start, -s.begun, s.name)) if s.begun],
        declared,
        rare,
        [s.name for s in states if is_waiting(s.name) and s.name not in ends],
        replies,
        0 if is_invented else unknown,
    )


def is_waiting(name: str) -> bool:
    """Whether the name says that the work waits for somebody else."""
    return bool(WAITING.search(name)) and not OWN_QUEUE.search(name)


def is_end(state: State, start: str) -> bool:
    """Whether objects stay in the state for good: at least one is in it, and hardly any left it
    again.
    """
    return (
        state.name != start and state.there_now > 0 and state.left * 100 < END_SHARE * state.entries
    )


def all_moves(of: ObjectType, start: str, order: dict[str, int]) -> list[Move]:
    """The transitions as the fold sees them: an object that begins elsewhere moves there from the
    start state with its first event. order: the place of each state
    """
    found: dict[tuple[str | None, str, str], Move] = {}
    for move in of.moves:
        came_from = start if move.from_state == UNKNOWN else move.from_state
        if came_from == move.to_state:
            continue
        key = (move.code, came_from, move.to_state)
        known = found.get(key)
        found[key] = replace(
            move if known is None or known.count < move.count else known,
            from_state=came_from,
            count=move.count + (known.count if known else 0),
            naming_from=move.naming_from + (known.naming_from if known else 0),
        )
    for state in of.states:
        if not state.begun or state.name in (start, UNKNOWN):
            continue
        there = [key for key in found if key[1:] == (start, state.name)]
        key = min(there, key=lambda k: (-found[k].count, k[0] or ""), default=None) or (
            None,
            start,
            state.name,
        )
        known = found.get(key, Move(*key, count=0))
        found[key] = replace(known, count=known.count + state.begun, begun=state.begun)
    return sorted(
        found.values(), key=lambda m: (order[m.from_state], -m.count, m.to_state, m.code or "")
    )


def split(
    moves: list[Move], start: str, rare_share: float
) -> tuple[list[Transition], list[Transition]]:
    """The transitions to declare, and the rare ones. A rare one is declared if the fold could not
    apply its code otherwise, or if it is the only way to a state.
    """
    exits: Counter[str] = Counter()
    for move in moves:
        exits[move.from_state] += move.count
    common = [m for m in moves if m.count * 100 >= rare_share * exits[m.from_state]]
    rare = [m for m in moves if m not in common]
    for move in sorted(rare, key=lambda m: (-m.count, m.from_state, m.to_state, m.code or "")):
        if move.code is None:
            continue
        has_other = any((m.code, m.to_state) == (move.code, move.to_state) for m in common)
        if move.naming_from or not has_other:
            common.append(move)
    common += ways_in(common, [m for m in moves if m not in common], start)
    taken: set[str] = set()
    codes: set[str] = {move.code.lower() for move in moves if move.code is not None}
    found: dict[Move, Transition] = {}
    for move in sorted(moves, key=lambda m: (m.from_state, m.to_state, m.code or "")):
        name = transition_name(move.from_state, move.to_state)
        id_ = unique(name, taken)
        code = move.code if move.code is not None else unique(name, codes)
        found[move] = Transition(id_, code, move, exits[move.from_state])
    return (
        [found[move] for move in moves if move in common],
        [found[move] for move in moves if move not in common],
    )


def ways_in(common: list[Move], rare: list[Move], start: str) -> list[Move]:
    """The most frequent rare moves without which states could not be reached from the start."""
    found: list[Move] = []
    while True:
        reached, size = {start}, 0
        while len(reached) > size:
            size = len(reached)
            reached |= {m.to_state for m in (*common, *found) if m.from_state in reached}
        ways = [m for m in rare if m.from_state in reached and m.to_state not in reached]
        if not ways:
            return found
        found.append(min(ways, key=lambda m: (-m.count, m.from_state, m.to_state, m.code or "")))


def add_levels(of: Workflow) -> None:
    """The service levels, once the times are known."""
    times = of.of.times
    if of.ends and (time := times.get("resolved")):
        of.levels.append(ServiceLevel("Resolution", readable_minutes(time.percentile), time))
    if of.replies and (time := times.get("replied")):
        minutes = readable_minutes(time.percentile)
        level = ServiceLevel("FirstResponse", minutes, time, event_types=tuple(of.replies))
        of.levels.insert(0, level)
    elif (time := times.get("moved")) and any(
        t.move.from_state == of.start for t in of.transitions
    ):
        minutes = readable_minutes(time.percentile)
        of.levels.insert(0, ServiceLevel("FirstResponse", minutes, time, from_state=of.start))
    for state in of.states:
        is_frequent = state.objects * 100 >= ENTERED_SHARE * of.of.objects
        if state.name not in of.ends and is_frequent and state.percentile is not None:
            of.state_minutes[state.name] = readable_minutes(state.percentile)
