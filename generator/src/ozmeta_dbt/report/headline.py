"""What a reader should know first, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from ozmeta_dbt.report import compliance, now, tables
from ozmeta_dbt.report.figures import Figure, Row

ENOUGH = 20  # of fewer timers or cycles, a share says little
NAMED = 2  # values of a field that a sentence names
MUCH = 0.1  # a state with a smaller share of the time is not named
DIFFERENT = 0.05  # by which a share must differ from the whole to be worth a sentence


@dataclass(frozen=True)
class Part:
    """How many of a value's timers or cycles are late or missed."""

    value: str
    bad: int
    every: int

    @property
    def share(self) -> float:
        return self.bad / self.every if self.every else 0.0


def headline(figures: dict[str, Figure], fields: list[str]) -> list[str]:
    told: list[str] = []
    if "timers" in figures:
        told += timers(figures["timers"], fields)
    if "outcomes_by_field" in figures:
        told += outcomes(figures["outcomes_by_field"], fields)
    if "time_of_outcomes" in figures and "outcomes_by_field" in figures:
        told += causes(figures["time_of_outcomes"], figures["outcomes_by_field"], fields)
    return told


def worst(parts: list[Part]) -> list[Part]:
    """The parts with the greatest shares, of those with enough timers or cycles."""
    found = [part for part in parts if part.every >= ENOUGH] or parts
    found = [part for part in found if part.bad]
    return sorted(found, key=lambda part: (-part.share, -part.bad, part.value))[:NAMED]


def sentence(beginning: str, what: str, parts: list[Part]) -> list[str]:
    if not parts:
        return []
    first, *others = [
        f"{part.value}, {part.bad:,} of {part.every:,}{what if place == 0 else ''}"
        f" ({part.share:.0%})"
        for place, part in enumerate(parts)
    ]
    return [f"{beginning}: " + "; then ".join([first, *others]) + "."]


def timers(figure: Figure, fields: list[str]) -> list[str]:
    by_sla = now.by_sla(figure)
    late = sum(counts["late"] for counts in by_sla.values())
    every = sum(sum(counts.values()) for counts in by_sla.values())
    soon = sum(counts["due_4"] + counts["due_24"] for counts in by_sla.values())
    if not every:
        return ["No timer runs now."]
    told = [
        f"{late:,} of {every:,} running timers are late, and {soon:,} more are due within 24 hours."
    ]
    for field in figure.told_fields(fields) if late else []:
        counted = now.by_field(figure, field).items()
        parts = [Part(value, counts["late"], sum(counts.values())) for value, counts in counted]
        told += sentence(f"Late most often, by {field}", " timers", worst(parts))
    return told


def outcomes(figure: Figure, fields: list[str]) -> list[str]:
    """How much was met in the time of the report, and the values of each field that missed most."""
    whole = [row for row in figure.rows if row["field"] is None]
    met, missed = (sum(row[name] for row in whole) for name in ("met", "missed"))
    if not met + missed:
        return []
    told = [f"{met / (met + missed):.1%} of the cycles met their target; {missed:,} were missed."]
    for field in figure.told_fields(fields) if missed else []:
        parts = worst(missed_parts(figure.rows, field))
        told += sentence(f"Missed most often, by {field}", " cycles", parts)
    return told


def missed_parts(rows: list[Row], field: str) -> list[Part]:
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row["field"] == field:
            value = tables.field_value(row)
            bad, every = found.get(value, (0, 0))
            found[value] = bad + row["missed"], every + row["met"] + row["missed"]
    return [Part(value, bad, every) for value, (bad, every) in found.items()]


def causes(time: Figure, outcome: Figure, fields: list[str]) -> list[str]:
    """In which states the missed cycles of the SLA that missed most spent their time; and those of
    each field's worst value, where that differs.
    """
    name = compliance.most_missed(outcome)
    if name is None:
        return []
    rows = [row for row in time.rows if row["sla"] == name and row["outcome"] == "Missed"]
    whole = shares([row for row in rows if row["field"] is None])
    told = [f"Missed {name} cycles spent {in_states(whole)}."] if whole else []
    of_sla = [row for row in outcome.rows if row["sla"] == name]
    for field in outcome.told_fields(fields):
        for part in worst(missed_parts(of_sla, field))[:1]:
            own = shares(
                [
                    row
                    for row in rows
                    if row["field"] == field and tables.field_value(row) == part.value
                ]
            )
            if any(abs(own[state] - whole.get(state, 0)) >= DIFFERENT for state in own):
                told.append(f"Those of {field} {part.value} spent {in_states(own)}.")
    return told


def shares(rows: list[Row]) -> dict[str, float]:
    """{state: its share of the time}, the greatest first."""
    hours = compliance.hours_by_state(rows).get("Missed", {})
    total = sum(hours.values())
    return {state: spent / total for state, spent in hours.items()} if total else {}


def in_states(found: dict[str, float]) -> str:
    first, *others = [
        f"{share:.0%} of their time in {state}" if place == 0 else f"{share:.0%} in {state}"
        for place, (state, share) in enumerate(list(found.items())[:2])
        if place == 0 or share >= MUCH
    ]
    return " and ".join([first, *others])
