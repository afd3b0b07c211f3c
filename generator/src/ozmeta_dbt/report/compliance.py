"""Which share of the cycles met their target, where it was missed, and where the time went."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ozmeta_dbt.report import charts, tables
from ozmeta_dbt.report.blocks import Block, Section, View
from ozmeta_dbt.report.figures import Figure, Row

SHARE_STEPS = 60  # of 5 %; the last one is 300 % and above, see report_elapsed_shares
TARGET_STEP = 20


def week_of(day: dt.datetime) -> dt.datetime:
    return day - dt.timedelta(days=day.weekday())


def month_of(day: dt.datetime) -> dt.datetime:
    return day.replace(day=1)


def share(met: int, missed: int) -> float | None:
    """The share that was met. None if no cycle was met or missed."""
    return round(met / (met + missed), 4) if met + missed else None


def over_time(rows: list[Row], period: Callable[[dt.datetime], dt.datetime]) -> list[Row]:
    """The daily rows of report_outcomes added up: by SLA and by the first day of each period."""
    sums: dict[tuple[str, dt.datetime], Row] = {}
    for row in rows:
        start = period(row["decided_on"])
        found = sums.setdefault(
            (row["sla"], start),
            {"sla": row["sla"], "start": start, "met": 0, "missed": 0, "cancelled": 0},
        )
        for outcome in ("met", "missed", "cancelled"):
            found[outcome] += row[outcome]
    return [
        {**sums[key], "share": share(sums[key]["met"], sums[key]["missed"])} for key in sorted(sums)
    ]


def period_view(name: str, rows: list[Row]) -> View:
    starts = sorted({row["start"] for row in rows})
    by_sla: dict[str, dict[dt.datetime, Row]] = defaultdict(dict)
    for row in rows:
        by_sla[row["sla"]][row["start"]] = row
    label = f"Share of cycles that met their target, by {name}"
    series = {
        sla: [found[start]["share"] if start in found else None for start in starts]
        for sla, found in by_sla.items()
    }
    return View(
        f"by {name}",
        charts.lines(label, [f"{start:%Y-%m-%d}" for start in starts], series, f"{name} of"),
        tables.table(
            label,
            rows,
            {
                "SLA": ("sla", tables.text),
                f"{name} from": ("start", tables.day),
                "met": ("met", tables.number),
                "missed": ("missed", tables.number),
                "cancelled": ("cancelled", tables.number),
                "share met": ("share", tables.percent),
            },
        ),
    )


def outcomes_block(figure: Figure) -> Block:
    if not figure.rows:
        return Block(figure, [], ["No cycle was decided in this time."])
    weeks, months = (over_time(figure.rows, period) for period in (week_of, month_of))
    note = (
        "A missed cycle counts on the day on which it missed its target, any other on the day on"
        " which it stopped."
        " Cancelled cycles are neither met nor missed. Weeks begin on Monday; days are in UTC."
    )
    return Block(figure, [period_view("week", weeks), period_view("month", months)], [note])


def of_field(figure: Figure, field: str | None) -> list[Row]:
    return [
        {**row, "share": share(row["met"], row["missed"])}
        for row in figure.rows
        if row["field"] == field and row["met"] + row["missed"] + row["cancelled"]
    ]


def field_view(name: str, rows: list[Row], value: Callable[[Row], str]) -> View:
    slas = sorted({row["sla"] for row in rows})
    missed: dict[str, int] = defaultdict(int)
    for row in rows:
        missed[value(row)] += row["missed"]
    values = sorted(missed, key=lambda v: (-missed[v], v))
    found = {(value(row), row["sla"]): row for row in rows}
    label = f"Missed cycles by {name} and SLA"
    series = {
        sla: [found[v, sla]["missed"] if (v, sla) in found else 0 for v in values] for sla in slas
    }
    order = sorted(rows, key=lambda row: (values.index(value(row)), row["sla"]))
    return View(
        f"by {name}",
        charts.bars(label, values, series, axis="missed cycles"),
        tables.table(
            label,
            order,
            {
                name: (value, tables.text),
                "SLA": ("sla", tables.text),
                "met": ("met", tables.number),
                "missed": ("missed", tables.number),
                "cancelled": ("cancelled", tables.number),
                "share met": ("share", tables.percent),
            },
        ),
    )


def by_field_block(figure: Figure, fields: list[str]) -> Block:
    views = [
        field_view(name, of_field(figure, name), tables.field_value)
        for name in figure.told_fields(fields)
    ]
    whole = of_field(figure, None)
    if whole:
        views.append(field_view("SLA", whole, lambda row: str(row["sla"])))
    return Block(figure, views, [] if views else ["No cycle was decided in this time."])


def shares_block(figure: Figure) -> Block:
    slas = sorted({row["sla"] for row in figure.rows})
    counts = {(row["sla"], row["outcome"], row["share_step"]): row["cycles"] for row in figure.rows}
    labels = [f"{step * 5} %" for step in range(SHARE_STEPS)] + [f"≥ {SHARE_STEPS * 5} %"]
    views = []
    for sla in slas:
        last = max(step for name, _, step in counts if name == sla)
        steps = range(max(last, TARGET_STEP) + 1)
        label = f"{sla}: running time as a share of the target, in steps of 5 %"
        series = {
            outcome.lower(): [counts.get((sla, outcome, step), 0) for step in steps]
            for outcome in ("Met", "Missed", "Cancelled")
            if any(counts.get((sla, outcome, step)) for step in steps)
        }
        rows = [
            {"share": labels[step], **{name: values[step] for name, values in series.items()}}
            for step in steps
            if any(values[step] for values in series.values())
        ]
        views.append(
            View(
                sla,
                charts.columns(
                    label,
                    [labels[step] for step in steps],
                    series,
                    {"met": "good", "missed": "bad", "cancelled": "idle"},
                    "of the target, from",
                    labels[TARGET_STEP],
                ),
                tables.table(
                    label,
                    rows,
                    {"from": ("share", tables.text)}
                    | {name: (name, tables.number) for name in series},
                ),
            )
        )
    note = "A missed cycle that still runs counts with its running time so far."
    return Block(figure, views, [note] if views else ["No cycle was decided in this time."])


def hours_by_state(rows: list[Row]) -> dict[str, dict[str, float]]:
    """{outcome: {state: hours}} of rows of one SLA, the state with the most hours first."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        found[row["outcome"]][row["state"]] += row["seconds"] / 3600
    return {
        outcome: dict(sorted(states.items(), key=lambda item: (-item[1], item[0])))
        for outcome, states in found.items()
    }


