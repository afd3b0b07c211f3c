"""What happened to a cycle of an SLA timer, in sentences. Most of it is in the row of the cycle.
The steps of its clock are not in the tables: the macro timer_steps finds them (spec 5.10 to 5.15).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ozmeta_dbt.operations.facts import MINUTE, Facts, Row, duration, instant, live, minutes

ANSWERS = ("Escalation.Acknowledged", "Escalation.Closed")


class Effect(NamedTuple):
    rank: str  # see RANKS in explain.py
    at: str | int
    text: str
    event: str | None = None  # the event that did it; otherwise time


@dataclass(frozen=True)
class Events:
    """The events of an object that count."""

    at: dict[str, int]  # by id
    ids: dict[str, str]  # by position

    @classmethod
    def of(cls, facts: Facts) -> Events:
        counted = [row for row in facts["timeline"] if row["TL_Position"]]
        return cls(
            {row["EJ_ID"]: int(row["TL_EffectiveUTC"]) for row in counted},
            {row["TL_Position"]: row["EJ_ID"] for row in counted},
        )


def name_of(cycle: Row) -> str:
    code, number = cycle["SL_Code"], cycle["ST_CycleNo"]
    return f"{code} (cycle {number})" if number != "1" else f"{code}"


def timer_effects(facts: Facts) -> Iterator[Effect]:
    """What the timers of an object did, cycle by cycle."""
    events = Events.of(facts)
    cycles = sorted(
        live(facts.get("sla_cycle", [])), key=lambda r: (r["SL_Code"], int(r["ST_CycleNo"]))
    )
    for cycle in cycles:
        steps = steps_of(cycle, facts)
        yield from start(cycle, steps)
        for number in range(1, len(steps)):
            yield from change(name_of(cycle), steps[: number + 1], events)
        yield from warning(cycle, steps, events)
        yield from breach(cycle, steps, events)
        yield from stop(cycle, steps)
        yield from prevented(cycle, facts)


def steps_of(cycle: Row, facts: Facts) -> list[Row]:
    """The steps of a cycle's clock. Empty if the rules changed since the last run."""
    steps = of_cycle(cycle, facts)
    return steps if steps and steps[0]["start_event"] == cycle["ST_StartEventID"] else []


def of_cycle(cycle: Row, facts: Facts) -> list[Row]:
    return [
        step
        for step in facts.get("steps", [])
        if (step["SL_Code"], step["cycle_no"]) == (cycle["SL_Code"], cycle["ST_CycleNo"])
    ]


def has_options(steps: list[Row]) -> bool:
    return bool(steps) and steps[0]["has_options"] == "1"


def start(cycle: Row, steps: list[Row]) -> Iterator[Effect]:
    name, at, event = name_of(cycle), cycle["ST_StartUTC"], cycle["ST_StartEventID"]
    if not has_options(steps):
        due = "due time not known"
        if cycle["ST_DueUTC"] is not None:
            due = f"due {instant(cycle['ST_DueUTC'])}{without_pauses(cycle)}"
        text = f"starts {name}, {due}"
        yield Effect("start", at, text, event)
        return
    first, last = steps[0], steps[-1]
    due = f"due {instant(cycle['ST_DueUTC'])}"
    if cycle["ST_DueUTC"] is None:
        due = f"due time not known: {why_not_due(cycle, last)}"
    elif terms(first) != terms(last):
        due += f" under its last target of {last['target_minutes']} min"
    yield Effect("start", at, f"starts {name}, {due}", event)
    counts = f" of open time in {first['calendar']}" if first["calendar"] else ""
    yield Effect("start", at, f"{name} has a target of {terms(first)}{counts}", event)
    if text := version(name, first):
        yield Effect("start", at, text, event)
    if first["is_pause"] == "1":
        text = f"{name} is paused from its start: pauseWhen is true"
        yield Effect("start", at, text, event)
    if shut := closed(name, first):
        yield Effect("start", at, shut, event)


def change(name: str, steps: list[Row], events: Events) -> Iterator[Effect]:
    """What the event did that begins the last of these steps of a cycle. If it begins a new span,
    also what the stop before it did.
    """
    before, step = steps[-2:]
    event, at, said = events.ids[step["step_position"]], step["step_start"], []
    was_paused, is_paused = (one["is_pause"] == "1" for one in (before, step))
    if before["span_no"] != step["span_no"]:
        stopped, restarted = events.at[before["stop_event"]], events.at[event]
        gap = duration(restarted - stopped)
        if step["on_restart"] == "continue":
            text = f"stops {name}, but its clock goes on if it starts again"
            said.append(f"starts {name} again: the {gap} since its stop count")
        else:
            reason = ": it is stopped" if step["has_options"] == "1" else ""
            text = f"pauses {name} after {ran(before, 'ran_after')}{reason}"
            said.append(
                f"starts {name} again, but it is paused: pauseWhen is true"
                if is_paused
                else f"resumes {name} after a pause of {gap}"
            )
            was_paused = is_paused
        yield Effect("stop", stopped, text, before["stop_event"])
    if is_paused and not was_paused:
        said.append(f"pauses {name} after {ran(step, 'ran_before')}: pauseWhen is true")
    elif was_paused and not is_paused:
        paused = duration(int(at) - int(pause_start(steps[:-1])))
        said.append(f"resumes {name} after a pause of {paused}: pauseWhen is no longer true")
    if terms(before) != terms(step):
        said.append(
            f"the target of {name} changes from {terms(before)} to {terms(step)} after"
            f" {ran(step, 'ran_before')}"
        )
    if said and not is_paused and (shut := closed(name, step)):
        said.append(shut)
    for text in said:
        yield Effect("start", at, text, event)


