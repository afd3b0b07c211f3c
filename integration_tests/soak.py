"""`make soak`: 500 hourly runs on Postgres or DuckDB over a growing journal, with runs at once,
killed runs, parts of the models, definitions that change, late events, redeliveries, and a purge
every fifty.

At every fiftieth run, each table must have as many rows as this file predicts from the events that
it sent. In the end, a full refresh must change nothing, and the size per row and the time of a run
must be what they were early on.

    python integration_tests/soak.py --runs 500 --seed 1 --engine duckdb
"""

from __future__ import annotations

import copy
import datetime as dt
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engines.base import JOURNAL_TYPES, Worker
from overlaps import differing
from runs_at_once import Processes, command_line, cursor
from support.dbt_project_under_test import DbtProject
from support.purged_case import configuration, finished, metadata

START = dt.datetime(2026, 1, 1)
HOUR = dt.timedelta(hours=1)
EVERY = 50  # runs between purges
KEPT_DAYS = 1
A_DAY = 24
SLOWER, LARGER = 2.0, 1.6  # how much the last runs may differ from early ones


def cpu_seconds(pid: int) -> float:
    """Of a process and its ended children. Where there is no /proc, seconds of a clock."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return time.monotonic()
    fields = stat.read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def definitions(warehouse: str, target: int) -> tuple[dict[str, Any], dict[str, Any]]:
    config = configuration(days=KEPT_DAYS, signal_days=KEPT_DAYS)
    config["journal"]["lookback_minutes"] = 10
    document = copy.deepcopy(metadata(event_days=None))
    document["objects"]["runtime"]["slaPolicies"][0]["targetMinutes"] = target
    return config | {"warehouses": [warehouse]}, document


@dataclass
class Life:
    """An object: its events in order, how many of them were sent, and whether it was purged."""

    name: str
    rows: list[dict[str, Any]]
    sent: int = 0
    late: int = 0
    is_purged: bool = False

    @property
    def is_over(self) -> bool:
        return self.sent == len(self.rows)

    def count(self, is_bad: bool) -> int:
        bad = sum(row["EJ_ID"].endswith("-bad") for row in self.rows[: self.sent])
        return bad if is_bad else self.sent - bad


@dataclass
class Soak:
    folder: Path
    first: Worker
    rng: random.Random
    said: Callable[[str], None]
    every: int = EVERY
    hour: int = 0
    lives: list[Life] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)  # of CPU, of runs alone
    sizes: list[float] = field(default_factory=list)  # bytes a row, at each purge

    def __post_init__(self) -> None:
        self.engine = self.first.engine
        self.made = DbtProject(self.folder / "made", *definitions(self.engine.name, 60))
        self.processes = Processes(self.first, self.made, lambda: self.now)
        self.processes.get(0)
        journal = self.engine.create_table("raw", "event_journal", JOURNAL_TYPES)
        self.processes.get(0).execute(["create schema raw", journal])

    @property
    def now(self) -> dt.datetime:
        return START + self.hour * HOUR

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with cursor(self.first) as made:
            made.execute(sql)
            return made.fetchall() if made.description else []

    # ------------------------------------------------------------ what arrives

    def send(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        stamped = [row | {"_SyncDate": self.now} for row in rows]
        for sql in self.engine.append("raw", "event_journal", stamped):
            self.rows(sql)

    def arrive(self) -> None:
        """Two objects begin. Events of the last hour arrive, some of them hours late, one twice."""
        for _ in range(2):
            name = f"o{len(self.lives)}"
            shift = self.hour * HOUR
            rows = [
                row | {"EJ_EventTimeUTC": row["EJ_EventTimeUTC"] + shift} for row in finished(name)
            ]
            self.lives.append(Life(name, rows))
        new = []
        for life in self.lives[-20:]:
            while not life.is_over and life.rows[life.sent]["EJ_EventTimeUTC"] < self.now:
                if self.rng.random() < 0.1:  # it waits, and with it what comes after it
                    break
                new.append(life.rows[life.sent])
                life.sent += 1
        for life in self.lives[:-20]:
            new += life.rows[life.sent :]
            life.sent = len(life.rows)
        self.send(new)
        if new and self.rng.random() < 0.5:
            self.send([self.rng.choice(new)])

    # ------------------------------------------------------------ runs

    def threads(self) -> tuple[str, ...]:
        return ("--threads", str(self.rng.randrange(1, 9)))

    def run(self, *args: str) -> str:
        self.processes.get(0)
        return self.processes.run(0, "run", *self.threads(), *args)

    def cpu_seconds(self) -> float:
        """What dbt's process and the server with its children have taken so far."""
        processes = [self.processes.get(0).process]
        if server := getattr(self.engine, "server", None):
            processes.append(server.process)
        return sum(cpu_seconds(process.pid) for process in processes)

    def at_once(self, kills: bool) -> None:
        """Two runs at once, of which one may be killed. DuckDB refuses one of them."""
        runs = [(delay, ("run", *self.threads())) for delay in (0.0, self.rng.uniform(0, 3))]
        victim = self.rng.randrange(2)
        kill = (victim, runs[victim][0] + self.rng.uniform(0.2, 3)) if kills else None
        ends = self.processes.at_once(runs, kill)
        self.tally.update(f"runs at once that ended so: {end}" for end in ends)

    def step(self) -> None:
        self.hour += 1
        self.arrive()
        if self.hour % 25 == 5:
            target = 60 if self.hour % A_DAY < 12 else 90
            self.made.configure(*definitions(self.engine.name, target))
            self.processes.parse_again()
            self.tally["changed definitions"] += 1
        elif self.hour % 10 in (3, 7):
            self.at_once(kills=self.hour % 10 == 7)
            self.tally["killed runs" if self.hour % 10 == 7 else "runs at once"] += 1
            return
        elif self.hour % 30 == 11:
            self.run("--select", "case_timeline")
            self.tally["runs of a part"] += 1
            return
        began = self.cpu_seconds()
        end = self.run()
        self.seconds.append(self.cpu_seconds() - began)
        assert end == "completed", end
        if self.hour % self.every == 0:
            self.check()
            self.purge()
            self.check()

    # ------------------------------------------------------------ what must hold

    def purge(self) -> None:
        """Purge the objects that have ended and whose retention period is over."""
        due = [
            life
            for life in self.lives
            if life.is_over
            and not life.is_purged
            and life.rows[-1]["EJ_EventTimeUTC"] < self.now - dt.timedelta(days=KEPT_DAYS)
        ]
        answer = self.processes.get(0).ask(
            operation="purge",
            args={"dry_run": False, "as_json": True},
            vars={"ozmeta_as_of": self.now.isoformat(sep=" ")},
        )["case"]
        gone = {row[0] for row in self.rows("select PG_ObjectID from runtime.ozmeta_tombstone")}
        expected = {life.name for life in due} | {
            life.name for life in self.lives if life.is_purged
        }
        waits = gone ^ expected
        assert gone <= expected and len(waits) <= 2 * A_DAY, waits  # signals may be younger
        for life in self.lives:
            life.is_purged = life.name in gone
        self.tally["purged objects"] = len(gone)
        late = next((life for life in self.lives if life.is_purged and not life.late), None)
        if late:  # an event of a purged object, which the next run refuses
            late.late += 1
            time_ = late.rows[-1]["EJ_EventTimeUTC"]
            self.send([late.rows[0] | {"EJ_ID": f"{late.name}-late", "EJ_EventTimeUTC": time_}])
            self.hour += 1
            assert self.run() == "completed"
        self.said(f"run {self.hour}: purged {answer['objects']}, in all {len(gone)}")

    def check(self) -> None:
        alive = [life for life in self.lives if not life.is_purged and life.count(False)]
        expected = {
            "timeline": sum(life.count(False) for life in alive),
            "workflow_instance": len(alive),
            "quarantine": sum(life.count(True) for life in alive)
            + sum(life.late for life in self.lives),
            "approval_instance": sum(life.sent > 1 for life in alive),
        }
        found = {
            model: self.rows(f"select count(*) from runtime.case_{model}")[0][0]
            for model in expected
        }
        assert found == expected, (self.hour, found, expected)
        ((events,),) = self.rows("select count(*) from raw.event_journal")
        self.sizes.append(self.size() / events)

    def size(self) -> float:
        """The size in bytes. On DuckDB, it is the size of the file, which contains the journal."""
        if self.engine.name == "duckdb":
            return float(Path(self.engine.profile("runtime")["path"]).stat().st_size)
        ((size,),) = self.rows(
            "select sum(pg_total_relation_size(oid)) from pg_class"
            " where relkind = 'r' and relnamespace = 'runtime'::regnamespace"
        )
        return float(size)

    def finish(self) -> None:
        """A full refresh changes nothing."""
        self.run()
        self.rows("create schema kept")
        for model in (
            *("timeline", "workflow_instance", "sla_cycle", "sla_timer", "escalation_queue"),
            *("quarantine", "backlog", "runtime_signal", "journal"),
        ):
            self.rows(f"create table kept.case_{model} as select * from runtime.case_{model}")
        assert self.run("--full-refresh") == "completed"
        with cursor(self.first) as made:
            different = differing(made, "kept", "runtime", ("case",))
        assert different == {}, different


