"""The table of targets, from what speed.py measured.

.venv/bin/python benchmarks/report.py benchmarks/results/full.json     writes the .md next to it
again
"""

from __future__ import annotations

import json
import statistics
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Runs = tuple[str, int]  # what was run, and at which size


class Measured:
    def __init__(self, found: dict[str, Any]):
        self.facts, self.runs = found["facts"], found["runs"]

    def all(self, what: str, events: int, key: str) -> list[float]:
        return [
            run[key]
            for run in self.runs
            if run["what"] == what and run["events"] == events and key in run
        ]

    def median(self, what: str, events: int, key: str) -> float | None:
        values = self.all(what, events, key)
        return statistics.median(values) if values else None

    def ratios(self, one: Runs, other: Runs, key: str = "cpu") -> list[float]:
        """The ratio of each turn. Runs that did not take turns give the ratio of the medians."""
        ones, others = self.all(*one, key), self.all(*other, key)
        if not ones or not others:
            return []
        if len(ones) == len(others):
            return [a / b for a, b in zip(ones, others, strict=True)]
        return [statistics.median(ones) / statistics.median(others)]

    def ratio(self, one: Runs, other: Runs, key: str = "cpu") -> float | None:
        found = self.ratios(one, other, key)
        return statistics.median(found) if found else None


@dataclass(frozen=True)
class Target:
    """most: the limit; none if it is only told. reached: of each turn. of: what was measured."""

    what: str
    most: float | None
    reached: list[float]
    of: str = ""

    @property
    def median(self) -> float | None:
        return statistics.median(self.reached) if self.reached else None

    def verdict(self) -> str:
        if self.median is None:
            return "not measured"
        return "" if self.most is None else "met" if self.median <= self.most else "**MISSED**"

    def line(self) -> str:
        most = "" if self.most is None else f"{self.most:g}"
        reached = "" if self.median is None else f"{self.median:.3g}"
        spread = (
            f"{min(self.reached):.3g} to {max(self.reached):.3g}" if len(self.reached) > 1 else ""
        )
        return f"| {self.what} | {most} | {reached} | {spread} | {self.of} | {self.verdict()} |"


def compared(
    m: Measured, what: str, most: float | None, one: Runs, other: Runs, key: str = "cpu"
) -> Target:
    """A target on a ratio, with the medians of both sides."""
    sides = [m.median(*runs, key) for runs in (one, other)]
    of = " / ".join(f"{side:,.3g}" for side in sides if side is not None)
    unit = {"file_mb": "MB", "statements": ""}.get(key, "s")
    reached = m.ratios(one, other, key)
    return Target(what, most, reached, f"{of} {unit}".strip() if reached else "")


def targets(m: Measured) -> list[Target]:
    """The table of targets for cost."""
    main, large = m.facts["main"], m.facts["sizes"][-1]
    full, at = ("full", main), f"{main / 1e6:g} M"
    longer = f"increment of 10,000 events, {large / 1e6:g} M / {at}, CPU"
    return [
        compared(m, f"full refresh / floor, {at}, CPU", 4.2, full, ("floor", main)),
        compared(m, f"full refresh / hand-written, {at}, CPU", 1.3, full, ("naive", main)),
        compared(m, f"size of the file / floor's, {at}", 2.2, full, ("floor", main), "file_mb"),
        Target(
            "statements of a run with nothing new, one binding",
            75,
            m.all("nothing", main, "statements"),
        ),
        compared(
            m,
            "idle `dbt run` without ozmeta_as_of / trivial model, wall",
            1.4,
            ("run_binding_now", main),
            ("run_trivial_now", main),
            "wall",
        ),
        compared(
            m,
            "warm parse of 100 bindings / empty project, wall",
            2.0,
            ("parse_100", 0),
            ("parse_empty", 0),
            "wall",
        ),
        compared(m, longer, 2, ("increment", large), ("increment", main))
        if large > main
        else Target("increment of 10,000 events, 100 M / 1 M, CPU", 2, []),
    ]


