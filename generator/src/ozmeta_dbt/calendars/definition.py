"""A calendar whose keys were read and checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
FIRST_DATE, LAST_DATE = dt.date(1970, 1, 1), dt.date(2199, 12, 31)

# From and to in minutes since the midnight at which the date begins. A window over midnight ends
# after 24 * 60.
Window = tuple[int, int]
Windows = tuple[Window, ...]


@dataclass(frozen=True)
class Calendar:
    code: str
    time_zone: str
    week: tuple[Windows, ...]  # Monday first
    exceptions: Mapping[dt.date, Windows]
    holidays: frozenset[dt.date]
    first: dt.date  # the first and the last date on which it is valid
    last: dt.date

    def windows_on(self, date: dt.date) -> Windows:
        """The windows that begin on a date, whether or not the calendar is valid then."""
        if date in self.exceptions:
            return self.exceptions[date]
        return () if date in self.holidays else self.week[date.weekday()]

    def dates(self) -> Iterator[dt.date]:
        """The dates whose windows may be in the validity, including the evening before it."""
        for ordinal in range(self.first.toordinal() - 1, self.last.toordinal() + 1):
            yield dt.date.fromordinal(ordinal)

    def is_ever_open(self) -> bool:
        return any(self.windows_on(date) for date in self.dates() if date >= self.first)


def windows_text(windows: Windows) -> str:
    """Windows as people write them: 08:00-12:00, 22:00-06:00, or closed."""
    if not windows:
        return "closed"
    return ", ".join(f"{clock(start)}-{end_clock(end)}" for start, end in windows)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def end_clock(minutes: int) -> str:
    return clock(minutes if minutes <= DAY_MINUTES else minutes - DAY_MINUTES)


def overlap(calendar: Calendar, date: dt.date) -> tuple[Window, Window] | None:
    """Two windows that overlap on a date, in minutes of that date. One may begin on the date
    before.
    """
    before = calendar.windows_on(date - dt.timedelta(days=1))
    late = [(start - DAY_MINUTES, end - DAY_MINUTES) for start, end in before if end > DAY_MINUTES]
    every = sorted([*late, *calendar.windows_on(date)])
    return next(((one, other) for one, other in pairwise(every) if other[0] < one[1]), None)
