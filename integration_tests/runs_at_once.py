"""Processes of dbt that run at once on one warehouse, for overlaps.py and soak.py."""

from __future__ import annotations

import argparse
import datetime as dt
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
from engines import engine
from engines.base import DbtFailed, Worker
from support.dbt_project_under_test import DbtProject

# what a run that meets another may say; any other failure is a fault
EXPECTED = {
    "killed": "the worker of",
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
    "another process had DuckDB's file open": "Could not set lock on file",
}


def login(worker: Worker) -> dict[str, Any]:
    """How psycopg2 connects to the worker's database."""
    profile = worker.engine.profile("runtime")
    return {name: profile[name] for name in ("host", "port", "user", "password", "dbname")}


@contextmanager
def cursor(worker: Worker) -> Iterator[Any]:
    """A connection for the test's own SQL. It commits each statement. On DuckDB, no run may be
    active.
    """
    if worker.engine.name == "duckdb":
        with duckdb.connect(worker.engine.profile("runtime")["path"]) as connection:
            yield connection
        return
    connection = psycopg2.connect(**login(worker))
    try:
        connection.autocommit = True
        with connection.cursor() as made:
            yield made
    finally:
        connection.close()


def opened(worker: Worker, made: DbtProject, folder: Path, schema: str = "runtime") -> Worker:
    """Give the worker a project folder of its own, so that no two processes write one file."""
    if not folder.exists():
        folder.mkdir()
        for part in ("models", "metadb", "ozmeta.yml"):
            (folder / part).symlink_to(made.folder / part)
    worker.open(folder, schema)
    return worker


class Processes:
    """The wanted number of processes. `now` gives a run's as_of."""

    def __init__(self, first: Worker, made: DbtProject, now: Callable[[], dt.datetime]) -> None:
        self.engine, self.made, self.now = first.engine, made, now
        self.workers: list[Worker] = []

    def get(self, number: int) -> Worker:
        """A process that is alive: a killed one is replaced."""
        while len(self.workers) <= number:
            self.workers.append(self.begun(len(self.workers)))
        if self.workers[number].process.poll() is not None:
            self.workers[number] = self.begun(number)
        return self.workers[number]

    def begun(self, number: int) -> Worker:
        return opened(Worker(self.engine), self.made, self.made.folder.parent / f"p{number}")

    def parse_again(self) -> None:
        """Call this after the project's files changed."""
        for number, worker in enumerate(self.workers):
            if worker.process.poll() is None:
                opened(worker, self.made, self.made.folder.parent / f"p{number}")

    def run(self, number: int, *command: str) -> str:
        """How a run of dbt ended: 'completed', or the key of its message in EXPECTED."""
        try:
            self.workers[number].dbt(*command, as_of=self.now().isoformat(sep=" "))
        except (DbtFailed, RuntimeError, ValueError) as error:
            for name, words in EXPECTED.items():
                if words in str(error):
                    return name
            raise
        return "completed"

    def at_once(
        self, runs: list[tuple[float, tuple[str, ...]]], kill: tuple[int, float] | None = None
    ) -> list[str]:
        """How each run ended.

        runs: (seconds after which it begins, command)
        kill: (the number of the run that is killed, seconds after which)
        """
        ends = [""] * len(runs)
        faults: list[BaseException] = []

        def play(number: int, delay: float, command: tuple[str, ...]) -> None:
            time.sleep(delay)
            try:
                ends[number] = self.run(number, *command)
            except BaseException as fault:
                faults.append(fault)

        for number in range(len(runs)):
            self.get(number)
        threads = [
            threading.Thread(target=play, args=(number, *run)) for number, run in enumerate(runs)
        ]
        for thread in threads:
            thread.start()
        if kill:
            victim, seconds = kill
            time.sleep(seconds)
            self.workers[victim].process.kill()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
        return ends

    def close(self) -> None:
        for worker in self.workers:
            worker.close()


@contextmanager
def command_line(
    about: str | None, count: str, default: int, engines: tuple[str, ...] = ("postgres",)
) -> Iterator[tuple[Any, Path, Worker]]:
    """The options of a script, a folder, and a worker on a new warehouse.

    count, default: --COUNT, of what it plays; engines: the choices of --engine
    """
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(f"--{count}", type=int, default=default)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--engine", choices=engines, default=engines[0])
    given = parser.parse_args()
    print(
        f"--{count} {getattr(given, count)} --seed {given.seed} --engine {given.engine}", flush=True
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        yield given, folder, stack.enter_context(engine(given.engine).session(folder / "server"))
