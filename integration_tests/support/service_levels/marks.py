"""What each rule-visible event does to the timer of one policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.reference_rules import document, is_true
from support.service_levels.policy import is_cancelled


@dataclass(frozen=True)
class Mark:
    event: dict
    starts: bool
    stops: bool
    cancels: bool


def marks(events: list[dict], sla: dict, opts: dict[str, Any], workflow: dict) -> list[Mark]:
    found: list[Mark] = []
    started_before = held_before = False
    for index, event in enumerate(events):
        cancels = is_cancelled(opts, event)
        start = rule(sla.get("start"))
        step = tuple(sla.get("step") or ())
        if "state" in sla:  # it runs while the object is in that state
            starts = enters(event, sla["state"], is_first=index == 0)
        elif start:
            holds = is_true(start, event) and not cancels
            starts = holds and not (opts["trigger"] == "becomesTrue" and held_before)
            held_before = holds
        elif step:
            starts = step in event["begins"]
        else:  # a null rule: the first event on which cancelWhen is not true
            starts = not cancels and not started_before
            started_before = started_before or starts
        starts = starts or acts(event, "StartTimer", sla["code"])
        stops = is_stopping(event, sla, workflow) or acts(event, "StopTimer", sla["code"])
        found.append(Mark(event, starts and not cancels, stops, cancels))
    return found


def rule(source: Any) -> Any:
    """The expr of a rule. A document without one is a null rule that has params."""
    return (document(source) or {}).get("expr")


def enters(event: dict, state: str, *, is_first: bool) -> bool:
    return event["after"] == state and (is_first or event["before"] != state)


def is_stopping(event: dict, sla: dict, workflow: dict) -> bool:
    if "state" in sla:
        return event["before"] == sla["state"] != event["after"]
    stop = rule(sla.get("stop"))
    if stop:
        return is_true(stop, event)
    step = tuple(sla.get("step") or ())
    if step:
        return step in event["ends"]
    return event["applied"] and event["after"] in workflow["terminal"]


def acts(event: dict, action: str, code: str) -> bool:
    """Whether the event takes a transition with that action on the timer."""
    return any(
        a["type"] == action and a.get("target") in (code, f"SLA.{code}")
        for transition in event["by"]
        for a in transition["actions"]
    )
