"""The map of a workflow as it really runs: states, transitions, and how long each takes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from ozmeta_dbt.report import tables
from ozmeta_dbt.report.blocks import Block, Section, View
from ozmeta_dbt.report.charts import Chart
from ozmeta_dbt.report.figures import Figure, Row

LABELLED = 0.02  # an arrow with a smaller share of the most frequent one has no label
# what is wrong with a move itself, not with its writer's clock
WRONG_MOVES = ("UndeclaredTransition", "IllegalTransition", "VersionConflict")


@dataclass(frozen=True)
class Arrow:
    """All transitions from one state to another."""

    source: str
    target: str
    events: int
    codes: tuple[str, ...]
    anomalies: dict[str, int]
    median_minutes: int | None

    @property
    def is_wrong(self) -> bool:
        """Whether the workflow does not declare most of its events."""
        return sum(self.anomalies.values()) * 2 > self.events


def arrows(moves: list[Row], stays: list[Row]) -> list[Arrow]:
    medians = {
        (row["state"], row["next_state"]): row["median_minutes"]
        for row in stays
        if row["next_state"] is not None
    }
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in moves:
        grouped[row["from_state"], row["to_state"]].append(row)
    found = []
    for (source, target), rows in grouped.items():
        anomalies: dict[str, int] = defaultdict(int)
        for row in rows:
            if row["anomaly"] in WRONG_MOVES:
                anomalies[row["anomaly"]] += row["events"]
        codes = sorted({row["transition_code"] for row in rows if row["transition_code"]})
        found.append(
            Arrow(
                source,
                target,
                sum(row["events"] for row in rows),
                tuple(codes),
                dict(sorted(anomalies.items())),
                medians.get((source, target)),
            )
        )
    return sorted(found, key=lambda arrow: (-arrow.events, arrow.source, arrow.target))


def flow_map(objects: list[Row], moves: list[Row], stays: list[Row]) -> Chart:
    """The states and the arrows; the page places them. A start comes first: a state that is left
    more often than it is entered.
    """
    found = arrows(moves, stays)
    now = {row["state"]: row for row in objects}
    balance: dict[str, int] = dict.fromkeys(now, 0)
    for arrow in found:
        balance[arrow.source] = balance.get(arrow.source, 0) + arrow.events
        balance[arrow.target] = balance.get(arrow.target, 0) - arrow.events
    most = max((arrow.events for arrow in found), default=1)
    option = {
        "map": {
            "nodes": [
                state_box(state, now.get(state))
                for state in sorted(balance, key=lambda state: (-balance[state], state))
            ],
            "edges": [
                {
                    "source": arrow.source,
                    "target": arrow.target,
                    "label": arrow_label(arrow) if arrow.events >= LABELLED * most else "",
                    "told": f"{arrow.source} → {arrow.target}: {arrow_label(arrow)}",
                    "width": round(1 + 4 * (arrow.events / most) ** 0.5, 1),
                    "weight": 1 + round(9 * arrow.events / most),
                    "kind": "bad" if arrow.is_wrong else "edge",
                }
                for arrow in found
            ],
        }
    }
    label = "States with the objects in them now, and transitions with their number and median time"
    return Chart(label, option)


def state_box(state: str, row: Row | None) -> dict[str, Any]:
    objects = row["objects"] if row else 0
    return {
        "name": state,
        "label": f"{state}\n{objects:,}",
        "told": f"{state}: {objects:,} objects now",
        "kind": "end" if row and row["is_terminal"] else "",
    }


def arrow_label(arrow: Arrow) -> str:
    parts = [f"{arrow.events:,}"]
    if arrow.median_minutes is not None:
        parts.append(tables.duration(arrow.median_minutes))
    parts += [f"{count:,} {kind}" for kind, count in arrow.anomalies.items()]
    return " · ".join(parts)


def map_block(figures: dict[str, Figure]) -> Block:
    moves = figures["moves"]
    stays = figures["stays"].rows if "stays" in figures else []
    objects = figures["states"].rows if "states" in figures else []
    found = arrows(moves.rows, stays)
    every = sum(arrow.events for arrow in found)
    table = tables.table(
        "Transitions",
        [
            {
                "from": arrow.source,
                "to": arrow.target,
                "codes": ", ".join(arrow.codes),
                "events": arrow.events,
                "share": arrow.events / every,
                "median": arrow.median_minutes,
                "marks": ", ".join(f"{count:,} {kind}" for kind, count in arrow.anomalies.items()),
            }
            for arrow in found
        ],
        {
            "from": ("from", tables.text),
            "to": ("to", tables.text),
            "transition": ("codes", tables.text),
            "events": ("events", tables.number),
            "share": ("share", tables.percent),
            "median time before": ("median", tables.minutes),
            "marked": ("marks", tables.text),
        },
    )
    notes = [
        "A state shows how many objects are in it now. An arrow shows how often it was taken, and"
        " the median time that objects had been in the state before. Most events of a dashed red"
        " arrow are undeclared, illegal or outdated. Rare arrows have no label; the"
        " table has their numbers."
    ]
    views = [View("map", flow_map(objects, moves.rows, stays), table)] if found else []
    return Block(moves, views, notes if views else ["No transition was applied in this time."])


def stays_block(figure: Figure, objects: Figure | None) -> Block:
    now: dict[str, Any] = {row["state"]: row for row in (objects.rows if objects else [])}
    whole = {row["state"]: row for row in figure.rows if row["next_state"] is None}
    rows = [
        {
            "state": state,
            "objects": now.get(state, {}).get("objects", 0),
            "oldest": now.get(state, {}).get("oldest_since"),
            "stays": whole.get(state, {}).get("stays", 0),
            "median": whole.get(state, {}).get("median_minutes"),
            "p90": whole.get(state, {}).get("p90_minutes"),
        }
        for state in sorted(
            now.keys() | whole.keys(),
            key=lambda s: (-(whole.get(s, {}).get("median_minutes") or 0), s),
        )
    ]
    table = tables.table(
        figure.title,
        rows,
        {
            "state": ("state", tables.text),
            "objects now": ("objects", tables.number),
            "longest since": ("oldest", tables.instant),
            "stays that ended": ("stays", tables.number),
            "median": ("median", tables.minutes),
            "90 % are at most": ("p90", tables.minutes),
        },
    )
    notes = ["By the wall clock, of the stays that ended in this time."]
    return Block(figure, [View("states", table=table)], notes)


def section(figures: dict[str, Figure]) -> Section:
    blocks = []
    if "moves" in figures:
        blocks.append(map_block(figures))
    if "stays" in figures:
        blocks.append(stays_block(figures["stays"], figures.get("states")))
    return Section("flow", "Flow", blocks)