def soak(
    folder: Path,
    first: Worker,
    runs: int,
    seed: int,
    said: Callable[[str], None] = lambda text: None,
    every: int = EVERY,
) -> Soak:
    made = Soak(folder, first, random.Random(seed), said, every)
    try:
        while made.hour < runs:
            made.step()
        made.finish()
    finally:
        made.processes.close()
    return made


def thirds(seconds: list[float]) -> tuple[float, float]:
    """The medians of the first and of the last third."""
    third = len(seconds) // 3
    return statistics.median(seconds[:third]), statistics.median(seconds[-third:])


def is_as_predicted(seconds: list[float], sizes: list[float]) -> bool:
    """Whether runs became no slower, and the tables no larger, than SLOWER and LARGER allow."""
    early, late = thirds(seconds)
    return late <= SLOWER * early and sizes[-1] <= LARGER * sizes[1]


def main() -> int:
    with command_line(__doc__, "runs", 500, ("postgres", "duckdb")) as (given, folder, first):
        made = soak(folder, first, given.runs, given.seed, lambda text: print(text, flush=True))
    for what in sorted(made.tally):
        print(f"{made.tally[what]:>7,}  {what}")
    early, late = thirds(made.seconds)
    print(f"CPU seconds of a run, median: {early:.2f} in the first third, {late:.2f} in the last")
    print("bytes of the tables for a journal row: " + ", ".join(f"{n:.0f}" for n in made.sizes))
    if not is_as_predicted(made.seconds, made.sizes):
        print("a run became slower, or the tables larger, than predicted")
        return 1
    print("differences: 0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
