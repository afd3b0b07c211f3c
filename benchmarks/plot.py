"""The plot of a benchmark's results: CPU seconds of SQL by the journal's length, and how far each
ratio is from what it must not exceed.

.venv/bin/python benchmarks/plot.py benchmarks/results/full.json     writes the .png next to it;
needs matplotlib (benchmarks/requirements.txt)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from report import Measured, further, targets

LINES = {
    "alike": "by hand, alike",
    "naive": "by hand",
    "full": "full refresh",
    "floor": "floor",
    "increment": "10,000 events more",
    "tick": "400 timers tick",
    "nothing": "nothing new",
}


def draw(file: Path) -> Path:
    m = Measured(json.loads(file.read_text()))
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5))
    for what, label in LINES.items():
        points = [
            (events / 1e6, seconds)
            for events in m.facts["sizes"]
            if (seconds := m.median(what, events, "cpu")) is not None
        ]
        if points:
            left.plot(*zip(*points, strict=True), marker="o", label=label)
    left.set(
        xscale="log",
        yscale="log",
        xlabel="events in the journal, millions",
        ylabel="CPU seconds of SQL",
        title="Cost by the journal's length",
    )
    left.set_xticks(
        [events / 1e6 for events in m.facts["sizes"]],
        [f"{events / 1e6:g}" for events in m.facts["sizes"]],
    )
    left.xaxis.minorticks_off()
    left.grid(alpha=0.3)
    left.legend(fontsize=8)
    found = [
        (target.what.replace("`", ""), target.median / target.most)
        for target in targets(m) + further(m)
        if target.median is not None and target.most
    ][::-1]
    right.barh(
        [what for what, _ in found],
        [part for _, part in found],
        color=["tab:green" if part <= 1 else "tab:red" for _, part in found],
    )
    right.axvline(1, color="black", linewidth=1)
    edge = max(1.2, min(3, max(part for _, part in found)))
    for place, (_, part) in enumerate(found):
        right.text(
            min(part, edge),
            place,
            f" {part:.2f}",
            va="center",
            ha="left" if part < 0.9 * edge else "right",
            fontsize=7,
        )
    right.set(title="Reached, as a part of what is allowed", xlim=(0, edge))
    right.tick_params(axis="y", labelsize=7)
    figure.tight_layout()
    target = file.with_suffix(".png")
    figure.savefig(target, dpi=110, metadata={"Software": None})
    return target


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
