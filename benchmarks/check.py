"""Whether a model costs more than it did: its CPU seconds as a ratio to the floor's, next to the
ratio that results/ratios.json stores.

    .venv/bin/python benchmarks/check.py            fails if a model costs over 15 % more
    .venv/bin/python benchmarks/check.py --renew    stores the ratios measured now

A turn is a full refresh in which the floor runs three times, at the beginning, in the middle and at
the end, so that other work of the machine slows down both sides of a ratio. DuckDB has one thread:
waiting threads would count as CPU. A model's ratio is the median of the turns. A model that seems
to cost more is measured again in as many new turns, and fails only if it also costs more in these.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import speed
from projects import HERE, bound_project

EVENTS = 200_000
TURNS = 5
ALLOWED = 1.15
# Views and the run log take a hundredth of a floor, which cannot be measured to 15 %.
SLACK = 0.03
STORED = HERE / "results" / "ratios.json"
FLOORS = {"floor_first": "", "floor_middle": "ticket_timeline", "floor_last": "ticket_sla_cycle"}

Ratios = dict[str, float]


@dataclass(frozen=True)
class Verdict:
    dearer: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not (self.dearer or self.new or self.gone)


def is_dearer(stored: float, measured: float) -> bool:
    return measured > stored * ALLOWED + SLACK


def verdict(stored: Mapping[str, float], looks: Iterable[Mapping[str, float]]) -> Verdict:
    """Compares each look with the stored ratios. A model is dearer only if it is in every look."""
    looks = list(looks)
    return Verdict(
        dearer=tuple(
            name
            for name in sorted(stored)
            if all(name in look and is_dearer(stored[name], look[name]) for look in looks)
        ),
        new=tuple(sorted(looks[0].keys() - stored.keys())),
        gone=tuple(sorted(stored.keys() - looks[0].keys())),
    )


def decide(
    stored: Mapping[str, float], look: Callable[[], Mapping[str, float]]
) -> tuple[Verdict, list[Mapping[str, float]]]:
    """Looks once, and a second time if a model seems to cost more."""
    looks = [look()]
    if verdict(stored, looks).dearer:
        looks.append(look())
    return verdict(stored, looks), looks


def ratios(turns: Iterable[Mapping[str, float]]) -> Ratios:
    """The median of the turns. turns: CPU seconds by model, the floors among them."""
    found: dict[str, list[float]] = {}
    for cpu in turns:
        floor = statistics.median(cpu[name] for name in FLOORS)
        for name in cpu.keys() - FLOORS.keys():
            found.setdefault(name, []).append(cpu[name] / floor)
    return {name: statistics.median(values) for name, values in found.items()}


def check_project(folder: Path) -> Path:
    """The package's models with the floor among them."""
    bound_project(folder, speed.TICKET, speed.journal_file(EVENTS), threads=1)
    floor = (HERE / "baselines" / "floor.sql").read_text(encoding="utf-8")
    for name, after in FLOORS.items():
        order = f"-- depends_on: {{{{ ref('{after}') }}}}\n" if after else ""
        (folder / "models" / f"{name}.sql").write_text(order + floor, encoding="utf-8")
    return folder


def measure(folder: Path, turns: int) -> Ratios:
    found = []
    as_of = speed.arrived(speed.journal_file(EVENTS))
    for _ in range(turns):
        speed.fresh(folder)
        out = speed.said([sys.executable, str(HERE / "measure.py"), str(folder), as_of])
        run = json.loads(out.splitlines()[-1])
        floor = statistics.median(run["models_cpu"][name] for name in FLOORS)
        ours = sum(s for name, s in run["models_cpu"].items() if name not in FLOORS)
        print(
            f"load {run['load']:.1f}: {ours:.2f} s of CPU, floor {floor:.2f} s,"
            f" {ours / floor:.2f} floors",
            flush=True,
        )
        found.append(run["models_cpu"])
    return ratios(found)


def table(stored: Mapping[str, float], looks: list[Mapping[str, float]]) -> str:
    lines = [f"{'CPU, as a ratio to the floor':36}{'stored':>8}{'measured':>10}{'change':>9}"]
    for name in sorted(stored.keys() | looks[0].keys(), key=lambda n: -looks[0].get(n, 0)):
        was = stored.get(name)
        line = f"{name:36}" + (f"{was:8.3f}" if was is not None else f"{'new':>8}")
        for look in looks:
            now = look.get(name)
            line += f"{now:10.3f}" if now is not None else f"{'gone':>10}"
            line += f"{now / was - 1:+9.0%}" if now is not None and was else ""
        lines.append(line)
    return "\n".join(lines)


def store(found: Mapping[str, float], file: Path = STORED) -> None:
    document = {
        "what": "CPU seconds of each model's full refresh, as a ratio to the floor's",
        "events": EVENTS,
        "ratios": {name: round(found[name], 3) for name in sorted(found)},
    }
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--renew", action="store_true", help="store what is measured")
    parser.add_argument("--turns", type=int, default=TURNS, help=f"default {TURNS}")
    options = parser.parse_args()
    speed.WORK.mkdir(exist_ok=True)
    folder = check_project(speed.WORK / "check")
    if options.renew:
        if (load := os.getloadavg()[0]) > 1:
            print(f"The machine does other work (load {load:.1f}): store ratios on an idle one.")
        store(measure(folder, 2 * options.turns))
        print(f"{STORED.relative_to(HERE.parent)} is written.")
        return 0
    stored = json.loads(STORED.read_text(encoding="utf-8"))["ratios"]
    found, looks = decide(stored, lambda: measure(folder, options.turns))
    print(table(stored, looks))
    for name in found.dearer:
        print(
            f"{name} costs over {ALLOWED - 1:.0%} more than it did, in {len(looks)} looks at"
            f" {options.turns} turns each."
        )
    for name in found.new:
        print(f"{name} has no stored ratio.")
    for name in found.gone:
        print(f"{name} has a stored ratio, but the model no longer exists.")
    if not found.passed:
        print("If that is intended, run `make bench-renew` on an idle machine.")
    return 0 if found.passed else 1


if __name__ == "__main__":
    sys.exit(main())
