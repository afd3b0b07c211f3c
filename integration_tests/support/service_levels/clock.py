"""The clock of one cycle: it runs while the desk is open and nothing pauses it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from support.service_levels.calendar import Opening, Span
from support.service_levels.cycles import Cycle
from support.service_levels.policy import is_paused

NEVER = dt.datetime.max
NONE = dt.timedelta()


class Clock:
    def __init__(self, cycle: Cycle, opts: dict[str, Any], opening: Opening):
        self.start = cycle.start
        self.opening = opening
        turns = [(event, not is_paused(opts, event)) for event in cycle.events]
        for stop, restart in cycle.gaps:
            place = next(n for n, (event, _) in enumerate(turns) if event is restart)
            turns.insert(place, (stop, False))
        if cycle.stopped_by:  # after a stop, the clock is thought on unpaused
            turns.append((cycle.stopped_by, True))
        instants = [*(event["effective"] for event, _ in turns), NEVER]
        self.unpaused = [
            span for span, (_, runs) in zip(pairwise(instants), turns, strict=True) if runs
        ]

    def running_from(self, instant: dt.datetime) -> Iterator[Span]:
        """The spans in which the clock advances, at and after an instant."""
        for begin, end in self.unpaused:
            if end <= instant or begin == end:
                continue
            for opens, closes in self.opening.open_from(max(begin, instant)):
                if opens >= end:
                    break
                yield opens, min(closes, end)

    def run(self, since: dt.datetime, until: dt.datetime) -> dt.timedelta:
        """Running time: how far the clock advances between two instants."""
        total = NONE
        for begin, end in self.running_from(since):
            if begin >= until:
                break
            total += min(end, until) - begin
        return total

    def has_run(self, since: dt.datetime, amount: dt.timedelta) -> dt.datetime | None:
        """The earliest instant at which an amount has run. None if that is not known, or never."""
        if amount <= NONE:
            return since
        for begin, end in self.running_from(since):
            if end - begin >= amount:
                return begin + amount
            amount -= end - begin
        return None

    def advances(self, instant: dt.datetime | None) -> dt.datetime | None:
        """The first instant, at or after this one, at which the clock advances."""
        return None if instant is None else next((b for b, _ in self.running_from(instant)), None)
