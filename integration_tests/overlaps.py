"""Runs at once on Postgres (SPEC 8.8): random turns, in each of which several processes of dbt run
on one warehouse while the journal grows. Then one run of its own, after which every table must be
as a full refresh in another schema makes it.

    python integration_tests/overlaps.py --turns 200 --seed 1
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from engines import engine
from engines.base import JOURNAL_TYPES, DbtFailed, Worker
from support.dbt_project_under_test import MODELS, DbtProject, canonical
from support.small_case import CONFIG, emitting

BINDINGS = {"case": "Case", "task": "Task"}
START = dt.datetime(2026, 1, 1)
MINUTES_A_SECOND = 15  # of the simulated clock
LOOKBACK = 20  # more than the simulated time between an event's _SyncDate and its commit
KINDS = ("increments", "three", "full refresh", "killed", "bindings", "part")
# what a run that meets another may say; any other failure is a fault
EXPECTED = {
    "another run completed": "completed after this run",
    "another run created a table": "has created",
    "time may not go back": "Time may not go back",
    "Postgres ended a deadlock": "deadlock detected",
    "a table was replaced meanwhile": "does not exist",
    "a view was replaced meanwhile": "already exists",
    "a view was replaced meanwhile too": "tuple concurrently",
    "Postgres refused a name twice": "duplicate key value violates unique constraint",
    "a table was dropped meanwhile": "could not open relation",
    "dbt met a table without a type, which was being replaced": 'near "external"',
    "killed": "the worker of",
}


def metadata() -> tuple[dict[str, Any], dict[str, Any]]:
    """Two entities with a workflow, a service level and escalations each, signals and a backlog."""
    config = copy.deepcopy(CONFIG)
    config["journal"] |= {"lookback_minutes": LOOKBACK, "mirror": True}
    config |= {"backlog": True, "warehouses": ["postgres"]}
    document = emitting()
    objects = document["objects"]
    objects["tables"].append({"id": "t2", "code": "Task", "cdCode": "TA"})
    runtime = objects["runtime"]
    runtime["bindings"].append(runtime["bindings"][0] | {"id": "b2", "objectId": "t2"})
    policy = copy.deepcopy(runtime["slaPolicies"][0])
    runtime["slaPolicies"].append(policy | {"id": "p2", "objectId": "t2", "code": "Work2"})
    timer = copy.deepcopy(runtime["slaBindings"][0])
    runtime["slaBindings"].append(timer | {"bindingId": "b2", "slaId": "p2"})
    return config, document


@dataclass
class Clock:
    """A clock on which a second lasts minutes, so that timers tick while runs are at work."""

    began: float = field(default_factory=time.monotonic)

    def now(self) -> dt.datetime:
        passed = (time.monotonic() - self.began) * MINUTES_A_SECOND
        return START + dt.timedelta(minutes=passed)


class Journal:
    """Events that arrive all the time, some of them late or twice."""

    def __init__(self, login: dict[str, Any], clock: Clock, rng: random.Random) -> None:
        self.connection = psycopg2.connect(**login)
        self.connection.autocommit = True
        self.clock, self.rng, self.count = clock, rng, 0
        self.sent: list[tuple[Any, ...]] = []

    def row(self, now: dt.datetime) -> tuple[Any, ...]:
        rng = self.rng
        self.count += 1
        late = dt.timedelta(minutes=rng.choice((0, 0, 0, 1, 30, 300)))
        code = rng.choice(("Go", "Back", None))
        payload: dict[str, Any] = {"transition": {"code": code}} if code else {}
        type_ = rng.choice(list(BINDINGS.values()))
        text = "{" if rng.random() < 0.03 else json.dumps(payload)
        event = rng.choice(("X", "X", "Escalation.Acknowledged"))
        return (f"e{self.count}", event, now - late, type_, f"o{rng.randrange(25)}", text)

    def add(self, rows: int) -> None:
        now = self.clock.now()
        new = [self.row(now) for _ in range(rows)]
        if self.sent and self.rng.random() < 0.3:  # a redelivery
            new.append(self.rng.choice(self.sent))
        self.sent += new
        for row in new:
            self.connection.cursor().execute(
                "insert into raw.event_journal (EJ_ID, EJ_EventType, EJ_EventTimeUTC,"
                " EJ_ObjectType, EJ_ObjectID, EJ_Payload, _SyncDate, _TenantID)"
                " values (%s, %s, %s, %s, %s, %s, %s, 't1')",
                (*row, now),
            )

    @contextmanager
    def growing(self) -> Iterator[None]:
        over = threading.Event()

        def grow() -> None:
            while not over.wait(self.rng.uniform(0.05, 0.4)):
                self.add(self.rng.randrange(1, 4))

        thread = threading.Thread(target=grow)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


class Warehouse:
    """One Postgres database, processes of dbt that run on it, and one for the reference."""

    def __init__(self, folder: Path, first: Worker, seed: int) -> None:
        self.folder, self.engine = folder, first.engine
        self.rng, self.clock = random.Random(seed), Clock()
        profile = self.engine.profile("runtime")
        self.login = {n: profile[n] for n in ("host", "port", "user", "password", "dbname")}
        self.made = DbtProject(folder / "made", *metadata())
        self.reference = self.opened(first, "reference")
        journal = self.engine.create_table("raw", "event_journal", JOURNAL_TYPES)
        first.execute(["create schema raw", journal])
        self.journal = Journal(self.login, self.clock, self.rng)
        self.workers: list[Worker] = []

    def opened(self, worker: Worker, name: str) -> Worker:
        """A project folder of the worker's own, so that no two processes write one file."""
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir()
            for part in ("models", "metadb", "ozmeta.yml"):
                (folder / part).symlink_to(self.made.folder / part)
        worker.open(folder, "reference" if name == "reference" else "runtime")
        return worker

    def worker(self, number: int) -> Worker:
        while len(self.workers) <= number:
            self.workers.append(self.opened(Worker(self.engine), f"p{len(self.workers)}"))
        if self.workers[number].process.poll() is not None:  # it was killed
            self.workers[number] = self.opened(Worker(self.engine), f"p{number}")
        return self.workers[number]

    def close(self) -> None:
        for worker in self.workers:
            worker.close()

    # ------------------------------------------------------------ one turn

    def run(self, number: int, args: tuple[str, ...]) -> str:
        """How a run ended: 'completed', or what it said."""
        as_of = self.clock.now().isoformat(sep=" ")
        try:
            self.workers[number].dbt(*args, as_of=as_of)
        except (DbtFailed, RuntimeError, ValueError) as error:
            for name, words in EXPECTED.items():
                if words in str(error):
                    return name
            raise
        return "completed"

    def turn(self, kind: str) -> list[str]:
        rng = self.rng

        def threads() -> tuple[str, ...]:
            return ("--threads", str(rng.randrange(1, 9)))

        plain = [("run", *threads()), ("run", *threads())]
        commands = {
            "increments": plain,
            "three": [*plain, ("run", *threads())],
            "full refresh": [plain[0], ("run", "--full-refresh", *threads())],
            "killed": plain,
            "bindings": [
                ("run", "--select", f"path:models/ozmeta/{name}", *threads()) for name in BINDINGS
            ],
            "part": [plain[0], ("run", "--select", "case_timeline+", *threads())],
        }[kind]
        rng.shuffle(commands)
        ends: list[str] = [""] * len(commands)
        faults: list[BaseException] = []

        def play(number: int, delay: float) -> None:
            time.sleep(delay)
            try:
                ends[number] = self.run(number, commands[number])
            except BaseException as fault:
                faults.append(fault)

        for number in range(len(commands)):
            self.worker(number)
        delays = [0.0, *(rng.uniform(0, 4) for _ in commands[1:])]
        threads_ = [
            threading.Thread(target=play, args=(number, delays[number]))
            for number in range(len(commands))
        ]
        with self.journal.growing():
            for thread in threads_:
                thread.start()
            if kind == "killed":
                victim = rng.randrange(2)
                time.sleep(delays[victim] + rng.uniform(0.5, 5))
                self.workers[victim].process.kill()
            for thread in threads_:
                thread.join()
        if faults:
            raise faults[0]
        return ends

    # ------------------------------------------------------------ the reference

    def differences(self) -> dict[str, int]:
        """{table: rows that differ} after one run of its own, against a full refresh elsewhere."""
        as_of = self.clock.now().isoformat(sep=" ")
        self.worker(0).dbt("run", as_of=as_of)
        self.reference.dbt("run", "--full-refresh", as_of=as_of)
        with self.journal.connection.cursor() as cursor:
            return differing(cursor, "runtime", "reference", tuple(BINDINGS))


