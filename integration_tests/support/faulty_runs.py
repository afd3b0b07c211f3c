"""dbt runs with faults. Each run is a child process, forked from a process that has imported dbt.
It is killed, disturbed or held at a chosen statement.

A new process with dbt costs three seconds, a fork one. Forking is safe only if a single thread runs
and no database is open. So tests call `dbt_runs` in a separate process (`warm_processes`), never in
pytest's, in which other tests have run dbt.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dbt.mp_context
import duckdb
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
from dbt.cli.main import dbtRunner
from dbt_common.clients.jinja import template_cache

from support import dbt_project_under_test

INJECTED = "the warehouse went away (injected)"


@dataclass(frozen=True)
class Fault:
    """The fault of a run, and its statement: the n-th, or the first that contains all of these
    words.

    kill        SIGKILL `before` the statement, `after` it, or `during` it: `after_ms` into it
    interrupt   the same with SIGINT, as ctrl-c and schedulers send it
    error       the warehouse refuses the statement, or runs it and says that it has not
    hold        the run waits before the statement until the others given to `dbt_runs` are through
    """

    kind: str
    at: int | tuple[str, ...]
    when: str = "before"
    after_ms: float = 0


@dataclass(frozen=True)
class Run:
    as_of: str
    args: tuple[str, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True)
class Outcome:
    success: bool | None  # None: the process is dead
    message: str = ""
    statements: int = 0


def warm_processes(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("spawn"), initializer=warm_up
    )


def warm_up() -> None:
    dbt.mp_context._MP_CONTEXT = multiprocessing.get_context(
        "fork"
    )  # dbt's locks then leave nothing behind when their process is killed


def dbt_runs(folder: Path, runs: list[Run]) -> list[Outcome]:
    """The outcomes of runs on one project. They run one after the other, except that a held run
    waits until the others have ended.
    """
    threads = Path("/proc/self/task")
    if threading.active_count() > 1 or (threads.exists() and len(list(threads.iterdir())) > 1):
        raise RuntimeError("only a process with a single thread can be forked")
    manifest = ready(folder)
    outcomes: list[Outcome | None] = [None] * len(runs)
    held = []
    for index, run in enumerate(runs):
        child = Child(folder, manifest, run)
        outcomes[index] = child.outcome()
        if outcomes[index] is None:
            held.append((index, child))
    for index, child in held:
        child.release()
        outcomes[index] = child.outcome()
    return [outcome for outcome in outcomes if outcome]


def ready(folder: Path) -> Any:
    """The project's manifest. The macros are compiled here, and not in every child."""
    manifest = dbt_project_under_test.parsed(folder, options(folder))
    if manifest is None:
        raise RuntimeError(f"dbt cannot parse {folder}")
    for macro in manifest.macros.values():
        if macro.package_name in ("ozmeta_runtime", "dbt_duckdb") or macro.name.startswith(
            ("materialization_incremental", "statement", "default__")
        ):
            template_cache.get_node_template(macro)
    return manifest


def options(folder: Path) -> list[str]:
    return [
        "--project-dir",
        str(folder),
        "--profiles-dir",
        str(folder),
        "--quiet",
        "--no-use-colors",
        "--log-level-file",
        "none",
    ]


class Child:
    """A forked process that does one dbt run, and reports through a pipe how it ended."""

    def __init__(self, folder: Path, manifest: Any, run: Run):
        told, tell = os.pipe()
        go, let_go = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(told)
                os.close(let_go)
                with os.fdopen(tell, "w", encoding="utf-8") as pipe:
                    json.dump(dbt_run(folder, manifest, run, pipe, go), pipe)
            finally:
                os._exit(0)
        os.close(tell)
        os.close(go)
        self.told, self.let_go = os.fdopen(told, encoding="utf-8"), let_go

    def outcome(self) -> Outcome | None:
        """None: it is held."""
        line = self.told.readline()
        if line == "held\n":
            return None
        os.waitpid(self.pid, 0)
        self.told.close()
        os.close(self.let_go)
        return Outcome(**json.loads(line)) if line else Outcome(None)

    def release(self) -> None:
        os.write(self.let_go, b"!")


def dbt_run(folder: Path, manifest: Any, run: Run, tell: Any, go: int) -> dict[str, Any]:
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    gc.disable()  # of the parent's many objects none will go
    statements = disturb(run.fault, tell, go)
    command = [
        "run",
        *run.args,
        *options(folder),
        "--no-write-json",
        "--vars",
        json.dumps({"ozmeta_as_of": run.as_of}),
    ]
    result = dbtRunner(manifest=manifest).invoke(command)
    messages = [
        f"{r.node.name}: {r.message}"
        for r in getattr(result.result, "results", None) or []
        if r.status not in ("success", "skipped")
    ]
    if result.exception:
        messages.append(str(result.exception))
    return {
        "success": result.success,
        "message": "\n".join(messages),
        "statements": len(statements),
    }


def disturb(fault: Fault | None, tell: Any, go: int) -> list[str]:
    """Apply the fault at its statement. Returns the statements, in the order in which they are
    sent.
    """
    execute, statements, struck = DuckDBCursorWrapper.execute, [], []

    def strike() -> None:
        if fault.kind == "error":
            raise duckdb.OperationalError(INJECTED)
        os.kill(os.getpid(), signal.SIGKILL if fault.kind == "kill" else signal.SIGINT)

    def disturbed(cursor: Any, sql: str, bindings: Any = None) -> Any:
        statements.append(sql)
        if (
            fault is None
            or struck
            or not (
                len(statements) == fault.at
                if isinstance(fault.at, int)
                else all(word in sql.lower() for word in fault.at)
            )
        ):
            return execute(cursor, sql, bindings)
        struck.append(sql)
        if fault.kind == "hold":
            tell.write("held\n")
            tell.flush()
            os.read(go, 1)
        elif fault.when == "before":
            strike()
        elif fault.when == "during":
            threading.Timer(fault.after_ms / 1000, strike).start()
        done = execute(cursor, sql, bindings)
        if fault.when == "after":
            strike()
        return done

    DuckDBCursorWrapper.execute = disturbed
    return statements
