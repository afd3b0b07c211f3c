"""What the package's operations answer about objects, and how its values are written."""

from __future__ import annotations

from typing import Any

from ozmeta_dbt.instants import from_micros

Row = dict[str, Any]
Facts = dict[
    str, list[Row]
]  # {model: rows}, values as text: instants in epoch micros, see the macro rows_as_text

MINUTE = 60_000_000  # microseconds


def instant(micros: str | int | None) -> str:
    if micros is None:
        return ""
    time = from_micros(int(micros))
    return time.isoformat(" ", "seconds" if not time.microsecond else "microseconds")


def duration(micros: int) -> str:
    minutes, seconds = divmod(abs(micros) // 1_000_000, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        f"{n} {unit}"
        for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
        if n
    ]
    return " ".join(parts[:2]) or "0 min"


def minutes(micros: int) -> str:
    """Running time in minutes, like the targets."""
    whole, rest = divmod(micros, MINUTE)
    parts = [f"{whole} min"] if whole or not rest else []
    return " ".join([*parts, *([f"{rest / 1_000_000:g} s"] if rest else [])])


def live(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["_DeleteDate"] is None]
