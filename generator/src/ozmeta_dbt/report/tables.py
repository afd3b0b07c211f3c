"""Tables of the report: cells with a text to read and a value to sort by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ozmeta_dbt.report.figures import Row

MINUTES_A_DAY = 1440


@dataclass(frozen=True)
class Cell:
    text: str
    sort: str | float
    object_id: str | None = None  # the object whose story the cell leads to
    tenant: str | None = None


@dataclass(frozen=True)
class Table:
    caption: str
    columns: list[str]
    kinds: list[str]  # by column: number, instant, or nothing for a text
    rows: list[list[Cell]]


Show = Callable[[Any], Cell]


def text(value: Any) -> Cell:
    shown = "" if value is None else str(value)
    return Cell(shown, shown.casefold())


def number(value: Any) -> Cell:
    return Cell("", -1.0) if value is None else Cell(f"{value:,}", float(value))


def percent(value: float | None) -> Cell:
    return Cell("", -1.0) if value is None else Cell(f"{value:.1%}", value)


def minutes(value: int | None) -> Cell:
    """Minutes as days, hours and minutes: the two largest of them."""
    return Cell("", -1.0e18) if value is None else Cell(duration(value), float(value))


def working_time(value: int | None) -> Cell:
    """Minutes as hours and minutes: a day of working time has no fixed length."""
    if value is None:
        return Cell("", -1.0e18)
    hours, mins = divmod(abs(value), 60)
    sign = "-" if value < 0 else ""
    shown = f"{hours:,} h" + (f" {mins:02} min" if mins else "") if hours else f"{mins} min"
    return Cell(sign + shown, float(value))


def duration(value: float) -> str:
    whole = int(abs(value))
    sign = "-" if value < 0 else ""
    days, rest = divmod(whole, MINUTES_A_DAY)
    hours, mins = divmod(rest, 60)
    if days:
        return f"{sign}{days} d {hours} h"
    return f"{sign}{hours} h {mins:02} min" if hours else f"{sign}{mins} min"


def instant(value: dt.datetime | None) -> Cell:
    if value is None:
        return Cell("", "")
    return Cell(value.strftime("%Y-%m-%d %H:%M"), value.isoformat())


def day(value: dt.datetime | None) -> Cell:
    return Cell("", "") if value is None else Cell(f"{value:%Y-%m-%d}", value.isoformat())


KINDS: dict[Show, str] = {
    number: "number",
    percent: "number",
    minutes: "number",
    working_time: "number",
    instant: "instant",
    day: "instant",
}


def minutes_between(earlier: dt.datetime | None, later: dt.datetime) -> int | None:
    return None if earlier is None else int((later - earlier).total_seconds() // 60)


def field_value(row: Row) -> str:
    """The value of a field as a reader should see it; see report_field_ctes."""
    if row["is_rest"]:
        return "(all other values)"
    value = row["field_value"]
    return "(none)" if value is None or value == "" else str(value)


def table(
    caption: str, rows: Iterable[Row], columns: dict[str, tuple[str | Callable[[Row], Any], Show]]
) -> Table:
    """columns: {title: (a key of the rows or a function for the value, how it is shown)}. A column
    whose cells are all empty is left out.
    """
    every = list(rows)
    shown: dict[str, list[Cell]] = {}
    for title, (source, show) in columns.items():
        values = [row.get(source) if isinstance(source, str) else source(row) for row in every]
        cells = [value if isinstance(value, Cell) else show(value) for value in values]
        if not every or any(cell.text for cell in cells):
            shown[title] = cells
    kinds = [KINDS.get(columns[title][1], "") for title in shown]
    cells_of = list(shown.values())
    return Table(
        caption,
        list(shown),
        kinds,
        [[cells[place] for cells in cells_of] for place in range(len(every))],
    )


def object_cell(row: Row) -> Cell:
    """The object's id, which leads to its story."""
    name = row["object_id"] or ""
    return Cell(name, name.casefold(), name, row["tenant"])
