"""How likely a running timer is to miss its target, from the cycles before it.

The clock of a cycle is its running time as a share of the target, in STEPS steps. A curve says of
each step how many cycles reached it, and how many of these stopped in it (Kaplan and Meier). Cycles
that are still open, or were cancelled, count up to the step that they reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

STEPS = 50
ENOUGH = 20  # cycles that must have reached a step before a curve says anything about it


@dataclass
class Curve:
    """{step: cycles} that ended there, by a stop or in another way. `late` are those that did not
    end before the target.
    """

    stopped: list[int] = field(default_factory=lambda: [0] * STEPS)
    censored: list[int] = field(default_factory=lambda: [0] * STEPS)
    late: int = 0

    def add(self, position: str, step: int, cycles: int) -> None:
        if position == "late":
            self.late += cycles
        elif position == "stopped":
            self.stopped[step] += cycles
        else:
            self.censored[step] += cycles

    def merge(self, other: Curve) -> None:
        self.late += other.late
        for step in range(STEPS):
            self.stopped[step] += other.stopped[step]
            self.censored[step] += other.censored[step]

    @property
    def reached(self) -> list[int]:
        """How many cycles reached each step."""
        left, found = self.late, []
        for step in reversed(range(STEPS)):
            left += self.stopped[step] + self.censored[step]
            found.append(left)
        return found[::-1]

    def open_shares(self) -> list[float]:
        """The estimated share of cycles that are still open at the beginning of each step, and at
        the target.
        """
        reached, share, found = self.reached, 1.0, [1.0]
        for step in range(STEPS):
            if reached[step]:
                share *= 1 - self.stopped[step] / reached[step]
            found.append(share)
        return found

    def chances(self) -> list[Chance | None]:
        """The chance to miss the target, by step. None if too few cycles got that far."""
        reached, chance, is_certain = self.reached, 1.0, True
        found: list[Chance | None] = []
        for step in reversed(range(STEPS)):
            if reached[step]:
                chance *= 1 - self.stopped[step] / reached[step]
            is_certain = is_certain and not self.stopped[step]
            found.append(Chance(chance, is_certain) if reached[step] >= ENOUGH else None)
        return found[::-1]


@dataclass(frozen=True)
class Chance:
    """is_certain: no cycle that got this far stopped in the time that is left."""

    missed: float
    is_certain: bool


@dataclass
class Estimate:
    """For a group of timers: how many are due, and how many will miss their target."""

    due: int = 0
    unknown: int = 0  # of these, how many have too little history
    certain: int = 0
    expected: float = 0.0
    variance: float = 0.0

    def add(self, chance: Chance | None, timers: int) -> None:
        self.due += timers
        if chance is None:
            self.unknown += timers
            return
        self.certain += timers if chance.is_certain else 0
        self.expected += chance.missed * timers
        self.variance += chance.missed * (1 - chance.missed) * timers

    def merge(self, other: Estimate) -> None:
        self.due += other.due
        self.unknown += other.unknown
        self.certain += other.certain
        self.expected += other.expected
        self.variance += other.variance

    @property
    def range(self) -> tuple[int, int]:
        """Between which numbers 95 of 100 outcomes lie, if the chances are right. Timers with too
        little history may go either way.
        """
        spread = 1.96 * self.variance**0.5
        low = max(self.certain, round(self.expected - spread))
        return low, min(self.due, round(self.expected + spread) + self.unknown)


def total(estimates: Iterable[Estimate]) -> Estimate:
    found = Estimate()
    for estimate in estimates:
        found.merge(estimate)
    return found