def warning(cycle: Row, steps: list[Row], events: Events) -> Iterator[Effect]:
    name, at = name_of(cycle), cycle["ST_WarnedUTC"]
    if at is None:
        return
    if not has_options(steps):
        yield Effect("warned", at, f"{name} is warned")
        return
    asked = [
        step
        for step in steps
        if step["warn_minutes"] is not None and int(step["step_start"]) <= int(at)
    ]
    decisive = next((step for step in asked if passes(step, "warn_minutes")), asked[-1])
    over = int(decisive["ran_before"]) - int(decisive["warn_minutes"]) * MINUTE
    if over > 0:
        text = (
            f"{name} is warned at once: {ran(decisive, 'ran_before')} have run, more than"
            f" {decisive['warn_minutes']} min"
        )
        yield Effect("warned", at, text, events.ids[decisive["step_position"]])
    else:
        text = f"{name} is warned: {decisive['warn_minutes']} min have run"
        yield Effect("warned", at, text)


def breach(cycle: Row, steps: list[Row], events: Events) -> Iterator[Effect]:
    name, at = name_of(cycle), cycle["ST_BreachedUTC"]
    if at is None:
        return
    if not has_options(steps):
        text = f"{name} is breached: still running when it was due"
        yield Effect("breached", at, text)
        return
    decisive = next((step for step in steps if passes(step, "target_minutes")), steps[-1])
    if int(decisive["ran_before"]) > int(decisive["target_minutes"]) * MINUTE:
        text = (
            f"{name} is breached at once: {ran(decisive, 'ran_before')} have run, more than its"
            f" target of {decisive['target_minutes']} min"
        )
        yield Effect("breached", at, text, events.ids[decisive["step_position"]])
    else:
        text = (
            f"{name} is breached: its {decisive['target_minutes']} min are used up, and its clock"
            " runs on"
        )
        yield Effect("breached", at, text)


def passes(step: Row, threshold: str) -> bool:
    """Whether more time than this has run at the end of a step, as far as it is known."""
    return step["ran_after"] is None or int(step["ran_after"]) > int(step[threshold]) * MINUTE


def stop(cycle: Row, steps: list[Row]) -> Iterator[Effect]:
    name, at, event = name_of(cycle), cycle["ST_StopUTC"], cycle["ST_StopEventID"]
    if at is None:
        return
    if cycle.get("ST_IsCancelled") == "true":
        missed = cycle["ST_Outcome"] == "Missed"
        # without steps, only a clock that always runs tells how long it ran
        is_known = steps or not (cycle.get("ST_Calendar") or int(cycle["ST_PausedSeconds"] or 0))
        ran_for = f" after {minutes(run_until_stop(cycle, steps))}" if is_known else ""
        text = f"cancels {name}{ran_for}: cancelWhen is true, outcome {cycle['ST_Outcome']}" + (
            ", since it had been breached" if missed else ""
        )
    elif has_options(steps):
        text = f"stops {name} after {kept_working_time(cycle, steps)}"
    else:
        text = f"stops {name}, {kept(cycle)}"
    yield Effect("stop", at, text, event)


def prevented(cycle: Row, facts: Facts) -> Iterator[Effect]:
    """The levels that somebody prevented by answering a lower one (spec 5.15)."""
    for level in facts.get("prevented", []):
        if (level["SL_Code"], level["start_event"]) != (cycle["SL_Code"], cycle["ST_StartEventID"]):
            continue
        signal = "SLA.Warned" if level["is_warning"] == "1" else "SLA.Breached"
        answer = next(
            f" by {row['EJ_EventType']} ({row['EJ_ID']})"
            for row in [*facts["timeline"], {"EJ_EventType": "an event", "EJ_ID": "unknown"}]
            if row["EJ_ID"] == "unknown"
            or (row["EJ_EventType"] in ANSWERS and row["TL_EffectiveUTC"] == level["answered_at"])
        )
        text = (
            f"does not raise {signal} level {level['level']} of {name_of(cycle)}: level"
            f" {level['answered_level']} was answered at {instant(level['answered_at'])}{answer}"
        )
        yield Effect("level", level["level_at"], text)


