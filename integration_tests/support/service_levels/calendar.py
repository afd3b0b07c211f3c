"""When a desk is open, walked day by day with zoneinfo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Protocol
from zoneinfo import ZoneInfo

Span = tuple[dt.datetime, dt.datetime]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
MIDNIGHT = dt.time()


class Opening(Protocol):
    def open_from(self, instant: dt.datetime) -> Iterator[Span]:
        """The open time at and after an instant: spans in UTC, in order, not overlapping."""
        ...


class AlwaysOpen:
    """What a policy without a calendar has."""

    def open_from(self, instant: dt.datetime) -> Iterator[Span]:
        yield instant, dt.datetime.max


class Calendar:
    """keys: as in ozmeta.yml. Holidays are dates: the generator resolves those of a country."""

    def __init__(self, keys: dict[str, Any]):
        self.zone = zone(keys["time_zone"])
        self.week = week(keys["hours"])
        self.holidays = {date_of(day) for day in keys.get("holidays") or []}
        self.exceptions = {
            date_of(day): windows(text) for day, text in (keys.get("exceptions") or {}).items()
        }
        valid = keys.get("valid") or {}
        self.first = date_of(valid.get("from") or "2000-01-01")
        self.last = date_of(valid.get("until") or "2050-12-31")
        self.begin = self.utc(dt.datetime.combine(self.first, MIDNIGHT), second=False)
        self.end = self.utc(dt.datetime.combine(self.last + DAY, MIDNIGHT), second=True)
        self.days: dict[dt.date, list[Span]] = {}

    def open_from(self, instant: dt.datetime) -> Iterator[Span]:
        day = max(instant, self.begin).date()
        while day <= self.end.date():
            for start, end in self.open_on(day):
                if end > instant:
                    yield max(start, instant), end
            day += DAY

    def open_on(self, day: dt.date) -> list[Span]:
        """The open time of one day of UTC. Windows that meet or overlap are one."""
        if day not in self.days:
            start = max(dt.datetime.combine(day, MIDNIGHT), self.begin)
            end = min(dt.datetime.combine(day + DAY, MIDNIGHT), self.end)
            found: list[Span] = []
            # a local date is at most a day away, and a window may run into the next date
            for opens, closes in sorted(
                window
                for distance in range(-2, 3)
                for window in self.windows_of(day + distance * DAY)
            ):
                opens, closes = max(opens, start), min(closes, end)
                if opens >= closes:
                    continue
                if found and opens <= found[-1][1]:
                    found[-1] = (found[-1][0], max(found[-1][1], closes))
                else:
                    found.append((opens, closes))
            self.days[day] = found
        return self.days[day]

    def windows_of(self, date: dt.date) -> Iterator[Span]:
        """The windows that begin on a local date, in UTC. An exception beats a holiday."""
        if date in self.exceptions:
            hours = self.exceptions[date]
        else:
            hours = [] if date in self.holidays else self.week[date.weekday()]
        midnight = dt.datetime.combine(date, MIDNIGHT)
        for opens, closes in hours:
            yield (
                self.utc(midnight + opens, second=False),
                self.utc(midnight + closes, second=True),
            )

    def utc(self, local: dt.datetime, *, second: bool) -> dt.datetime:
        """A local time in UTC. Of an ambiguous time, the first instant or the second; a time that
        does not exist is the first instant after the gap.
        """
        instant = local - self.offset(local.replace(tzinfo=self.zone, fold=int(second)))
        if self.clock(instant) == local:
            return instant
        before = local - self.offset(local.replace(tzinfo=self.zone, fold=1))
        after = local - self.offset(local.replace(tzinfo=self.zone, fold=0))
        while after - before > SECOND:
            middle = before + (after - before) // 2 // SECOND * SECOND
            before, after = (middle, after) if self.clock(middle) < local else (before, middle)
        return after

    @staticmethod
    def offset(moment: dt.datetime) -> dt.timedelta:
        return moment.utcoffset() or dt.timedelta()

    def clock(self, instant: dt.datetime) -> dt.datetime:
        """What the local clock shows."""
        here = instant.replace(tzinfo=dt.timezone.utc).astimezone(self.zone)
        return here.replace(tzinfo=None, fold=0)


@cache
def zone(name: str) -> ZoneInfo:
    """From the package tzdata, so that every machine uses the same database."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def date_of(value: str | dt.date) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def week(hours: dict[str, str]) -> list[list[tuple[dt.timedelta, dt.timedelta]]]:
    found: list[list[tuple[dt.timedelta, dt.timedelta]]] = [[] for _ in DAYS]
    for name, text in hours.items():
        first, _, last = name.partition("-")
        day = DAYS.index(first)
        found[day] = windows(text)
        while DAYS[day] != (last or first):
            day = (day + 1) % 7
            found[day] = windows(text)
    return found


def windows(text: str) -> list[tuple[dt.timedelta, dt.timedelta]]:
    """Windows as times since midnight. One that ends at or before its start ends the next day."""
    found = []
    for window in [] if text.strip() == "closed" else text.split(","):
        opens, closes = (
            dt.timedelta(hours=int(hour), minutes=int(minute))
            for hour, minute in (clock.split(":") for clock in window.split("-"))
        )
        found.append((opens, closes + DAY if closes <= opens else closes))
    return found
