"""What a fuzzer counts and finds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Fault:
    """What did not hold for an input."""

    input: str  # its seed and what it is: how to make it again
    what: str
    detail: str = ""

    def __str__(self) -> str:
        return "\n".join(filter(None, [f"{self.input}: {self.what}", self.detail[:3000]]))


@dataclass
class Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        return self.outcomes.total()

    def count(self, outcome: str, inputs: int = 1) -> None:
        self.outcomes[outcome] += inputs

    def add(self, other: Tally) -> None:
        self.outcomes += other.outcomes
        self.faults += other.faults
