"""What the tables show of the cycles of one policy on one object."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from support.reference_rules import MINUTE, scalar
from support.service_levels import ladder, thresholds
from support.service_levels.clock import Clock
from support.service_levels.cycles import Cycle, cycles
from support.service_levels.marks import marks
from support.service_levels.policy import options, terms


@dataclass(frozen=True)
class Timed:
    """A cycle, its columns, and the levels that it raised."""

    cycle: Cycle
    columns: dict[str, Any]
    raised: list[tuple[dict, dt.datetime]]


def timed_cycles(
    events: list[dict],
    sla: dict,
    levels: list[dict],
    binding: dict,
    as_of: dt.datetime,
    *,
    is_finished: bool,
) -> list[Timed]:
    """events: the rule-visible events of the object; is_finished: it is in a terminal state."""
    opts = options(sla, binding)
    found = cycles(marks(events, sla, opts, binding["workflow"]), opts)
    return [
        timed(cycle, events, sla, opts, levels, binding, as_of, is_finished=is_finished)
        for cycle in found
    ]


def timed(
    cycle: Cycle,
    events: list[dict],
    sla: dict,
    opts: dict[str, Any],
    levels: list[dict],
    binding: dict,
    as_of: dt.datetime,
    *,
    is_finished: bool,
) -> Timed:
    counts = terms(sla, opts, binding, cycle.events[0])
    clock = Clock(cycle, opts, counts.opening)
    end = cycle.stop or as_of
    verdict = thresholds.judge(thresholds.stretches(cycle, opts, counts), clock, end)
    rungs = ladder.rungs(levels, verdict, clock)
    # every event may be an answer: one after the stop is too late for each level that was raised
    rungs = [
        rung
        for rung in rungs
        if not ladder.is_prevented(rung, rungs, events, sla["code"], clock, end)
    ]
    raised = [rung for rung in rungs if rung.is_reached(clock, end)]
    target, ran = verdict.asked.target * MINUTE, clock.run(cycle.start, end)
    columns = {
        "ST_StartUTC": cycle.start,
        "ST_DueUTC": clock.has_run(cycle.start, target),
        "ST_StopUTC": cycle.stop,
        "ST_Outcome": outcome(cycle, verdict, opts, is_finished=is_finished),
        "ST_Status": (
            "Stopped"
            if cycle.stop
            else "Breached"
            if verdict.breached
            else "Warned"
            if verdict.warned
            else "Running"
        ),
        "ST_WarnedUTC": verdict.warned,
        "ST_BreachedUTC": verdict.breached,
        "ST_EscalationLevel": max((rung.level["level"] for rung in raised), default=0),
        "ST_CycleNo": cycle.no,
        "ST_IsPaused": cycle.is_paused(opts),
        "ST_TargetMinutes": verdict.asked.target,
        "ST_PolicyVersion": counts.version,
        "ST_Calendar": counts.calendar,
        "ST_ElapsedMinutes": ran // MINUTE,
        "ST_RemainingMinutes": (target - ran) // MINUTE,
        "ST_NextUTC": next_instant(cycle, verdict, rungs, opts, clock, end),
    }
    return Timed(cycle, columns, [(rung.level, rung.at) for rung in raised if rung.at])


def outcome(
    cycle: Cycle, verdict: thresholds.Verdict, opts: dict[str, Any], *, is_finished: bool
) -> str | None:
    if verdict.breached:
        return "Missed"
    if cycle.is_cancelled:
        return "Cancelled"
    may_go_on = opts["onRestart"] in ("resume", "continue") and not is_finished
    return "Met" if cycle.stop and not may_go_on else None


def next_instant(
    cycle: Cycle,
    verdict: thresholds.Verdict,
    rungs: list[ladder.Rung],
    opts: dict[str, Any],
    clock: Clock,
    end: dt.datetime,
) -> dt.datetime | None:
    """A warning is seen at its instant, a breach as soon as the clock advances after it."""
    if cycle.stop or cycle.is_paused(opts):
        return None
    found: list[dt.datetime | None] = []
    if not verdict.breached:
        if verdict.asked.warn is not None and not verdict.warned:
            found.append(clock.has_run(cycle.start, verdict.asked.warn * MINUTE))
        found.append(clock.advances(clock.has_run(cycle.start, verdict.asked.target * MINUTE)))
    for rung in rungs:
        if not rung.is_reached(clock, end):
            is_warning = rung.level["signal"] == "SLA.Warned"
            found.append(rung.at if is_warning else clock.advances(rung.at))
    return min((instant for instant in found if instant is not None), default=None)


def reported(event: dict | None, fields: list[str]) -> dict[str, str | None]:
    """OF_<Field>: the object's fields after an event, as text."""
    values = event["seen"]["object"] if event else {}
    return {f"OF_{field}": scalar(values.get(field)) for field in fields}
