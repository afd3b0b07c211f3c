"""The options of a policy, and what counts for one of its cycles."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from support.reference_rules import cast, document, evaluate, is_true
from support.service_levels.calendar import AlwaysOpen, Calendar, Opening

DEFAULTS: dict[str, Any] = {
    "pauseWhen": None,
    "cancelWhen": None,
    "trigger": "event",
    "onBoth": "stop",
    "onRestart": "newCycle",
    "targets": None,
    "onTargetChange": "keep",
    "versions": None,
}


@dataclass(frozen=True)
class Asked:
    """What one event asks for."""

    target: int
    warn: int | None


@dataclass(frozen=True)
class Terms:
    """What counts for one cycle."""

    version: str | None
    calendar: str | None
    opening: Opening
    own: Asked  # if no target's `when` is true
    targets: list[dict]

    def asked(self, event: dict) -> Asked:
        """The first target that is true on the event, otherwise the policy's own."""
        for target in self.targets:
            if is_true(target["when"], event):
                return Asked(target["target"], target.get("warn"))
        return self.own


def options(sla: dict, binding: dict) -> dict[str, Any]:
    """The params of the start rule, and the keys of ozmeta.yml in the policy's `options`."""
    params = (document(sla.get("start")) or {}).get("params") or {}
    given = {"calendar": binding.get("calendar")} | params | (sla.get("options") or {})
    return DEFAULTS | {key: value for key, value in given.items() if value is not None}


def is_paused(opts: dict[str, Any], event: dict) -> bool:
    return opts["pauseWhen"] is not None and is_true(opts["pauseWhen"], event)


def is_cancelled(opts: dict[str, Any], event: dict) -> bool:
    return opts["cancelWhen"] is not None and is_true(opts["cancelWhen"], event)


def terms(sla: dict, opts: dict[str, Any], binding: dict, event: dict) -> Terms:
    """By the event that starts the cycle. What a version leaves out is the policy's own."""
    version = version_at(opts["versions"] or [], event["effective"])
    code = calendar_code(version.get("calendar", opts.get("calendar")), event)
    own = Asked(version.get("target", sla["target"]), version.get("warn", sla.get("warn")))
    return Terms(
        version=version_name(version),
        calendar=code,
        opening=opening(binding, code),
        own=own,
        targets=version.get("targets", opts["targets"]) or [],
    )


def version_at(versions: list[dict], start: dt.datetime) -> dict[str, Any]:
    """The last whose `from` is not after the start."""
    begun = [v for v in versions if v.get("from") is None or instant(v["from"]) <= start]
    return begun[-1] if begun else {}


def version_name(version: dict[str, Any]) -> str | None:
    since = version.get("from")
    return version.get("name") or (since.isoformat() if isinstance(since, dt.date) else since)


def instant(value: Any) -> dt.datetime:
    """An instant of the configuration: ISO text, or what YAML reads as a date or a timestamp."""
    found = cast(value.isoformat() if isinstance(value, dt.date) else value, "datetime")
    assert found is not None, f"{value!r} is not an instant"
    return found


def calendar_code(calendar: Any, event: dict) -> str | None:
    if isinstance(calendar, dict):
        value = cast(evaluate({"ref": calendar["ref"]}, event["seen"]), "text")
        cases = {str(case): code for case, code in calendar["cases"].items()}
        calendar = cases.get(value, calendar["default"]) if value else calendar["default"]
    return None if calendar in (None, "none") else calendar


def opening(binding: dict, code: str | None) -> Opening:
    if code is None:
        return AlwaysOpen()
    keys = dict(binding["calendars"][code])
    keys["exceptions"] = {str(day): text for day, text in (keys.get("exceptions") or {}).items()}
    return known_calendar(json.dumps(keys, default=str))


@lru_cache(maxsize=100)
def known_calendar(keys: str) -> Calendar:
    """One Calendar per definition, since it remembers the days that it has walked."""
    return Calendar(json.loads(keys))
