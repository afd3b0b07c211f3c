"""The forecast: how many running timers will miss their target, and how good such forecasts were in
the eight weeks before.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ozmeta_dbt.report.figures import Row
from ozmeta_dbt.report.survival import Chance, Curve, Estimate, total

DAYS = 7
Group = tuple[str, str | None, int]  # SLA, value of the field, whether it is the rest of the values


def forecast(rows: list[Row]) -> dict[str, Any]:
    """From the rows of report_forecast: `by_day` and `by_sla` of the coming days, the `curves`, and
    `replayed`, the forecasts of the weeks before with what came of them.
    """
    by_week: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_week[row["weeks_ago"]].append(row)
    now = by_week.pop(0, [])
    curves = curves_of(now)
    coming = estimates(now, curves)
    slas = sorted({sla for sla, *_ in coming})
    return {
        "days": DAYS,
        "by_day": [
            {"day": day, **told(total(found for (_, due), found in coming.items() if due == day))}
            for day in range(DAYS)
        ],
        "by_sla": [
            {"sla": sla, **told(total(found for (name, _), found in coming.items() if name == sla))}
            for sla in slas
        ],
        "later": sum(
            row["cycles"]
            for row in now
            if row["position"] == "open" and row["due_in"] is not None and row["due_in"] >= DAYS
        ),
        "not_due": sum(
            row["cycles"] for row in now if row["position"] == "open" and row["due_in"] is None
        ),
        "curves": [
            {
                "sla": sla,
                "value": value,
                "is_rest": bool(is_rest),
                "cycles": curve.reached[0],
                "open_shares": [round(share, 4) for share in curve.open_shares()],
            }
            for (sla, value, is_rest), curve in sorted(
                curves.items(), key=lambda item: (item[0][0], item[0][2], item[0][1] or "")
            )
        ],
        "replayed": [replayed(week, by_week[week]) for week in sorted(by_week) if by_week[week]],
    }


def curves_of(rows: list[Row]) -> dict[Group, Curve]:
    curves: dict[Group, Curve] = defaultdict(Curve)
    for row in rows:
        if row["history"]:
            curves[group_of(row)].add(row["position"], row["step"], row["cycles"])
    return dict(curves)


def group_of(row: Row) -> Group:
    return row["sla"], row["field_value"], row["is_rest"]


def chances_of(curves: dict[Group, Curve]) -> tuple[dict[Group, list[Chance | None]], Any]:
    """By group, and by SLA for groups with too little history."""
    by_sla: dict[str, Curve] = defaultdict(Curve)
    for (sla, *_), curve in curves.items():
        by_sla[sla].merge(curve)
    return (
        {group: curve.chances() for group, curve in curves.items()},
        {sla: curve.chances() for sla, curve in by_sla.items()},
    )


def estimates(rows: list[Row], curves: dict[Group, Curve]) -> dict[tuple[str, int], Estimate]:
    """{(SLA, whole days until due): estimate} of the open timers that are due in the next days."""
    by_group, by_sla = chances_of(curves)
    found: dict[tuple[str, int], Estimate] = defaultdict(Estimate)
    for row in rows:
        due = row["due_in"]
        if row["position"] != "open" or due is None or due >= DAYS:
            continue
        group, step = group_of(row), row["step"]
        own = by_group[group][step] if group in by_group else None
        of_sla = by_sla[row["sla"]][step] if row["sla"] in by_sla else None
        found[row["sla"], due].add(own or of_sla, row["cycles"])
    return found


def told(estimate: Estimate) -> dict[str, Any]:
    low, high = estimate.range
    return {
        "due": estimate.due,
        "expected": round(estimate.expected, 1),
        "low": low,
        "high": high,
        "certain": estimate.certain,
        "unknown": estimate.unknown,
    }


def replayed(week: int, rows: list[Row]) -> dict[str, Any]:
    """What would have been forecast then, and how many of these timers were missed."""
    found = total(estimates(rows, curves_of(rows)).values())
    missed = sum(
        row["cycles"]
        for row in rows
        if row["position"] == "open"
        and row["due_in"] is not None
        and row["due_in"] < DAYS
        and row["breached_later"]
    )
    answer = told(found)
    return {
        "weeks_ago": week,
        **answer,
        "missed": missed,
        "is_within": answer["low"] <= missed <= answer["high"],
    }
