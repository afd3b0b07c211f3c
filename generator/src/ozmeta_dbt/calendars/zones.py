"""Time zones from the package tzdata, so that results do not depend on the machine."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import metadata
from importlib.resources import files
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)


def version() -> str:
    """The version of the time zones, such as 2026.6."""
    return metadata.version("tzdata")


@cache
def names() -> frozenset[str]:
    text = files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(text.split())


@cache
def zone(name: str) -> ZoneInfo:
    """A zone of `names`."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def offsets(name: str, first: dt.date, last: dt.date) -> tuple[tuple[dt.datetime, int], ...]:
    """The periods of one UTC offset from the start of one UTC date to the end of another: since
    when, in UTC, and the offset in seconds. Time zones change at most once a day.
    """
    here = zone(name)

    def offset(moment: dt.datetime) -> int:
        found = moment.replace(tzinfo=dt.timezone.utc).astimezone(here).utcoffset()
        assert found is not None, "a zone has an offset at every instant"
        return round(found.total_seconds())

    moment = dt.datetime.combine(first, dt.time())
    end = dt.datetime.combine(last, dt.time()) + DAY
    periods = [(moment, offset(moment))]
    while moment < end:
        then = min(moment + DAY, end)
        if offset(then) != periods[-1][1]:
            before, after = moment, then  # the offset changes after `before`, at the latest at then
            while after - before > SECOND:
                middle = before + dt.timedelta(seconds=(after - before) // SECOND // 2)
                if offset(middle) == periods[-1][1]:
                    before = middle
                else:
                    after = middle
            periods.append((after, offset(after)))
        moment = then
    return tuple(periods)
