"""What a reader should know first, in sentences."""

from __future__ import annotations

from ozmeta_dbt.report import compliance, now, tables
from ozmeta_dbt.report.figures import Figure, Row


def headline(figures: dict[str, Figure], fields: list[str]) -> list[str]:
    told: list[str] = []
    if "timers" in figures:
        told += timers(figures["timers"], fields)
    if "outcomes_by_field" in figures:
        told += outcomes(figures["outcomes_by_field"], fields)
    if "time_of_outcomes" in figures and "outcomes_by_field" in figures:
        told += causes(figures["time_of_outcomes"], figures["outcomes_by_field"], fields)
    return told


def timers(figure: Figure, fields: list[str]) -> list[str]:
    by_sla = now.by_sla(figure)
    late = sum(counts["late"] for counts in by_sla.values())
    every = sum(sum(counts.values()) for counts in by_sla.values())
    soon = sum(counts["due_4"] + counts["due_24"] for counts in by_sla.values())
    told = [
        f"{late:,} of {every:,} running timers are late, and {soon:,} more are due within 24 hours."
    ]
    if late:
        worst_values = [
            f"{field} {value} ({counts['late']:,})"
            for field in now.told_fields(figure, fields)
            for value, counts in list(now.by_field(figure, field).items())[:1]
        ]
        told += [f"Most of the late timers: {', '.join(worst_values)}."] if worst_values else []
    return told


def outcomes(figure: Figure, fields: list[str]) -> list[str]:
    """How much was met in the time of the report, and the value of each field that missed most."""
    whole = [row for row in figure.rows if row["field"] is None]
    met, missed = (sum(row[name] for row in whole) for name in ("met", "missed"))
    if not met + missed:
        return []
    told = f"{met / (met + missed):.1%} of the cycles met their target; {missed:,} were missed."
    values = []
    for field in compliance.fields_of(figure, fields) if missed else []:
        value, rows = worst(figure, field)
        values.append(f"{field} {value} ({sum(row['missed'] for row in rows):,})")
    return [told, *([f"Most of the missed cycles: {', '.join(values)}."] if values else [])]


def worst(figure: Figure, field: str) -> tuple[str, list[Row]]:
    by_value: dict[str, list[Row]] = {}
    for row in figure.rows:
        if row["field"] == field:
            by_value.setdefault(tables.field_value(row), []).append(row)
    return max(by_value.items(), key=lambda item: sum(row["missed"] for row in item[1]))


def causes(time: Figure, outcome: Figure, fields: list[str]) -> list[str]:
    """In which state the missed cycles of the SLA that missed most spent their time, of all objects
    and of the field's value that missed most.
    """
    whole = [row for row in outcome.rows if row["field"] is None]
    sla = max(whole, key=lambda row: (row["missed"], row["sla"]), default=None)
    if sla is None or not sla["missed"]:
        return []
    name = sla["sla"]
    rows = [row for row in time.rows if row["sla"] == name]
    told = [cause(f"Missed {name} cycles", [row for row in rows if row["field"] is None])]
    for field in compliance.fields_of(outcome, fields)[:1]:
        value, _ = worst(outcome, field)
        of_value = [
            row for row in rows if row["field"] == field and tables.field_value(row) == value
        ]
        told.append(cause(f"Those of {value}", of_value))
    return [sentence for sentence in told if sentence]


def cause(whose: str, rows: list[Row]) -> str:
    hours = compliance.hours_by_state(rows).get("Missed", {})
    total = sum(hours.values())
    if not total:
        return ""
    shares = [f"{state} ({spent / total:.0%})" for state, spent in list(hours.items())[:2]]
    return f"{whose} spent most of their time in {' and '.join(shares)}."