def without_pauses(cycle: Row) -> str:
    seconds = int(cycle["ST_PausedSeconds"] or 0)
    return f" with pauses of {duration(seconds * 1_000_000)} taken out" if seconds else ""


def kept(cycle: Row) -> str:
    breached = cycle["ST_BreachedUTC"]
    if cycle["ST_DueUTC"] is None:
        return "due time not known"
    by = int(cycle["ST_StopUTC"]) - int(cycle["ST_DueUTC"])
    if breached is not None and by <= 0:  # its target rose after that
        return f"but it was breached at {instant(breached)}"
    if not by:
        return "in time, at the very instant it was due"
    return f"{duration(by)} late" if breached is not None else f"in time by {duration(by)}"


def run_until_stop(cycle: Row, steps: list[Row]) -> int:
    """The running time of a stopped cycle. Without steps, its clock always ran."""
    if steps:
        return int(steps[-1]["ran_after"])
    return int(cycle["ST_StopUTC"]) - int(cycle["ST_StartUTC"])


def kept_working_time(cycle: Row, steps: list[Row]) -> str:
    spent, target = run_until_stop(cycle, steps), int(cycle["ST_TargetMinutes"])
    left = target * MINUTE - spent
    text = f"{minutes(spent)} of its {target} min"
    if cycle["ST_BreachedUTC"] is not None:
        breached = f"but it was breached at {instant(cycle['ST_BreachedUTC'])}"
        text += f", {minutes(-left)} late" if left < 0 else f", {breached}"
    else:
        text += f", in time by {minutes(left)}" if left else ", in time with nothing left"
    waits = cycle["ST_Outcome"] is None
    return text + ("; no outcome yet, since it may start again" if waits else "")


def clocks(facts: Facts) -> list[str]:
    """How each open timer with service level options stands, as of the last run."""
    said = []
    for timer in sorted(live(facts.get("sla_timer", [])), key=lambda row: str(row["SL_Code"])):
        steps = of_cycle(timer, facts)
        if timer["ST_StopUTC"] is None and has_options(steps):
            said.append(f"{name_of(timer)}: {', '.join(clock(timer, steps))}")
    return said


def clock(timer: Row, steps: list[Row]) -> Iterator[str]:
    last, remaining = steps[-1], int(timer["ST_RemainingMinutes"])
    counts = f" in {last['calendar']}" if last["calendar"] else ""
    yield f"{timer['ST_ElapsedMinutes']} of {timer['ST_TargetMinutes']} min have run{counts}"
    yield f"{remaining} min remain" if remaining >= 0 else f"{-remaining} min over the target"
    if remaining >= 0 and timer["ST_BreachedUTC"] is not None:
        yield f"but it was breached at {instant(timer['ST_BreachedUTC'])}"
    unknown = timer["ST_DueUTC"] is None
    if timer["ST_IsPaused"] == "true" and last["is_pause"] == "1":
        yield f"paused since {instant(pause_start(steps))}"
        if unknown:
            yield "so its due time is not known"
    elif unknown:
        yield f"due time not known: {why_not_due(timer, last)}"
    if last["is_closed_now"] == "1":
        yield opening(last["calendar"], last["opens_now"], last["calendar_until"])


def why_not_due(timer: Row, last: Row) -> str:
    if timer["ST_IsPaused"] == "true":
        return "it is paused now"
    return f"{last['calendar']} is valid only until {last['calendar_until']}"


def pause_start(steps: list[Row]) -> str:
    """When the pause began that lasts at the end of these steps."""
    paused = itertools.takewhile(lambda step: step["is_pause"] == "1", reversed(steps))
    return str(list(paused)[-1]["step_start"])


def closed(name: str, step: Row) -> str:
    """A sentence that the calendar is closed at the start of a step. Empty if it is open."""
    if not step["calendar"] or step["opens"] == step["step_start"]:
        return ""
    return f"the clock of {name} waits: " + opening(
        step["calendar"], step["opens"], step["calendar_until"]
    )


def opening(calendar: str, opens: str | None, until: str) -> str:
    if opens is None:
        return f"{calendar} does not open again: it is valid only until {until}"
    return f"{calendar} is closed until {instant(opens)}"


def terms(step: Row) -> str:
    warn = step["warn_minutes"]
    return f"{step['target_minutes']} min" + (f" (warning at {warn} min)" if warn else "")


def version(name: str, step: Row) -> str:
    """Which version of the policy counts for a cycle, and for which starts it counts."""
    since, until = (
        text and text.replace("T", " ").removesuffix(".000000")
        for text in (step["version_from"], step["version_until"])
    )
    if step["version"] is None:
        return (
            f"no version of {name} counts: the first is for starts from {until} on" if until else ""
        )
    text = f"version {step['version']} of {name} counts"
    if since and until:
        return f"{text}, for starts from {since} until {until}"
    if since:
        return f"{text}, for starts from {since} on"
    return f"{text}, for starts until {until}" if until else text


def ran(step: Row, column: str) -> str:
    return minutes(int(step[column]))