def most_missed(outcomes: Figure | None) -> str | None:
    """The SLA with the most missed cycles. None if no cycle was missed."""
    whole = [row for row in (outcomes.rows if outcomes else []) if row["field"] is None]
    worst = max(whole, key=lambda row: (row["missed"], row["sla"]), default=None)
    return str(worst["sla"]) if worst and worst["missed"] else None


def time_view(name: str, label: str, time: dict[str, dict[str, float]]) -> View:
    """time: {category: {state: hours per cycle}}"""
    states = list(dict.fromkeys(state for hours in time.values() for state in hours))
    rows = [
        {
            "state": state,
            **{kind: round(hours.get(state, 0), 2) for kind, hours in time.items()},
            **{
                f"{kind} share": hours.get(state, 0) / total
                for kind, hours in time.items()
                if (total := sum(hours.values()))
            },
        }
        for state in states
    ]
    shown: dict[str, Any] = {"state": ("state", tables.text)}
    for kind in time:
        shown[f"hours, {kind}"] = (kind, tables.number)
        shown[f"share, {kind}"] = (f"{kind} share", tables.percent)
    series = {state: [round(hours.get(state, 0), 2) for hours in time.values()] for state in states}
    chart = charts.bars(label, list(time), series, axis="hours per cycle")
    return View(name, chart, tables.table(label, rows, shown))


def time_block(figure: Figure, outcomes: Figure | None, fields: list[str]) -> Block:
    """By SLA: the hours per cycle in each state, for missed and for met cycles. For the SLA that
    missed most, also by field.
    """
    worst = most_missed(outcomes)
    slas = sorted({row["sla"] for row in figure.rows}, key=lambda sla: (sla != worst, sla))
    views = []
    for sla in slas:
        time = per_cycle(figure, outcomes, sla, None)
        label = f"{sla}: hours per cycle in each state, by the wall clock"
        views.append(time_view(sla, label, time))
        for field in figure.told_fields(fields) if sla == worst else []:
            missed = {
                kind.removesuffix(" missed"): hours
                for kind, hours in per_cycle(figure, outcomes, sla, field).items()
                if kind.endswith(" missed")
            }
            label = f"{sla}: hours per missed cycle in each state, by {field}"
            views.append(time_view(f"{sla}, missed, by {field}", label, missed))
    note = (
        "The hours are those of the wall clock from a cycle's start to its stop, or to the last run"
        " if it still runs. So they include pauses and closing hours."
    )
    return Block(figure, views, [note] if views else ["No cycle was met or missed in this time."])


def per_cycle(
    figure: Figure, outcomes: Figure | None, sla: str, field: str | None
) -> dict[str, dict[str, float]]:
    """{missed and met, after the value of the field if there is one: {state: hours per cycle}}"""
    cycles: dict[str, int] = {}
    for row in of_field(outcomes, field) if outcomes else []:
        if row["sla"] == sla:
            for outcome in ("missed", "met"):
                value = f"{tables.field_value(row)} {outcome}" if field else outcome
                cycles[value] = cycles.get(value, 0) + row[outcome]
    found: dict[str, dict[str, float]] = {}
    for value, count in cycles.items():
        outcome = value.rpartition(" ")[2].capitalize()
        rows = [
            row
            for row in figure.rows
            if row["sla"] == sla
            and row["field"] == field
            and row["outcome"] == outcome
            and (field is None or f"{tables.field_value(row)} {row['outcome'].lower()}" == value)
        ]
        if count and rows:
            hours = hours_by_state(rows)[outcome]
            found[value] = {state: spent / count for state, spent in hours.items()}
    return found


def section(figures: dict[str, Figure], fields: list[str]) -> Section:
    blocks = []
    if "outcomes" in figures:
        blocks.append(outcomes_block(figures["outcomes"]))
    if "outcomes_by_field" in figures:
        blocks.append(by_field_block(figures["outcomes_by_field"], fields))
    if "time_of_outcomes" in figures:
        blocks.append(
            time_block(figures["time_of_outcomes"], figures.get("outcomes_by_field"), fields)
        )
    if "elapsed_shares" in figures:
        blocks.append(shares_block(figures["elapsed_shares"]))
    return Section("compliance", "Compliance", blocks)
