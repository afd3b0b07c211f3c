"""How figures are written: durations, shares, and targets that people can remember."""

from __future__ import annotations

from ozmeta_dbt.instants import from_micros

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR, DAY, YEAR = 60, 1440, 365 * 1440  # in minutes

# Targets that read well, in minutes. Beyond the last one, whole years.
READABLE = (
    *(1, 2, 5, 10, 15, 20, 30, 45),
    *(n * HOUR for n in (1, 2, 3, 4, 6, 8, 12)),
    *(n * DAY for n in (1, 2, 3, 4, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365)),
)


def readable_minutes(micros: int) -> int:
    """The smallest easy-to-read figure that is not less than the duration."""
    minutes = -(-max(micros, 0) // MINUTE)
    for figure in READABLE:
        if minutes <= figure:
            return figure
    return -(-minutes // YEAR) * YEAR


def warn_minutes(target: int) -> int | None:
    """The greatest easy-to-read figure of at most three quarters of the target. None if the target
    is too short for a warning.
    """
    return max((figure for figure in READABLE if figure * 4 <= target * 3), default=None)


def duration(micros: int | None, most: int = 2) -> str:
    """The largest units that are not zero, two by default: 1 d 2 h, 35 min, 12 s."""
    if micros is None:
        return "-"
    seconds = max(micros, 0) // SECOND
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        parts += [f"{count} {unit}"] if count else []
    return " ".join(parts[:most]) or "0 s"


def exactly(micros: int | None) -> str:
    """To the second."""
    return duration(micros, 4)


def minutes(count: int) -> str:
    return duration(count * MINUTE)


def share(part: int, whole: int) -> str:
    """A share in percent, with a decimal below 10%."""
    if not whole:
        return "0%"
    percent = 100 * part / whole
    if 0 < percent < 0.05:
        return "less than 0.1%"
    text = f"{percent:.1f}" if percent < 10 else f"{percent:.0f}"
    return f"{text.removesuffix('.0')}%"


def day(micros: int | None) -> str:
    return "-" if micros is None else from_micros(micros).date().isoformat()


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
