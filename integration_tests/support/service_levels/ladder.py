"""The levels of a ladder: which are raised, and which an acknowledgement prevents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from support.reference_rules import MINUTE, part, scalar
from support.service_levels.clock import NONE, Clock
from support.service_levels.thresholds import Verdict


@dataclass(frozen=True)
class Rung:
    """A level of one cycle. Its minutes count from the warning or the breach."""

    level: dict
    base: dt.datetime
    at: dt.datetime | None  # null if its minutes will not run
    with_the_breach: bool  # an event lowered the target below what had run, and no minutes follow

    def is_reached(self, clock: Clock, instant: dt.datetime) -> bool:
        """A level of a warning is raised at its instant, a level of a breach after it."""
        if instant < self.base:
            return False
        ran, minutes = clock.run(self.base, instant), self.level["after"] * MINUTE
        if self.level["signal"] == "SLA.Warned":
            return ran >= minutes
        return ran > minutes or self.with_the_breach


def rungs(levels: list[dict], verdict: Verdict, clock: Clock) -> list[Rung]:
    """The levels whose warning or breach has been crossed."""
    found = []
    for level in levels:
        base = verdict.warned if level["signal"] == "SLA.Warned" else verdict.breached
        if base is not None:
            minutes = level["after"] * MINUTE
            found.append(
                Rung(
                    level,
                    base,
                    clock.has_run(base, minutes),
                    verdict.ran_too_long and minutes == NONE,
                )
            )
    return found


def is_prevented(
    rung: Rung,
    ladder: Iterable[Rung],
    events: list[dict],
    sla_code: str,
    clock: Clock,
    end: dt.datetime,
) -> bool:
    """Whether a lower level was acknowledged or closed before this level's minutes were exceeded.

    events: the rule-visible events of the object
    """
    if not rung.level["unless_acknowledged"]:
        return False
    return any(
        other.at is not None
        and event["effective"] >= other.at
        and not rung.is_reached(clock, event["effective"])
        and is_meant(event, other.level, sla_code)
        for other in ladder
        if other.level["level"] < rung.level["level"] and other.is_reached(clock, end)
        for event in events
    )


def is_meant(event: dict, level: dict, sla_code: str | None) -> bool:
    """Whether an answer means a level. What its payload names narrows that."""
    own = {"signalType": level["signal"], "slaCode": sla_code, "level": str(level["level"])}
    answer = part(event["payload"], "escalation")
    return event["type"] in ("Escalation.Acknowledged", "Escalation.Closed") and all(
        scalar(answer.get(name)) in (None, value) for name, value in own.items()
    )
