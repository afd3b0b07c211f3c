"""The table of targets, from what speed.py measured.

.venv/bin/python benchmarks/report.py benchmarks/results/full.json     writes the .md beside it
again
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any


class Measured:
    def __init__(self, found: dict[str, Any]):
        self.facts, self.runs = found["facts"], found["runs"]

    def all(self, what: str, events: int, key: str) -> list[float]:
        return [run[key] for run in self.runs if run["what"] == what and run["events"] == events]

    def median(self, what: str, events: int, key: str) -> float | None:
        values = self.all(what, events, key)
        return statistics.median(values) if values else None

    def ratio(self, one: tuple[str, int], other: tuple[str, int], key: str = "sql") -> float | None:
        """The median of the ratios where runs took turns, otherwise the ratio of the medians."""
        ones, others = self.all(*one, key), self.all(*other, key)
        if not ones or not others:
            return None
        if len(ones) == len(others):
            return statistics.median(a / b for a, b in zip(ones, others, strict=True))
        return statistics.median(ones) / statistics.median(others)


def targets(m: Measured) -> list[tuple[str, float, float | None]]:
    """What issue 5 asks for: what, at most, reached."""
    main, sizes = m.facts["main"], m.facts["sizes"]
    full = ("full", main)
    at, ticked = f"{main / 1e6:g} M", m.median("tick", main, "ticked")
    small, large = sizes[0], sizes[-1]
    longest = m.ratio(("increment", large), ("increment", small)) if len(sizes) > 1 else None
    return [
        (
            f"full refresh of everything a binding has / floor, {at}",
            3.0,
            m.ratio(full, ("floor", main)),
        ),
        (f"full refresh / the users' way, {at}", 0.25, m.ratio(full, ("naive", main))),
        (
            (
                f"increment of 10,000 events ({m.median('increment', main, 'objects') or 0:,.0f}"
                f" objects, {m.median('increment', main, 'late') or 0:,.0f} late) / full refresh,"
                f" {at}"
            ),
            0.02,
            m.ratio(("increment", main), full),
        ),
        (f"the same increment, {large / 1e6:g} M journal / {small / 1e6:g} M", 5, longest),
        (
            (
                f"nothing new, {ticked or 0:,.0f} of {m.median('tick', main, 'open') or 0:,.0f}"
                f" open timers tick / full refresh, {at}"
            ),
            0.01,
            m.ratio(("tick", main), full),
        ),
        (
            f"first_writer_wins / last_writer_wins, full refresh, {at}",
            1.4,
            m.ratio(("first_writer", main), full),
        ),
        (
            f"full refresh under a limit of 4 GB / without, {at}",
            1.3,
            m.ratio(("memory", main), full),
        ),
        (
            "`dbt run`, one binding, nothing new / one trivial model, wall",
            1.5,
            m.ratio(("run_binding", small), ("run_trivial", small), "wall"),
        ),
        (
            "the same, without ozmeta_as_of",
            1.5,
            m.ratio(("run_binding_now", small), ("run_trivial_now", small), "wall"),
        ),
        (
            f"sla_cycle of three policies, two with a calendar, one pauses / without, {at}, CPU",
            1.5,
            m.ratio(("levels_full", main), ("plain_full", main), "sla_cycle_cpu"),
        ),
        (
            "the same, increment of 10,000 events",
            1.2,
            m.ratio(("levels_increment", main), ("plain_increment", main), "sla_cycle_cpu"),
        ),
        (
            f"generate 100 bindings ({m.facts.get('models_100', 0)} models), s",
            5,
            m.median("generate_100", 0, "wall"),
        ),
        (
            "warm parse of 100 bindings / of an empty project",
            1.5,
            m.ratio(("parse_100", 0), ("parse_empty", 0), "wall"),
        ),
        (
            "the same / of a project with only the package",
            1.5,
            m.ratio(("parse_100", 0), ("parse_package", 0), "wall"),
        ),
    ]


def markdown(m: Measured) -> str:
    facts = m.facts
    lines = [
        (
            f"{facts['cores']} cores, DuckDB {facts['duckdb']} with 2 threads and"
            f" {facts['memory'] or '80 % of the memory'}, dbt-core {facts['dbt']} with one, Python"
            f" {facts['python']}; medians of {facts['repetitions']} repetitions (journals longer"
            f" than {facts['main'] / 1e6:g} M: one full refresh)."
        ),
        "",
        "| what | at most | reached | |",
        "|---|---|---|---|",
    ]
    for what, most, reached in targets(m):
        lines.append(
            f"| {what} | {most:g} | "
            + (
                "\u2013 | not measured |"
                if reached is None
                else f"{reached:.3g} | {'met' if reached <= most else '**MISSED**'} |"
            )
        )
    lines += [
        "",
        "| measured | events | SQL s | wall s | peak MB | each, s |",
        "|---|---|---|---|---|---|",
    ]
    for what, events in dict.fromkeys((run["what"], run["events"]) for run in m.runs):
        key = (
            "sql"
            if m.all(what, events, "wall")
            and "sql" in next(run for run in m.runs if run["what"] == what)
            else "wall"
        )
        cells = [
            (
                format(m.median(what, events, k), f)
                if k in next(r for r in m.runs if r["what"] == what)
                else ""
            )
            for k, f in (("sql", ".2f"), ("wall", ".2f"), ("peak_mb", ",.0f"))
        ]
        lines.append(
            f"| {what} | {events:,} | {' | '.join(cells)} |"
            f" {', '.join(format(value, '.2f') for value in m.all(what, events, key))} |"
        )
    for kinds in (
        ("full", "increment", "tick", "nothing", "first_writer", "memory"),
        ("naive", "floor"),
    ):
        lines += per_model(m, kinds)
    if agreed := facts.get(f"agreed_{facts['main']}"):
        lines += [
            "",
            "Rows in which the models written by hand and the package agree, of tickets with"
            " nothing wrong or still on its way: "
            + ", ".join(f"{count:,} {name}" for name, count in agreed.items())
            + ".",
        ]
    if counted := facts.get(f"rows_{facts['main']}"):
        lines += [
            "",
            "Rows after the full refresh: "
            + ", ".join(f"{count:,} {name}" for name, count in counted.items())
            + ".",
        ]
    return "\n".join(lines) + "\n"


def per_model(m: Measured, kinds: tuple[str, ...]) -> list[str]:
    """Seconds of SQL a model, the dearest first, at the size that the targets speak of."""
    of = {
        kind: [
            run["models"]
            for run in m.runs
            if run["what"] == kind and run["events"] == m.facts["main"]
        ]
        for kind in kinds
    }
    of = {kind: found for kind, found in of.items() if found}
    seconds = {
        kind: {
            name: statistics.median(models.get(name, 0) for models in found)
            for name in {n for models in found for n in models}
        }
        for kind, found in of.items()
    }
    names = sorted(
        {name for found in seconds.values() for name in found},
        key=lambda name: -max(found.get(name, 0) for found in seconds.values()),
    )
    if not names:
        return []
    lines = [
        "",
        f"| SQL s a model, {m.facts['main'] / 1e6:g} M | {' | '.join(seconds)} |",
        "|---|" + "---|" * len(seconds),
    ]
    return lines + [
        f"| {name} | "
        + " | ".join(f"{found[name]:.2f}" if name in found else "" for found in seconds.values())
        + " |"
        for name in names[:12]
    ]


def write(found: dict[str, Any], folder: Path, name: str) -> str:
    folder.mkdir(exist_ok=True)
    text = markdown(Measured(found))
    (folder / f"{name}.json").write_text(
        json.dumps(found, indent=1, default=str) + "\n", encoding="utf-8"
    )
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return text


if __name__ == "__main__":
    file = Path(sys.argv[1])
    print(write(json.loads(file.read_text()), file.parent, file.stem))