def differing(cursor: Any, left: str, right: str, bindings: tuple[str, ...]) -> dict[str, int]:
    """{table: rows that are in one schema only}, and keys that a table of the first has twice."""
    found = {}
    for binding in bindings:
        for model in (*MODELS, "backlog", "runtime_signal"):
            sides = [f"(select {rows_of(model, schema, binding)})" for schema in (left, right)]
            cursor.execute(
                "select count(*) from (({0} except all {1}) union all"
                " ({1} except all {0})) as different".format(*sides)
            )
            (count,) = cursor.fetchone()
            if count:
                found[f"{binding}_{model}"] = count
        for model in (*MODELS, "backlog", "runtime_signal", "journal"):
            key = "_ObjectKey, EJ_ID" if model == "timeline" else "_Key"
            cursor.execute(
                f"select count(*) - count(distinct ({key})) from {left}.{binding}_{model}"
            )
            (count,) = cursor.fetchone()
            if count:
                found[f"{binding}_{model}, a key twice"] = count
    return found


def rows_of(model: str, schema: str, binding: str) -> str:
    if model == "runtime_signal":  # a full refresh elsewhere knows nothing of retracted signals
        columns = "RS_SignalCode, RS_Severity, RS_ObjectID, RS_Subject, RS_ScheduledUTC, RS_Level"
        return (
            f"{columns} from (select *, row_number() over (partition by _SignalKey order by"
            f" RS_Number desc) as newest from {schema}.{binding}_{model}) as signals"
            " where newest = 1 and RS_Number % 2 = 1"
        )
    live = "" if model == "timeline" else " where _DeleteDate is null"
    return f"{', '.join(canonical(model))} from {schema}.{binding}_{model}{live}"


