"""Calendars in plain Python: for every minute of UTC, it looks up what the local clock shows.

It shares no code with the generator or the macros.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EPOCH = dt.datetime(1970, 1, 1)
MINUTE = 60_000_000  # microseconds
ONE_DAY = 24 * 60


@cache
def zone(name: str) -> ZoneInfo:
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def minutes(moment: dt.datetime) -> int:
    return (moment - EPOCH) // dt.timedelta(minutes=1)


def micros(text: str) -> int:
    return (dt.datetime.fromisoformat(text) - EPOCH) // dt.timedelta(microseconds=1)


def pairs(text: str) -> list[tuple[int, int]]:
    """Windows in minutes since midnight. One over midnight ends after 24 hours."""
    found = []
    for window in text.split(",") if text != "closed" else []:
        (h1, m1), (h2, m2) = (part.strip().split(":") for part in window.split("-"))
        start, end = int(h1) * 60 + int(m1), int(h2) * 60 + int(m2)
        found.append((start, end + ONE_DAY if end <= start else end))
    return found


class ReferenceCalendar:
    """keys: as in ozmeta.yml, holidays as dates, days one by one or as a range."""

    def __init__(self, keys: dict[str, Any]):
        self.keys = keys
        first, last = (dt.date.fromisoformat(keys["valid"][key]) for key in ("from", "until"))
        midnight = dt.time()
        self.valid = (
            minutes(dt.datetime.combine(first, midnight)),
            minutes(dt.datetime.combine(last, midnight)) + ONE_DAY,
        )
        self.start, end = self.valid[0] - 3 * ONE_DAY, self.valid[1] + 3 * ONE_DAY
        here, utc = zone(keys["time_zone"]), dt.timezone.utc
        self.clock = [  # what the local clock shows in each minute, in minutes since 1970
            minutes(
                (EPOCH + dt.timedelta(minutes=minute))
                .replace(tzinfo=utc)
                .astimezone(here)
                .replace(tzinfo=None)
            )
            for minute in range(self.start, end)
        ]
        is_open = [0] * len(self.clock)
        date = first - dt.timedelta(days=1)
        while date <= last:
            for begin, close in self.windows(date):
                for minute in range(*self.in_utc(date, begin, close)):
                    is_open[minute] = 1
            date += dt.timedelta(days=1)
        # the open time before each minute
        self.before = [0, *(MINUTE * done for done in accumulate(is_open))]

    def windows(self, date: dt.date) -> list[tuple[int, int]]:
        text = self.keys.get("exceptions", {}).get(date.isoformat())
        if text is not None:
            return pairs(text)
        if date.isoformat() in self.keys.get("holidays", []):
            return []
        for name, windows in self.keys["hours"].items():
            ends = [DAYS.index(part) for part in name.split("-")]
            if ends[0] <= date.weekday() <= ends[-1]:
                return pairs(windows)
        return []

    def in_utc(self, date: dt.date, begin: int, close: int) -> tuple[int, int]:
        """The first minute in which the clock shows `begin` or later, and the last in which it
        shows `close`. If it skips `close`, the end of the last minute before.
        """
        midnight = minutes(dt.datetime.combine(date, dt.time()))
        begin = max(midnight + begin, self.valid[0])
        close = min(midnight + close, self.valid[1])
        near = range(
            max(0, midnight - self.start - ONE_DAY - 60),
            min(len(self.clock), midnight - self.start + 3 * ONE_DAY + 60),
        )
        if begin >= close:
            return 0, 0
        first = next(minute for minute in near if self.clock[minute] >= begin)
        last = next(minute for minute in reversed(near) if self.clock[minute] <= close)
        return first, last if self.clock[last] == close else last + 1

    def open_until(self, instant: int) -> int:
        minute, rest = divmod(instant - self.start * MINUTE, MINUTE)
        if minute < 0:
            return 0
        if minute >= len(self.clock):
            return self.before[-1]
        is_open = self.before[minute + 1] > self.before[minute]
        return self.before[minute] + (rest if is_open else 0)

    def has_run(self, since: int, run: int) -> int | None:
        """The earliest instant from `since` on at which so much open time has run."""
        if run <= 0:
            return since
        wanted = self.open_until(since) + run
        return self.instant(bisect_left(self.before, wanted), wanted)

    def advances(self, since: int, run: int) -> int | None:
        """The first instant, not before that one, at which the clock advances."""
        wanted = self.open_until(since) + run
        return self.instant(bisect_right(self.before, wanted), wanted)

    def instant(self, minute: int, wanted: int) -> int | None:
        if minute == len(self.before):
            return None
        return (self.start + minute - 1) * MINUTE + wanted - self.before[minute - 1]
