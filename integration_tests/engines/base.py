"""What every engine has in common: a separate environment, perhaps a server, a dbt profile, and a
worker that runs dbt there.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

import yaml
from ozmeta_dbt.report.figures import read
from support.dbt_project_under_test import JOURNAL_COLUMNS, PACKAGE
from support.history_tables import Clock

HOME = PACKAGE / ".engines"  # environments are kept, data never
JOURNAL_TYPES = {
    name: {"varchar": "text", "timestamp": "instant", "bigint": "integer"}[type_]
    for name, type_ in JOURNAL_COLUMNS.items()
}

# The operations that the worker calls: SQL of the harness's own, and tables as text, through the
# package's own macro.
OPERATIONS = """\
{% macro engine_execute(statements) %}
  {#- JSON within dbt's YAML, which is not all of JSON -#}
  {%- for sql in fromjson(statements) -%}{%- call statement('engine') -%}{{ sql }}{%- endcall -%}{%-
      endfor -%}
  {%- do adapter.commit() -%}
{% endmacro %}

{% macro engine_tables() %}
  {%- set found = {} -%}
  {#- and what of entities' own tables the runtime wrote to -#}
  {%- for node in (graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | list) +
      (graph.sources.values() | rejectattr('name', 'equalto', 'event_journal') | list) -%}
    {%- set relation = load_relation(api.Relation.create(database=node.database, schema=node.schema,
        identifier=node.alias or node.identifier)) -%}
    {%- if relation -%}
      {%- do found.update({node.name: ozmeta_runtime.rows_as_text(
            relation, adapter.get_columns_in_relation(relation), '1 = 1')}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do ozmeta_runtime.print_answer(found) -%}
{% endmacro %}

{% macro engine_rows(sql) %}
  {%- set found = [] -%}
  {%- for row in run_query(sql).rows -%}{%- do found.append(row.values() | map('string') | list)
      -%}{%- endfor -%}
  {%- do ozmeta_runtime.print_answer(found) -%}
{% endmacro %}
"""


class NotRun(Exception):
    """The reason why an engine cannot run here. It is reported as NOT RUN, never as passed."""


class DbtFailed(Exception):
    """dbt ran and failed. The text is dbt's own message."""


class Engine:
    """One engine. A subclass defines what differs. dbt runs in `worker`."""

    name = ""
    requirements: str | None = (
        # a file beside this one, where the adapter needs an environment of its own; none: the
        # tests' own
        None
    )
    text, integer, instant = "varchar", "bigint", "timestamp"  # the journal's types
    clock, boolean = "timestamp", "boolean"  # other tables' too: a clock names no time zone

    vars: ClassVar[dict[str, str]] = {}  # dbt's, of the project
    # {macro: body} of the project: found before the package's own where the package dispatches
    overrides: ClassVar[dict[str, str]] = {}

    # What a stand-in, or the engine itself, sees in another way than DuckDB, each shown in
    # quirks.md
    left_out: tuple[str, ...] = ()  # payloads whose rows are not played, by the engine's own quirks
    without_slas: tuple[str, ...] = ()  # codes of SLAs whose rules the engine has no SQL for
    cannot: ClassVar[dict[str, str]] = {}  # {scenario: why}: reported as NOT RUN

    def __init__(self) -> None:
        self.folder = Path()  # of this session: data, logs
        self.python = Path(sys.executable)

    # -------------------------------------------------- what an engine says

    def start(self) -> None:
        """Start the engine's server, if it has one. Raise NotRun if that is not possible."""

    def stop(self) -> None:
        """Stop what `start` started."""

    def profile(self, schema: str) -> dict[str, Any]:
        """The one output of the dbt profile, its models in `schema`."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Further environment variables of the worker."""
        return {}

    def version(self) -> str:
        """The name of what is run, in the table at the end."""
        return self.name

    def leaves_out(self, payload: str) -> bool:
        """Whether rows with this payload are left out."""
        return payload in self.left_out

    # -------------------------------------------------- SQL of the harness's own

    def literal(self, value: Any) -> str:
        if value is None:
            return "null"
        if isinstance(value, dt.datetime):
            type_ = self.clock if isinstance(value, Clock) else self.instant
            return (
                f"cast('{value:%Y-%m-%d %H:%M:%S.%f}' as {type_})"
                if value.year >= 1000
                else f"cast('{value.isoformat(' ')}' as {type_})"
            )
        return str(value) if isinstance(value, int) else self.quoted(str(value))

    def quoted(self, text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    def create_schema(self, schema: str) -> str:
        return f"create schema if not exists {schema}"

    def create_table(self, schema: str, name: str, columns: dict[str, str]) -> str:
        """columns: {name: text, integer, instant, clock or boolean}. Names are left unquoted, as
        users' own tables are written.
        """
        body = ", ".join(f"{column} {getattr(self, type_)}" for column, type_ in columns.items())
        return f"create table {schema}.{name} ({body})"

    def append(self, schema: str, name: str, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
        """Insert statements of some hundred rows each. A row may leave out columns."""
        rows = list(rows)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        for first in range(0, len(rows), 200):
            values = ", ".join(
                "(" + ", ".join(self.literal(row.get(column)) for column in columns) + ")"
                for row in rows[first : first + 200]
            )
            yield f"insert into {schema}.{name} ({', '.join(columns)}) values {values}"

    # -------------------------------------------------- the environment

    def prepare(self) -> None:
        """Make the engine's environment, once for each text of its requirements."""
        if self.requirements:
            self.python = environment(self.name, self.requirements)

    @contextmanager
    def session(self, folder: Path) -> Iterator[Worker]:
        """A running engine and a worker on it. Both end with the block, even after Ctrl-C or
        SIGTERM.
        """
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(HOME / f"{self.name}.lock"):  # pytest's workers share the environments
            self.prepare()
        worker = None
        here = threading.current_thread() is threading.main_thread()
        before = (
            signal.signal(signal.SIGTERM, signal.default_int_handler) if here else None
        )  # as Ctrl-C
        try:
            self.start()
            worker = Worker(self)
            yield worker
        finally:
            if worker:
                worker.close()
            self.stop()
            if here:
                signal.signal(signal.SIGTERM, before)


class Worker:
    """worker.py in the engine's own environment; one request at a time."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.log = engine.folder / "worker.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(engine.python), str(Path(__file__).with_name("worker.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=engine.folder,
                env=os.environ
                | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONUTF8": "1"}
                | engine.environment(),
                text=True,
                encoding="utf-8",
                start_new_session=True,
                preexec_fn=ends_with_us(signal.SIGKILL),
            )

    def ask(self, **request: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise RuntimeError(
                f"the worker of {self.engine.name} is gone; its last words:\n"
                + self.log.read_text(encoding="utf-8", errors="replace")[-4000:]
            )
        answer = json.loads(line)
        if "error" in answer:
            raise DbtFailed(answer["error"])
        return answer["answer"]

    def open(self, folder: Path, schema: str) -> None:
        """Make a dbt project of `folder` and use it from now on. Call this again after its models
        changed. The folder already has models and metadata; this adds the rest.
        """
        put(
            folder,
            "dbt_project.yml",
            {
                "name": "under_test",
                "version": "1.0.0",
                "profile": "under_test",
                "flags": {"send_anonymous_usage_stats": False},
                "vars": self.engine.vars,
                "dispatch": [
                    {
                        "macro_namespace": "ozmeta_runtime",
                        "search_order": ["under_test", "ozmeta_runtime"],
                    }
                ],
            },
        )
        put(
            folder,
            "profiles.yml",
            {
                "under_test": {
                    "target": self.engine.name,
                    "outputs": {self.engine.name: self.engine.profile(schema)},
                }
            },
        )
        put(folder, "packages.yml", {"packages": [{"local": str(PACKAGE)}]})
        put(folder, "macros/engine_operations.sql", OPERATIONS)
        overrides = [
            f"{{% macro {macro} -%}}{body}{{%- endmacro %}}"
            for macro, body in self.engine.overrides.items()
        ]
        put(folder, "macros/engine_overrides.sql", "\n".join(overrides))
        link = folder / "dbt_packages/ozmeta_runtime"
        link.parent.mkdir(exist_ok=True)
        if not link.exists():  # what `dbt deps` does for a local package
            link.symlink_to(PACKAGE, target_is_directory=True)
        self.ask(open=str(folder))

    def dbt(self, *args: str, as_of: str) -> None:
        self.ask(dbt=list(args), vars={"ozmeta_as_of": as_of})

    def execute(self, statements: Iterable[str]) -> None:
        """Run the test's own statements, a few per call, because they are an argument of dbt."""
        statements = list(statements)
        while statements:
            batch, size = [], 0
            while statements and (not batch or size + len(statements[0]) < 2_000_000):
                size += len(statements[0])
                batch.append(statements.pop(0))
            self.ask(operation="engine_execute", args={"statements": json.dumps(batch)})

    def tables(self) -> dict[str, list[dict[str, str | None]]]:
        """{model: rows} of all tables, with column names in lower case and values as text, in no
        order.
        """
        found = self.ask(operation="engine_tables", args={})
        return {
            model: [{name.lower(): value for name, value in row.items()} for row in rows]
            for model, rows in found.items()
        }

    def explained(self, binding: str, object_id: str) -> dict[str, list[dict[str, str | None]]]:
        """What `ozmeta-dbt explain` asks of the warehouse, {model: rows}."""
        return self.ask(operation="explain_facts", args={"binding": binding, "object": object_id})

    def reported(self) -> dict[str, list[dict[str, Any]]]:
        """What `ozmeta-dbt report` asks of the warehouse, {binding and figure: rows}."""
        answer = self.ask(operation="report_facts", args={"since": "2020-01-01"})
        return {
            f"{binding} {name}": figure.rows
            for binding, found in answer.items()
            for name, figure in read(found).items()
        }

    def rows(self, sql: str) -> list[list[str]]:
        return self.ask(operation="engine_rows", args={"sql": sql})

    def close(self) -> None:
        if self.process.stdin:
            with suppress(BrokenPipeError):  # it was killed
                self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


# ---------------------------------------------------------------- for the engines' own modules


def payload_of(value: str) -> str:
    """The payload in which the scenario `payloads` puts a JSON value under the field that rules
    read.
    """
    return ' {"object" : {"A":' + value + ' }, "transition": {"code": ' + value + "}}"


@contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """Hold a lock that all processes on this machine share, and wait for it if it is taken."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment(name: str, requirements: str, *alone: str) -> Path:
    """The interpreter of a virtual environment with the requirements in the file. It is made again
    when the file's text changes.

    alone: packages to install afterwards, without their dependencies
    """
    file = Path(__file__).parent / requirements
    folder = HOME / name
    ready = folder / "ready"
    wanted = hashlib.sha256(file.read_bytes() + " ".join(alone).encode()).hexdigest()
    if not ready.is_file() or ready.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(folder)])
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet"]
        pip.append("--disable-pip-version-check")
        run([*pip, "-r", str(file)])
        if alone:
            run([*pip, "--no-deps", *alone])
        ready.write_text(wanted)
    return folder / "bin/python"


def put(folder: Path, name: str, document: Any) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        document if isinstance(document, str) else yaml.safe_dump(document, sort_keys=False),
        encoding="utf-8",
    )


def run(command: list[str], **options: Any) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options
    )
    if done.returncode:
        raise NotRun(
            f"`{' '.join(command[:4])} …` failed: {(done.stderr or done.stdout).strip()[-1500:]}"
        )
    return done.stdout


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ends_with_us(how: signal.Signals) -> Callable[[], None] | None:
    """For a child between fork and exec: Linux sends it this signal when its parent ends, however
    it ends.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, int(how))  # PR_SET_PDEATHSIG


class Server:
    """A server process in its own session, so that Ctrl-C at the terminal reaches the tests, and
    they stop the server. It is ready when its port answers.
    """

    def __init__(
        self,
        command: list[str],
        log: Path,
        port: int,
        env: dict[str, str] | None = None,
        seconds: float = 60,
        how: signal.Signals = signal.SIGTERM,
        **options: Any,
    ):
        self.log, self.how = log, how
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=env,
                start_new_session=True,
                preexec_fn=ends_with_us(how),
                **options,
            )
        waited = threading.Event()
        for _ in range(int(seconds * 10)):
            if self.process.poll() is not None:
                break
            with socket.socket() as s:
                s.settimeout(1)
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    return
            waited.wait(0.1)
        self.stop()
        raise NotRun(
            f"`{Path(command[0]).name}` did not come up:"
            f" {log.read_text(errors='replace').strip()[-1500:]}"
        )

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(self.how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