@contextmanager
def warehouse(folder: Path, first: Worker, seed: int) -> Iterator[Warehouse]:
    made = Warehouse(folder, first, seed)
    try:
        yield made
    finally:
        made.close()


def play(
    held: Warehouse, turns: int, said: Callable[[str], None] = lambda text: None
) -> Counter[str]:
    """Play turns, each followed by the comparison. Raises on the first difference."""
    tally = Counter[str]()
    held.journal.add(40)
    for number in range(turns):
        kind = KINDS[number % len(KINDS)] if number < len(KINDS) else held.rng.choice(KINDS)
        ends = held.turn(kind)
        tally[f"turns: {kind}"] += 1
        tally.update(f"runs that ended so: {end}" for end in ends)
        different = held.differences()
        said(f"{number + 1:>4} {kind:<13} {', '.join(ends)}")
        if different:
            raise AssertionError(f"turn {number + 1}, {kind}, {ends}: {different}")
    tally["events"] = held.journal.count
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    print(f"--turns {given.turns} --seed {given.seed}", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        first = stack.enter_context(engine("postgres").session(folder / "server"))
        held = stack.enter_context(warehouse(folder, first, given.seed))
        tally = play(held, given.turns, lambda text: print(text, flush=True))
    for what in sorted(tally):
        print(f"{tally[what]:>9,}  {what}")
    print("differences: 0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
