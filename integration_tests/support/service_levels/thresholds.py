"""When a cycle was warned and breached."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from support.reference_rules import MINUTE
from support.service_levels.clock import Clock
from support.service_levels.cycles import Cycle
from support.service_levels.policy import Asked, Terms


@dataclass
class Stretch:
    """Neighboring events that ask for the same target and warning."""

    asked: Asked
    since: dt.datetime
    until: dt.datetime | None = None  # the next event that asks for something else


@dataclass
class Verdict:
    asked: Asked  # what was in force at the end
    warned: dt.datetime | None = None
    breached: dt.datetime | None = None
    ran_too_long: bool = False  # the event at which it was breached lowered the target


def stretches(cycle: Cycle, opts: dict[str, Any], terms: Terms) -> list[Stretch]:
    first, *others = cycle.events
    found = [Stretch(terms.asked(first), first["effective"])]
    for event in others if opts["onTargetChange"] == "retarget" else []:
        asked = terms.asked(event)
        if asked != found[-1].asked:
            found[-1].until = event["effective"]
            found.append(Stretch(asked, event["effective"]))
    return found


def judge(found: list[Stretch], clock: Clock, end: dt.datetime) -> Verdict:
    """Stretch by stretch. What was crossed stays crossed, and a breach ends the warnings."""
    verdict = Verdict(found[-1].asked)
    for stretch in found:
        if verdict.breached:
            break
        target, warn = stretch.asked.target * MINUTE, stretch.asked.warn
        if warn is not None and not verdict.warned:
            at = clock.has_run(clock.start, warn * MINUTE)
            # what is reached exactly at the next event is judged by that one
            if at is not None and (at < stretch.until if stretch.until else at <= end):
                verdict.warned = max(at, stretch.since)
        if clock.run(clock.start, stretch.until or end) > target:
            at = clock.has_run(clock.start, target)
            assert at is not None
            verdict.breached = max(at, stretch.since)
            verdict.ran_too_long = clock.run(clock.start, verdict.breached) > target
    return verdict
