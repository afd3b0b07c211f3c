"""Runs at once on Postgres (SPEC 8.8): random turns, in each of which several processes of dbt run
on one warehouse while the journal grows. Then one run of its own, after which every table must be
as a full refresh in another schema makes it.

    python integration_tests/overlaps.py --turns 200 --seed 1
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from engines.base import JOURNAL_TYPES, Worker
from runs_at_once import Processes, command_line, login, opened
from support.dbt_project_under_test import MODELS, DbtProject, canonical
from support.small_case import CONFIG, emitting

BINDINGS = {"case": "Case", "task": "Task"}
START = dt.datetime(2026, 1, 1)
MINUTES_A_SECOND = 15  # of the simulated clock
LOOKBACK = 20  # more than the simulated time between an event's _SyncDate and its commit
AT_MOST = 40  # turns of one journal, which grows with each
KINDS = ("increments", "three", "full refresh", "killed", "bindings", "part")


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
    """A clock on which a second lasts minutes, so that timers reach thresholds while runs are at
    work.
    """

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
        self.rng, self.clock = random.Random(seed), Clock()
        made = DbtProject(folder / "made", *metadata())
        self.reference = opened(first, made, folder / "reference", "reference")
        schemas = ("raw", "runtime", "reference")
        first.execute([f"drop schema if exists {schema} cascade" for schema in schemas])
        journal = first.engine.create_table("raw", "event_journal", JOURNAL_TYPES)
        first.execute(["create schema raw", journal])
        self.journal = Journal(login(first), self.clock, self.rng)
        self.processes = Processes(first, made, self.clock.now)

    def turn(self, kind: str) -> list[str]:
        """How each of the runs ended."""
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
        delays = [0.0, *(rng.uniform(0, 4) for _ in commands[1:])]
        kill = None
        if kind == "killed":
            victim = rng.randrange(2)
            kill = (victim, delays[victim] + rng.uniform(0.5, 5))
        with self.journal.growing():
            return self.processes.at_once(list(zip(delays, commands, strict=True)), kill)

    # ------------------------------------------------------------ the reference

    def differences(self) -> dict[str, int]:
        """{table: rows that differ} after one separate run, compared with a full refresh in another
        schema.
        """
        as_of = self.clock.now().isoformat(sep=" ")
        self.processes.get(0).dbt("run", as_of=as_of)
        self.reference.dbt("run", "--full-refresh", as_of=as_of)
        with self.journal.connection.cursor() as cursor:
            return differing(cursor, "runtime", "reference", tuple(BINDINGS))


def differing(cursor: Any, left: str, right: str, bindings: tuple[str, ...]) -> dict[str, int]:
    """{table: rows that only one schema has}, and keys that occur twice in the first schema."""
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
        made.processes.close()


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
    tally = Counter[str]()
    with command_line(__doc__, "turns", 200) as (given, folder, first):
        for done in range(0, given.turns, AT_MOST):
            place = folder / str(done)
            place.mkdir()
            seed = given.seed + done
            print(f"a new journal, as with --seed {seed}", flush=True)
            with warehouse(place, first, seed) as held:
                turns = min(AT_MOST, given.turns - done)
                tally += play(held, turns, lambda text: print(text, flush=True))
    for what in sorted(tally):
        print(f"{tally[what]:>9,}  {what}")
    print("differences: 0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
