"""One calendar from its keys, with every fault named."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from ozmeta_dbt.calendars import public_holidays, zones
from ozmeta_dbt.calendars.definition import (
    DAYS,
    FIRST_DATE,
    LAST_DATE,
    Calendar,
    Windows,
    overlap,
    windows_text,
)
from ozmeta_dbt.calendars.hours import EXAMPLE, days_of, windows_of
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import nearest, one_of

VALID = (dt.date(2000, 1, 1), dt.date(2050, 12, 31))
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(code: str, keys: Mapping[str, Any], origin: Origin, problems: Problems) -> Calendar | None:
    """keys: the given keys, all of them known. None after an error."""
    before = len(problems.errors)
    reader = Reader(origin, problems)
    first, last = reader.valid(keys.get("valid", {}))
    found = Calendar(
        code,
        reader.time_zone(keys.get("time_zone")),
        reader.week(keys.get("hours")),
        reader.exceptions(keys.get("exceptions", {}), first, last),
        reader.holidays(keys.get("holidays", []), first, last),
        first,
        last,
    )
    if len(problems.errors) == before:
        reader.check(found)
    return found if len(problems.errors) == before else None


class Reader:
    def __init__(self, origin: Origin, problems: Problems):
        self.origin, self.problems = origin, problems

    def refuse(self, message: str, *place: object, hint: str = "") -> None:
        self.problems.error(self.origin.at(*place), message, hint)

    def time_zone(self, given: Any) -> str:
        if not isinstance(given, str):
            self.refuse(f"is {given!r}; expected a time zone such as Europe/Berlin", "time_zone")
        elif given not in zones.names():
            near = nearest(given, zones.names())
            hint = f"did you mean {near!r}?" if near else "expected a name such as Europe/Berlin"
            self.refuse(f"{given!r} is not a time zone", "time_zone", hint=hint)
        else:
            return given
        return "UTC"

    def week(self, given: Any) -> tuple[Windows, ...]:
        if not isinstance(given, dict):
            self.refuse(f'is {given!r}; expected {{mon-fri: "08:00-18:00"}}', "hours")
            return ((),) * 7
        named: dict[int, str] = {}
        week: list[Windows] = [()] * 7
        for key, text in given.items():
            try:
                days = days_of(key) if isinstance(key, str) else days_of(str(key))
            except ValueError as error:
                self.refuse(str(error), "hours", key)
                continue
            windows = self.windows(text, "hours", key)
            for day in days:
                if day in named:
                    self.refuse(
                        f"{DAYS[day]} is named twice: here and in {named[day]!r}", "hours", key
                    )
                named[day] = key
                week[day] = windows
        return tuple(week)

    def windows(self, text: Any, *place: object) -> Windows:
        if not isinstance(text, str):
            self.refuse(f"is {text!r}; {EXAMPLE}", *place)
            return ()
        try:
            return windows_of(text)
        except ValueError as error:
            self.refuse(str(error), *place)
            return ()

    def date(self, given: Any, *place: object) -> dt.date | None:
        """A date. PyYAML reads some as dates, the project's own reader as text."""
        text = given.isoformat() if type(given) is dt.date else given
        try:
            if not isinstance(text, str) or not ISO_DATE.fullmatch(text):
                raise ValueError
            found = dt.date.fromisoformat(text)
        except ValueError:
            self.refuse(f"{given!r} is not a date; expected one such as 2026-12-25", *place)
            return None
        if not FIRST_DATE <= found <= LAST_DATE:
            self.refuse(f"{text} is not between {FIRST_DATE} and {LAST_DATE}", *place)
            return None
        return found

    def valid(self, given: Any) -> tuple[dt.date, dt.date]:
        if not isinstance(given, dict):
            self.refuse(f"is {given!r}; expected {{from: 2015-01-01, until: 2045-12-31}}", "valid")
            return VALID
        self.known_keys(given, ("from", "until"), "valid")
        first = self.date(given["from"], "valid", "from") if "from" in given else VALID[0]
        last = self.date(given["until"], "valid", "until") if "until" in given else VALID[1]
        if first and last and first > last:
            self.refuse(f"begins on {first} and ends before, on {last}", "valid")
            return VALID
        return first or VALID[0], last or VALID[1]

    def known_keys(self, given: dict[Any, Any], known: tuple[str, ...], *place: object) -> None:
        for key in given:
            if key not in known:
                self.refuse(
                    f"{key!r} is not a key that is known here",
                    *place,
                    key,
                    hint=one_of(str(key), known),
                )

    def exceptions(self, given: Any, first: dt.date, last: dt.date) -> dict[dt.date, Windows]:
        if not isinstance(given, dict):
            self.refuse(f'is {given!r}; expected {{2026-12-24: "08:00-12:00"}}', "exceptions")
            return {}
        found: dict[dt.date, Windows] = {}
        for key, text in given.items():
            date = self.date(key, "exceptions", key)
            windows = self.windows(text, "exceptions", key)
            if date:
                found[date] = windows
                self.warn_outside(date, first, last, "exceptions", key)
        return found

    def holidays(self, given: Any, first: dt.date, last: dt.date) -> frozenset[dt.date]:
        if not isinstance(given, list):
            self.refuse(f"is {given!r}; expected a list such as [2026-12-25]", "holidays")
            return frozenset()
        found: set[dt.date] = set()
        for place, entry in enumerate(given):
            if isinstance(entry, dict):
                found |= self.of_country(entry, first, last, place)
            elif date := self.date(entry, "holidays", place):
                found.add(date)
                self.warn_outside(date, first, last, "holidays", place)
        # the evening before the first date may run into it
        return frozenset(d for d in found if first - dt.timedelta(days=1) <= d <= last)

    def of_country(
        self, entry: dict[Any, Any], first: dt.date, last: dt.date, place: int
    ) -> frozenset[dt.date]:
        self.known_keys(entry, ("country", "subdivision"), "holidays", place)
        country, subdivision = entry.get("country"), entry.get("subdivision")
        if not isinstance(country, str):
            hint = "put quotes around NO" if country is False else ""
            message = f"country is {country!r}; expected a code such as DE"
            self.refuse(message, "holidays", place, hint=hint)
            return frozenset()
        if wrong := public_holidays.wrong_country(country):
            self.refuse(wrong[0], "holidays", place, "country", hint=wrong[1])
            return frozenset()
        if "subdivision" in entry and not isinstance(subdivision, str):
            message = f"is {subdivision!r}; expected a code such as BE"
            self.refuse(message, "holidays", place, "subdivision")
            return frozenset()
        wrong = None
        if subdivision is not None:
            wrong = public_holidays.wrong_subdivision(country, subdivision)
        if wrong:
            self.refuse(wrong[0], "holidays", place, "subdivision", hint=wrong[1])
            return frozenset()
        return public_holidays.dates(country, subdivision, first.year - 1, last.year)

    def warn_outside(self, date: dt.date, first: dt.date, last: dt.date, *place: object) -> None:
        if not first <= date <= last:
            self.problems.warn(
                self.origin.at(*place),
                f"{date} has no effect: the calendar is valid from {first} to {last}",
                "change the date, or `valid`",
            )

    def check(self, calendar: Calendar) -> None:
        """Checks that are possible only on resolved dates."""
        if not any(calendar.week):
            self.refuse("no day of the week is open", "hours", hint=EXAMPLE)
            return
        if not calendar.is_ever_open():
            self.refuse(
                f"the calendar is never open from {calendar.first} to {calendar.last}",
                hint="check `hours`, `holidays` and `valid`",
            )
            return
        for date in self.dates_to_check(calendar):
            if date > calendar.first - dt.timedelta(days=1) and (found := overlap(calendar, date)):
                one, other = (windows_text(((start % 1440, end),)) for start, end in found)
                by = [
                    day for day in (date, date - dt.timedelta(days=1)) if day in calendar.exceptions
                ]
                place = ("exceptions", by[0].isoformat()) if by else ("hours",)
                self.refuse(f"{one} and {other} overlap on {date}", *place)
                return

    @staticmethod
    def dates_to_check(calendar: Calendar) -> list[dt.date]:
        """Dates on which windows may overlap: all dates if the windows of the week overlap, else
        the dates next to changes.
        """
        bare = Calendar("", "UTC", calendar.week, {}, frozenset(), calendar.first, calendar.last)
        week = [calendar.first + dt.timedelta(days=number) for number in range(7)]
        if any(overlap(bare, date) for date in week):
            return list(calendar.dates())
        changed = {*calendar.exceptions, *calendar.holidays}
        near = {date + dt.timedelta(days=more) for date in changed for more in (0, 1)}
        return sorted(date for date in near if date <= calendar.last)
