"""What is played on every engine: journals, definitions and runs, with no word of any engine in them."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import test_cases
import test_inline
import test_runs
import worlds
from hypothesis import HealthCheck, Phase, given, seed, settings
from ozmeta_dbt.demo.events import END, journals
from ozmeta_dbt.demo.metadata import snapshot as demo_snapshot
from ozmeta_dbt.demo.project import OZMETA
from ozmeta_dbt.project import write_models

import yaml
from engines.base import Worker, put

Rows = list[dict[str, Any]]
Tables = dict[str, list[dict[str, "str | None"]]]


@dataclass
class Step:
    """What arrives, what changes, and then a dbt command."""

    as_of: str
    rows: Rows = field(default_factory=list)
    command: tuple[str, ...] = ("run",)
    config: dict[str, Any] | None = None
    snapshot: dict[str, Any] | None = None


@dataclass
class Scenario:
    name: str
    config: dict[str, Any]
    steps: list[Step]
    snapshot: dict[str, Any] | None = None
    metadata: Path | None = None  # a folder of files, instead of a snapshot
    before: Callable[[Worker, str], list[str]] | None = None  # statements for tables other than the journal, given the worker and the schema

    def play(self, worker: Worker, folder: Path) -> Iterator[tuple[str, Tables]]:
        """Each step on the worker's engine, and all tables after it. In schemas named for the scenario, so that scenarios don't meet."""
        models, raw = f"oz_{self.name}", f"oz_{self.name}_raw"
        folder.mkdir(parents=True, exist_ok=True)
        if self.metadata:
            (folder / "metadb").symlink_to(self.metadata, target_is_directory=True)
        config, meta = self.config, self.snapshot
        generated = False
        for number, step in enumerate(self.steps, 1):
            if not generated or step.config or step.snapshot:
                config, meta = step.config or config, step.snapshot or meta
                if meta:
                    put(folder, "metadb/snapshot.json", json.dumps(meta))
                put(folder, "ozmeta.yml", in_schema(config, raw))
                write_models(folder)
                worker.open(folder, models)
            if not generated:
                worker.execute(worker.engine.create_journal(raw) + (self.before(worker, raw) if self.before else []))
                generated = True
            worker.execute(worker.engine.append(raw, step.rows))
            worker.dbt(*step.command, as_of=step.as_of)
            yield f"step {number}: {' '.join(step.command)} as of {step.as_of}", worker.tables()


def in_schema(config: dict[str, Any], schema: str) -> dict[str, Any]:
    """The same with the journal, and entities' own tables, in this schema."""
    config = copy.deepcopy(config)
    config["journal"]["source"]["schema"] = schema
    for binding in config.get("bindings", {}).values():
        if "entity" in binding:
            binding["entity"]["schema"] = schema
    return config


# ---------------------------------------------------------------- the scenarios


def cases() -> Scenario:
    """Every hand-worked case, in the three runs that they are worked for, and a full refresh."""
    found = test_cases.read_cases()
    steps = []
    for run, as_of in test_cases.AS_OF.items():
        steps.append(Step(as_of, [test_cases.journal_row(c, e, place) for c in found for place, e in enumerate(c.events) if int(e.get("run") or 1) == run]))
    steps.append(Step(test_cases.AS_OF[3], command=("run", "--full-refresh")))
    return Scenario("cases", test_cases.CONFIG, steps, metadata=test_cases.CASES / "metadb")


def world(number: int) -> Scenario:
    """A random world: late, redelivered, contradicting and malformed rows, both conflict policies, every kind of rule; then time alone, and a full refresh."""
    drawn: list[worlds.World] = []

    @seed(number)
    @settings(max_examples=1, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(world=worlds.worlds(2, 20))
    def draw(world: worlds.World) -> None:
        drawn.append(world)

    draw()
    world = drawn[-1]
    steps, seen = [], 0
    for as_of in world.as_of:
        arrived = [row for row in world.rows if row["_SyncDate"] <= as_of] if all(row["_SyncDate"] for row in world.rows) else world.rows
        steps.append(Step(as_of.isoformat(), arrived[seen:]))
        seen = len(arrived)
    steps.append(Step(world.as_of[-1].isoformat(), command=("run", "--full-refresh")))
    return Scenario(f"world{number}", worlds.config(world.bindings), steps, worlds.snapshot(world.bindings))


def changes() -> Scenario:
    """A definition that changes between runs, and back; a retraction; time that passes with no event."""
    event = test_runs.event
    steps = [
        Step("2026-01-01T01:00:00", [event("a", 0, "Go"), event("b", 10, "Back"), event("c", 20, "Go"), event("d", 0, "Go", "o2")]),
        Step("2026-01-01T01:30:00", snapshot=test_runs.snapshot(target=20)),
        Step("2026-01-01T02:00:00", [event("e", 5, "Back", _SyncDate=dt.datetime(2026, 1, 1, 1, 45)), event("f", 15, "Go", "o3")]),  # late: undoes a cycle
        Step("2026-01-01T03:00:00"),
        Step("2026-01-01T03:00:00", [event("g", 170, "Back", "o2")], snapshot=test_runs.snapshot()),
        Step("2026-01-01T03:00:00", command=("run", "--full-refresh")),
        Step("2026-01-01T03:00:00", command=("test",)),
    ]
    return Scenario("changes", test_runs.CONFIG, steps, test_runs.snapshot())


SCENARIOS: dict[str, Callable[[], Scenario]] = {"changes": changes, "cases": cases}
