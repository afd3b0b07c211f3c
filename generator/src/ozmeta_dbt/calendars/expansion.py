"""The lists from which the warehouse makes a calendar's windows in UTC, as a review shows them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from typing import Any

from ozmeta_dbt.calendars import zones
from ozmeta_dbt.calendars.definition import DAYS, Calendar, windows_text

# A date of a zone is at most a day before or after the same date in UTC, and a window may end on
# the next date.
MARGIN = dt.timedelta(days=3)


def literal(calendar: Calendar) -> dict[str, Any]:
    """What the model of the windows gets. A key made from these lists identifies the definition."""
    dates = {
        "code": calendar.code,
        "time_zone": calendar.time_zone,
        "from": calendar.first.isoformat(),
        "until": calendar.last.isoformat(),
        "hours": {
            day: windows_text(windows)
            for day, windows in zip(DAYS, calendar.week, strict=True)
            if windows
        },
        "exceptions": {
            date.isoformat(): windows_text(windows)
            for date, windows in sorted(calendar.exceptions.items())
            if calendar.first - dt.timedelta(days=1) <= date <= calendar.last
        },
        "holidays": holidays(calendar),
        **offsets(calendar),
    }
    text = json.dumps(dates, sort_keys=True)
    return {"key": hashlib.sha256(text.encode()).hexdigest()[:12]} | dates


def limits(calendar: Calendar) -> dict[str, Any]:
    """What a model that looks up the calendar needs to know."""
    whole = literal(calendar)
    return {name: whole[name] for name in ("code", "key", "from", "until")}


def holidays(calendar: Calendar) -> dict[str, str]:
    """The dates of each year: {'2026': '01-01, 12-25'}"""
    years: dict[str, list[str]] = defaultdict(list)
    for date in sorted(calendar.holidays - calendar.exceptions.keys()):
        years[f"{date:%Y}"].append(f"{date:%m-%d}")
    return {year: ", ".join(dates) for year, dates in years.items()}


def offsets(calendar: Calendar) -> dict[str, Any]:
    """The UTC offset at the start, and its changes in each year, in UTC:
    {'2026': '03-29 01:00 +02:00, 10-25 01:00 +01:00'}
    """
    found = zones.offsets(calendar.time_zone, calendar.first - MARGIN, calendar.last + MARGIN)
    years: dict[str, list[str]] = defaultdict(list)
    for moment, seconds in found[1:]:
        clock = f"{moment:%H:%M:%S}".removesuffix(":00")
        years[f"{moment:%Y}"].append(f"{moment:%m-%d} {clock} {offset_text(seconds)}")
    return {
        "first_offset": offset_text(found[0][1]),
        "offsets": {year: ", ".join(changes) for year, changes in years.items()},
    }


def valid_since(calendar: Calendar) -> str:
    """The first instant at which the calendar is valid, in UTC: the midnight at which its first
    date begins, or the first instant after it if the local clock skips it.
    """
    midnight = dt.datetime.combine(calendar.first, dt.time())
    found = zones.offsets(calendar.time_zone, calendar.first - MARGIN, calendar.first + MARGIN)
    ends = [*(moment for moment, _ in found[1:]), dt.datetime.max]
    candidates = (
        max(since, midnight - dt.timedelta(seconds=seconds))
        for (since, seconds), end in zip(found, ends, strict=True)
        if midnight - dt.timedelta(seconds=seconds) < end
    )
    return str(min(candidates))


def offset_text(seconds: int) -> str:
    sign, size = "-" if seconds < 0 else "+", abs(seconds)
    text = f"{sign}{size // 3600:02}:{size // 60 % 60:02}:{size % 60:02}"
    return text.removesuffix(":00") if text.count(":") == 2 else text