def further(m: Measured) -> list[Target]:
    """What else is compared. The limits are those of earlier targets that still count."""
    main = m.facts["main"]
    full = ("full", main)
    now = ("run_binding_now", main), ("run_trivial_now", main)
    before = ("run_binding", main), ("run_trivial", main)
    parse = ("parse_100", 0), ("parse_empty", 0)
    increment = ("increment", main)
    return [
        compared(m, "full refresh / hand-written alike, CPU", None, full, ("alike", main)),
        compared(m, "hand-written alike / floor, CPU", None, ("alike", main), ("floor", main)),
        compared(m, "hand-written / floor, CPU", None, ("naive", main), ("floor", main)),
        compared(m, "full refresh / floor, SQL, wall", None, full, ("floor", main), "sql"),
        compared(m, "idle `dbt run` / trivial model, CPU", None, *now),
        compared(m, "the same with ozmeta_as_of, wall", None, *before, "wall"),
        compared(m, "warm parse of 100 bindings / empty project, CPU", None, *parse),
        compared(
            m,
            "the same / project with only the package, wall",
            None,
            ("parse_100", 0),
            ("parse_package", 0),
            "wall",
        ),
        compared(m, "increment of 10,000 events / full refresh, CPU", None, increment, full),
        compared(m, "timers tick / full refresh, CPU", None, ("tick", main), full),
        compared(m, "first_writer_wins / last_writer_wins, CPU", 1.4, ("first_writer", main), full),
        compared(
            m, "full refresh with a limit of 4 GB / without, CPU", 1.3, ("memory", main), full
        ),
        compared(
            m,
            "sla_cycle with calendars and a pause / without, CPU",
            1.5,
            ("levels_full", main),
            ("plain_full", main),
            "sla_cycle_cpu",
        ),
        compared(
            m,
            "the same, increment of 10,000 events",
            1.2,
            ("levels_increment", main),
            ("plain_increment", main),
            "sla_cycle_cpu",
        ),
        *(
            compared(
                m,
                f"increment of the daily backlog / of workflow_instance, {events / 1e6:g} M, CPU",
                1.2,
                ("backlog_increment", events),
                ("workflow_instance_increment", events),
            )
            for events in m.facts["sizes"]
        ),
        compared(
            m,
            "N events of four types, four bindings / floor, CPU",
            None,
            ("types", main),
            ("types_floor", main),
        ),
        Target(
            f"generate 100 bindings ({m.facts.get('models_100', 0)} models), s",
            5,
            m.all("generate_100", 0, "wall"),
        ),
    ]


def paragraph(text: str) -> list[str]:
    return ["", *textwrap.wrap(text, 118)]


COLUMNS = {
    "CPU s": ("cpu", ".2f"),
    "SQL s": ("sql", ".2f"),
    "wall s": ("wall", ".2f"),
    "statements": ("statements", ".0f"),
    "peak MB": ("peak_mb", ",.0f"),
    "file MB": ("file_mb", ",.1f"),
    "load": ("load", ".1f"),
}


def markdown(m: Measured) -> str:
    facts = m.facts
    memory = facts["memory"] or "80 % of the memory"
    head = "| what | at most | median | of the turns | measured | |"
    rule = "|---|---|---|---|---|---|"
    lines = [
        *paragraph(
            f"Commit {facts['commit']}. {facts['cores']} cores, DuckDB {facts['duckdb']} with 2"
            f" threads and {memory}, dbt-core {facts['dbt']} with one, Python {facts['python']}."
            f" Turns: {facts['repetitions']}. A journal longer than {facts['main'] / 1e6:g} M is"
            " folded once."
        ),
        "",
        head,
        rule,
        *(target.line() for target in targets(m)),
        *paragraph(
            "An increment at 100 M is measured by `make bench-full`, and the bytes of a run on"
            " BigQuery are derived by `benchmarks/bigquery_bytes.py`."
        ),
        "",
        head.replace("what", "what else"),
        rule,
        *(target.line() for target in further(m) if target.reached),
        "",
        f"| measured | events | {' | '.join(COLUMNS)} | CPU s of each |",
        "|---|---|" + "---|" * (len(COLUMNS) + 1),
    ]
    for what, events in dict.fromkeys((run["what"], run["events"]) for run in m.runs):
        cells = [
            "" if (median := m.median(what, events, key)) is None else format(median, form)
            for key, form in COLUMNS.values()
        ]
        each = ", ".join(f"{cpu:.2f}" for cpu in m.all(what, events, "cpu"))
        lines.append(f"| {what} | {events:,} | {' | '.join(cells)} | {each} |")
    for kinds in (
        ("full", "increment", "tick", "nothing", "first_writer", "memory"),
        ("alike", "naive", "floor"),
    ):
        lines += per_model(m, kinds)
    of_increments = [
        m.median(*run)
        for run in (
            ("increment", facts["main"], "objects"),
            ("increment", facts["main"], "late"),
            ("tick", facts["main"], "ticked"),
            ("tick", facts["main"], "open"),
        )
    ]
    if None not in of_increments:
        objects, late, ticked, opened = of_increments
        lines += paragraph(
            f"An increment has events of {objects:,.0f} objects, and {late:,.0f} of them are late."
            f" {ticked:,.0f} of {opened:,.0f} open timers tick."
        )
    for fact, text in (
        (
            "agreed",
            "Rows in which the hand-written models and the package agree, of tickets with nothing"
            " wrong or still on its way",
        ),
        ("alike", "Rows of the hand-written models alike, all equal to the package's"),
        ("rows", "Rows after the full refresh"),
    ):
        if counted := facts.get(f"{fact}_{facts['main']}"):
            counts = ", ".join(f"{count:,} {name}" for name, count in counted.items())
            lines += paragraph(f"{text}: {counts}.")
    return "\n".join(lines).lstrip() + "\n"


def per_model(m: Measured, kinds: tuple[str, ...]) -> list[str]:
    """CPU seconds of each model, the dearest first, at the size that the targets speak of."""
    of = {
        kind: [
            run["models_cpu"]
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
        f"| CPU s a model, {m.facts['main'] / 1e6:g} M | {' | '.join(seconds)} |",
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
