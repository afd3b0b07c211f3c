"""Aliases: names that journals still use after MetaDB renamed something."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ozmeta_dbt.bindings.dsl import Rule
from ozmeta_dbt.config import FILE_NAME, AliasChoices, Config
from ozmeta_dbt.problems import Origin, Problems

ESCALATION_EVENTS = ("Escalation.Acknowledged", "Escalation.Closed")
# kind: (its key in ozmeta.yml, what one of its names is called)
KINDS = {
    "states": ("state_aliases", "a state"),
    "transitions": ("transition_aliases", "a transition code"),
    "event_types": ("event_type_aliases", "an event type"),
    "object_types": ("object_type_aliases", "an object type"),
    "fields": ("field_aliases", "a field that a rule reads"),
}


@dataclass
class Aliases:
    """The aliases of one binding: {old name: current name} per kind."""

    states: dict[str, str] = field(default_factory=dict)
    transitions: dict[str, str] = field(default_factory=dict)
    event_types: dict[str, str] = field(default_factory=dict)
    object_types: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, str]:
        found: dict[str, str] = getattr(self, kind)
        return found

    def old(self, kind: str, name: str) -> list[str]:
        """The old names of one current name, in the order of ozmeta.yml."""
        return [old for old, new in self.of(kind).items() if new == name]


@dataclass
class Known:
    """The names of one kind in a binding: which ones an alias may lead to, and which ones it must
    not rename.
    """

    where: str  # "of the workflow CaseFlow"
    targets: set[str]
    live: set[str] = field(default_factory=set)  # names beside the targets that are in use


def chosen(choices: AliasChoices, kind: str) -> dict[str, str]:
    found: dict[str, str] = getattr(choices, KINDS[kind][0])
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint: the most similar name, or else some that exist."""
    names = sorted(set(known))
    folded = {other.casefold(): other for other in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    if close:
        return f"did you mean {folded[close[0]]!r}?"
    return (
        f"known: {', '.join(map(repr, names[:8]))}{', …' if len(names) > 8 else ''}"
        if names
        else "there is none"
    )


class Checker:
    """Checks the aliases of each binding, then those at the top of ozmeta.yml that fit no
    binding."""

    def __init__(self, config: Config, problems: Problems):
        self.config, self.problems = config, problems
        self.fitting: set[tuple[str, str]] = set()  # (kind, old name) at the top level
        self.seen: dict[str, set[str]] = defaultdict(set)  # kind: all names of any binding

    def aliases(self, label: str, choices: AliasChoices, known: dict[str, Known]) -> Aliases:
        """The aliases of a binding: its own, and those at the top that lead to a name of it."""
        found = Aliases()
        for kind, names in known.items():
            self.seen[kind] |= names.targets
            own, shared = chosen(choices, kind), chosen(self.config, kind)
            fitting = {
                old: new for old, new in shared.items() if new in names.targets and old not in own
            }
            self.fitting |= {(kind, old) for old, new in shared.items() if new in names.targets}
            for old, new in {**fitting, **own}.items():
                place = Origin(FILE_NAME).at(
                    *(("bindings", label) if old in own else ()), KINDS[kind][0], old
                )
                if self.sound(
                    old, new, own if old in own else shared, place, KINDS[kind][1], names
                ):
                    found.of(kind)[old] = new
        return found

    def sound(
        self, old: str, new: str, mapping: dict[str, str], place: Origin, what: str, known: Known
    ) -> bool:
        if old == new:
            self.problems.error(place, f"{old!r} is an alias of itself", "leave it out")
        elif old in known.targets | known.live:
            self.problems.error(
                place,
                f"{old!r} is still {what} {known.where}, so it cannot mean {new!r} too",
                "an alias is for a name that nothing has any more",
            )
        elif new in known.targets:
            return True
        elif new in mapping:
            end, passed = new, {old}
            while end in mapping and end not in passed:
                passed.add(end)
                end = mapping[end]
            message = (
                "the aliases lead in a circle" if end in passed else f"{new!r} is itself an alias"
            )
            self.problems.error(
                place, message, "" if end in passed else f"lead straight to {end!r}"
            )
        else:
            self.problems.error(
                place, f"{new!r} is not {what} {known.where}", nearest(new, known.targets)
            )
        return False

    def check_shared(self) -> None:
        """Aliases at the top of ozmeta.yml that lead to no name of any binding."""
        for kind, (key, what) in KINDS.items():
            for old, new in chosen(self.config, kind).items():
                if (kind, old) not in self.fitting:
                    place = Origin(FILE_NAME).at(key, old)
                    self.sound(
                        old,
                        new,
                        chosen(self.config, kind),
                        place,
                        what,
                        Known("of any binding", self.seen[kind]),
                    )


def event_literals(rules: Iterable[Rule | None]) -> set[str]:
    """The event types that rules name: the texts that are compared with event.type."""
    found: set[str] = set()
    todo = [rule.expr for rule in rules if rule]
    while todo:
        node = todo.pop()
        if isinstance(node, dict) and isinstance(node.get("args"), list):
            args = node["args"]
            if any(isinstance(arg, dict) and arg.get("ref") == "event.type" for arg in args):
                found |= {
                    text
                    for arg in args
                    if isinstance(text := arg.get("lit") if isinstance(arg, dict) else arg, str)
                }
            todo += args
    return found
