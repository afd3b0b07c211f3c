"""How the forecast is shown."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ozmeta_dbt.report import charts, tables
from ozmeta_dbt.report.blocks import Block, Section, View
from ozmeta_dbt.report.figures import Figure
from ozmeta_dbt.report.forecast import DAYS, forecast
from ozmeta_dbt.report.survival import ENOUGH, STEPS
from ozmeta_dbt.report.tables import Show
from ozmeta_dbt.words import counted

COLORS = {"expected to be missed": "bad", "others": "good"}
COLUMNS: dict[str, tuple[str, Show]] = {
    "due": ("due", tables.number),
    "expected to be missed": ("expected", tables.number),
    "at least": ("low", tables.number),
    "at most": ("high", tables.number),
    "certain": ("certain", tables.number),
    "too little history": ("unknown", tables.number),
}


def section(figures: dict[str, Figure], as_of: dt.datetime) -> Section:
    if "forecast" not in figures:
        return Section("forecast", "Forecast", [])
    figure = figures["forecast"]
    found = forecast(figure.rows)
    views = [days_view(found, as_of)] if any(day["due"] for day in found["by_day"]) else []
    if found["by_sla"]:
        views.append(slas_view(found))
    views += [curves_view(sla, found) for sla in sorted({c["sla"] for c in found["curves"]})]
    if found["replayed"]:
        views.append(replayed_view(found))
    return Section("forecast", "Forecast", [Block(figure, views, notes(found))])


def notes(found: dict[str, Any]) -> list[str]:
    due = sum(day["due"] for day in found["by_day"])
    expected = sum(day["expected"] for day in found["by_day"])
    told = [
        f"{due:,} running timers are due in the next {DAYS} days. About {expected:,.0f} of them"
        " will miss their target."
    ]
    if found["later"]:
        told[0] += f" {found['later']:,} are due later."
    if found["not_due"]:
        told[0] += f" {found['not_due']:,} have no due instant, for instance since they are paused."
    told.append(
        "The estimate compares each timer with earlier cycles of its SLA that had used the same"
        " share of their target: with those of the same value of the first report field, if at"
        f" least {ENOUGH} got that far. A timer is certain to be missed if no earlier cycle that"
        " got this far stopped before its target."
    )
    return [*told, *accuracy(found["replayed"])]


def accuracy(weeks: list[dict[str, Any]]) -> list[str]:
    """How good earlier forecasts would have been. Weeks with little history say nothing."""
    judged = [week for week in weeks if week["unknown"] * 4 <= week["due"]]
    if not judged:
        return []
    expected = sum(week["expected"] for week in judged)
    missed = sum(week["missed"] for week in judged)
    high = sum(1 for week in judged if week["expected"] > week["missed"])
    low = sum(1 for week in judged if week["expected"] < week["missed"])
    right = sum(1 for week in judged if week["is_within"])
    return [
        f"Past accuracy: in the last {counted(len(judged), 'week')} with enough history, such"
        f" forecasts would have expected {expected:,.0f}, and {missed:,} were missed. They were too"
        f" high in {counted(high, 'week')} and too low in {low}. The number lay in the range in"
        f" {right} of {len(judged)} weeks; in 95 of 100 it should. For this, rows count as they are"
        " known today, and a clock is taken to run evenly between a cycle's start and end."
    ]


def series_of(rows: list[dict[str, Any]]) -> dict[str, list[float]]:
    """The timers of each row, split into those that are expected to be missed and the others."""
    return {
        "expected to be missed": [row["expected"] for row in rows],
        "others": [round(row["due"] - row["expected"], 1) for row in rows],
    }


def days_view(found: dict[str, Any], as_of: dt.datetime) -> View:
    label = f"Running timers that are due in the next {DAYS} days"
    days = [
        {
            **day,
            "from": as_of + dt.timedelta(days=day["day"]),
            "to": as_of + dt.timedelta(days=day["day"] + 1),
        }
        for day in found["by_day"]
    ]
    starts = [f"{day['from']:%m-%d %H:%M}" for day in days]
    chart = charts.columns(label, starts, series_of(days), COLORS, "24 hours from")
    columns = {"from": ("from", tables.instant), "to": ("to", tables.instant), **COLUMNS}
    return View("by day", chart, tables.table(label, days, dict(columns)))


def slas_view(found: dict[str, Any]) -> View:
    label = f"Running timers that are due in the next {DAYS} days, by SLA"
    slas = [row["sla"] for row in found["by_sla"]]
    chart = charts.bars(label, slas, series_of(found["by_sla"]), COLORS, "timers")
    columns = {"SLA": ("sla", tables.text), **COLUMNS}
    return View("by SLA", chart, tables.table(label, found["by_sla"], dict(columns)))


def value_of(curve: dict[str, Any]) -> str:
    return tables.field_value({"is_rest": curve["is_rest"], "field_value": curve["value"]})


def curves_view(sla: str, found: dict[str, Any]) -> View:
    """How many cycles are still open after each share of the target."""
    curves = [curve for curve in found["curves"] if curve["sla"] == sla]
    label = f"{sla}: share of cycles that are still open, by the running time so far"
    steps = [f"{step * 100 // STEPS} %" for step in range(STEPS + 1)]
    series = {value_of(curve): curve["open_shares"] for curve in curves}
    rows = [
        {
            "value": value_of(curve),
            "cycles": curve["cycles"],
            **{str(step): curve["open_shares"][step] for step in (10, 25, 40, 50)},
        }
        for curve in curves
    ]
    columns: dict[str, tuple[str, Show]] = {
        "of": ("value", tables.text),
        "cycles": ("cycles", tables.number),
    }
    for step in (10, 25, 40, 50):
        columns[f"open at {step * 100 // STEPS} %"] = (str(step), tables.percent)
    return View(
        f"curve of {sla}",
        charts.lines(label, steps, series, "of the target", step=True),
        tables.table(label, rows, dict(columns)),
    )


def replayed_view(found: dict[str, Any]) -> View:
    weeks = sorted(found["replayed"], key=lambda week: -week["weeks_ago"])
    label = f"Forecasts of {DAYS} days that would have been made in the weeks before"
    chart = charts.grouped(
        label,
        [f"{counted(week['weeks_ago'], 'week')} ago" for week in weeks],
        {
            "expected": [week["expected"] for week in weeks],
            "missed": [week["missed"] for week in weeks],
        },
        {"expected": "idle", "missed": "bad"},
    )
    columns: dict[str, tuple[Any, Show]] = {
        "weeks ago": ("weeks_ago", tables.number),
        **COLUMNS,
        "were missed": ("missed", tables.number),
        "in the range": (lambda row: "yes" if row["is_within"] else "no", tables.text),
    }
    return View("past accuracy", chart, tables.table(label, weeks, dict(columns)))
