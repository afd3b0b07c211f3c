"""The cycles of one policy on one object."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from support.service_levels.marks import Mark
from support.service_levels.policy import is_paused


@dataclass
class Cycle:
    no: int
    events: list[dict]  # those that may pause it and ask for a target; the first starts it
    stopped_by: dict | None = None
    is_cancelled: bool = False
    gaps: list[tuple[dict, dict]] = field(default_factory=list)  # the stop and the restart
    since_stop: list[dict] = field(default_factory=list)  # events after the stop

    @property
    def start(self) -> dt.datetime:
        return self.events[0]["effective"]

    @property
    def stop(self) -> dt.datetime | None:
        return self.stopped_by["effective"] if self.stopped_by else None

    def end(self, event: dict, *, is_cancelled: bool) -> None:
        self.stopped_by, self.is_cancelled, self.since_stop = event, is_cancelled, []

    def resume(self, event: dict) -> None:
        """The gap is a pause, and its events ask nothing."""
        assert self.stopped_by
        self.gaps.append((self.stopped_by, event))
        self.events.append(event)
        self.stopped_by = None

    def carry_on(self, event: dict) -> None:
        """As if it had never stopped: the stop and the events of the gap belong to the cycle."""
        assert self.stopped_by
        self.events += [self.stopped_by, *self.since_stop, event]
        self.stopped_by = None

    def is_paused(self, opts: dict[str, Any]) -> bool:
        return self.stopped_by is None and is_paused(opts, self.events[-1])


def cycles(marks: Iterable[Mark], opts: dict[str, Any]) -> list[Cycle]:
    restart, found = opts["onRestart"], []
    for mark in marks:
        event, cycle = mark.event, found[-1] if found else None
        if cycle and not cycle.stopped_by:
            if mark.stops:
                cycle.end(event, is_cancelled=False)
                if mark.starts and restart == "newCycle":
                    found.append(Cycle(len(found) + 1, [event]))
            elif mark.cancels:
                cycle.end(event, is_cancelled=True)
            else:
                cycle.events.append(event)
        elif not mark.starts or (mark.stops and opts["onBoth"] == "stop"):
            if cycle:
                cycle.since_stop.append(event)
        elif cycle is None or restart == "newCycle" or (cycle.is_cancelled and restart != "ignore"):
            found.append(Cycle(len(found) + 1, [event]))
        elif restart == "resume":
            cycle.resume(event)
        elif restart == "continue":
            cycle.carry_on(event)
    return found
