"""ISO 8601 as every part of the project reads it (SPEC 11). macros/cross_db/iso_8601.sql does the
same in SQL.
"""

from __future__ import annotations

import datetime as dt
import re

EPOCH = dt.datetime(1970, 1, 1)
FIRST, LAST = (
    (end - EPOCH) // dt.timedelta(microseconds=1) for end in (dt.datetime.min, dt.datetime.max)
)
HOUR, SIXTY = "([01][0-9]|2[0-3])", "([0-5][0-9])"
DAY = "([0-9]{4}-[0-9]{2}-[0-9]{2})"
CLOCK = rf"{HOUR}:{SIXTY}(?::{SIXTY}(?:\.([0-9]+))?)?"
DATETIME = re.compile(rf"{DAY}(?:[T ]{CLOCK}(?:Z|([+-]){HOUR}(?::?{SIXTY})?)?)?")

# An offset may lead out of the years.
BEYOND = re.compile(r"0001-01-01.*[+]|9999-12-31.*:.*-")


def from_micros(micros: int) -> dt.datetime:
    """Microseconds since 1970 as a UTC instant without a zone. A timestamp of a warehouse that lies
    outside the years 1 to 9999 is the first or the last instant of them.
    """
    return EPOCH + dt.timedelta(microseconds=min(max(micros, FIRST), LAST))


def to_micros(moment: dt.datetime) -> int:
    """A UTC instant without a zone as microseconds since 1970."""
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


def instant(text: str) -> dt.datetime | None:
    """A text as a UTC instant without a zone. None if it is not ISO 8601. Digits beyond the
    microsecond are cut off.
    """
    found = DATETIME.fullmatch(text)
    if not found or BEYOND.match(text):
        return None
    day, hour, minute, second, fraction, sign, hours, minutes = found.groups()
    try:
        moment = dt.datetime.fromisoformat(
            f"{day}T{hour or '00'}:{minute or '00'}:{second or '00'}"
        )
        moment += dt.timedelta(microseconds=int((fraction or "").ljust(6, "0")[:6]))
        offset = dt.timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return moment + offset if sign == "-" else moment - offset
    except (ValueError, OverflowError):
        return None
