"""The demo's dbt project: its files, its journal, and runs of dbt in this process."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ozmeta_dbt.config import CANONICAL_COLUMNS
from ozmeta_dbt.demo.events import END, Row
from ozmeta_dbt.demo.metadata import snapshot
from ozmeta_dbt.demo.questions import QUESTIONS
from ozmeta_dbt.problems import DbtFailed, FileProblem

MARKER = ".ozmeta_demo"
DATABASE = "warehouse.duckdb"
EVENTS_FILE = "journal/events.csv"
COLUMN_TYPES = dict.fromkeys(CANONICAL_COLUMNS, "varchar") | {
    "EJ_EventTimeUTC": "timestamp",
    "EJ_Sequence": "bigint",
    "_SyncDate": "timestamp",
}

DBT_PROJECT = f"""\
name: ozmeta_demo
version: 1.0.0
profile: ozmeta_demo
flags: {{send_anonymous_usage_stats: false}}
# The demo's events end here, so its clock stands here. Without this variable, as_of is the time of
# the run.
vars: {{ozmeta_as_of: "{END:%Y-%m-%dT%H:%M:%S}"}}
"""
PROFILES = f"""\
ozmeta_demo:
  target: duckdb
  outputs:
    duckdb:
      type: duckdb
      path: {DATABASE}
      threads: 2
      plugins: [{{module: ozmeta_dbt.duckdb_lock}}]
"""
OZMETA = """\
version: 1
metadb: {snapshot: metadb/snapshot.json}
output: models/ozmeta
journal:
  source: {name: ops, schema: raw, table: event_journal}
calendars:
  BerlinDesk:
    time_zone: Europe/Berlin
    hours: {mon-thu: "08:00-18:00", fri: "08:00-16:00"}
    holidays: [{country: DE, subdivision: BE}]
    valid: {from: 2025-12-01, until: 2027-12-31}
  NewYorkDesk:
    time_zone: America/New_York
    hours: {mon-fri: "09:00-17:00"}
    holidays: [{country: US, subdivision: NY}]
    valid: {from: 2025-12-01, until: 2027-12-31}
bindings:
  Case:
    # Only the open hours of the team's desk count.
    calendar: {ref: object.Team, cases: {New York: NewYorkDesk}, default: BerlinDesk}
    report_fields: [Priority, Team]
    slas:
      FirstResponse:
        # Cases from before the new contract are judged by the old one.
        versions:
          - {name: old contract, target: 240, warn: 180}
          - {name: new contract, from: 2026-02-01, target: 120, warn: 90}
      Resolve:
        # The clock stands still while the customer is asked.
        pauseWhen: {op: eq, args: [{ref: state.current}, {lit: WaitingCustomer}]}
        # A priority that changes changes the target. A Low case has the target in the metadata.
        targets:
          - when: {op: eq, args: [{ref: object.Priority}, {lit: Critical}]}
            target: 240
            warn: 180
          - when: {op: eq, args: [{ref: object.Priority}, {lit: High}]}
            target: 480
            warn: 360
          - when: {op: eq, args: [{ref: object.Priority}, {lit: Normal}]}
            target: 2400
            warn: 1800
        onTargetChange: retarget
      State.WaitingCustomer: {calendar: none}  # customers have no opening hours
  # Vans change tickets offline. A change to an outdated version is refused.
  Ticket: {conflict_policy: first_writer_wins}
"""
README = """\
# The ozmeta_runtime demo

`ozmeta-dbt demo` made this folder. It deletes the folder and makes it again when you run it again.

- `metadb/snapshot.json`: the metadata, as MetaDB exports it. It has the workflows, SLAs,
  escalation ladders and an approval flow of Case, Invoice and Ticket.
- `ozmeta.yml`: what `ozmeta-dbt generate` reads. It has the calendars of two desks, and the
  options of the SLAs of Case.
- `models/ozmeta/`: what it wrote. Each table has a short model with descriptions and tests.
- `journal/events.csv`: all 60 days of events. The events that have arrived are in
  `raw.event_journal` of `warehouse.duckdb`.
- `journal/station-7.duckdb`: the journal of a van without a network. `station-7.ndjson` is its
  export, which was replayed into `raw.event_journal` when the van came home.
- `analyses/`: the questions that the demo asked, as SQL for DuckDB.

Run dbt in this folder, because `profiles.yml` names the database relative to it. The clock is set
to the end of the demo (`vars` in `dbt_project.yml`). To see SLA timers move with time alone:

    dbt run --vars '{ozmeta_as_of: 2026-03-04}'

The clock never goes back. After that, pass the same or a later instant, or compute everything
again with `--full-refresh`.
"""


def clear(folder: Path) -> None:
    """Make the folder again, but only if it is empty or contains an earlier demo."""
    try:
        if folder.is_dir() and any(folder.iterdir()):
            if not (folder / MARKER).is_file():
                raise FileProblem(f"{folder} is not empty and no earlier demo: name another folder")
            for path in [path for path in folder.iterdir() if path.name != MARKER]:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_text(
            "`ozmeta-dbt demo` may delete and remake this folder.\n", encoding="utf-8"
        )
    except OSError as error:
        raise FileProblem(f"{folder} can't be made: {error}") from None


def write_project(folder: Path, package: Path) -> None:
    """Make the folder again with a dbt project in it, but without the generated models."""
    if not (package / "dbt_project.yml").is_file():
        raise FileProblem(
            f"there is no dbt package in {package}: give --package the folder of a checkout of"
            " ozmeta_runtime"
        )
    try:
        local = Path(os.path.relpath(package.resolve(), folder.resolve())).as_posix()
    except ValueError:  # Windows: no relative path leads to another drive
        raise FileProblem(
            f"{folder} and {package} are on different drives: put the demo on the package's"
        ) from None
    clear(folder)
    files = {
        ".gitignore": "*\n",
        "dbt_project.yml": DBT_PROJECT,
        "profiles.yml": PROFILES,
        "packages.yml": f"packages:\n  - local: {json.dumps(local)}\n",
        "ozmeta.yml": OZMETA,
        "README.md": README,
        "metadb/snapshot.json": json.dumps(snapshot(), indent=1) + "\n",
    } | {f"analyses/{question.name}.sql": question.text for question in QUESTIONS}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in the folder, because a relative path in profiles.yml starts where dbt is run."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)


def dbt(folder: Path, *args: str, as_of: dt.datetime | None = None) -> None:
    """Run dbt in this process, quietly. Raises DbtFailed with dbt's messages."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    command = [*args, "--quiet", "--no-use-colors"]
    command += ["--vars", json.dumps({"ozmeta_as_of": as_of.isoformat()})] if as_of else []
    try:
        with inside(folder):
            result = dbtRunner().invoke(command)
    finally:
        # else the file stays open, and a replay could not write to it
        DuckDBConnectionManager.close_all_connections()
    if not result.success:
        nodes: Any = result.result or []
        said = [
            f"{r.node.name}: {r.message}"
            for r in nodes
            if r.status not in ("success", "pass", "skipped")
        ]
        raise DbtFailed(f"dbt {args[0]} failed: " + ("; ".join(said) or str(result.exception)))


# ---------------------------------------------------------------- the journal


def write_journal(folder: Path, rows: list[Row]) -> None:
    """All events as a file, from which days are loaded, and an empty raw.event_journal."""
    path = folder / EVENTS_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, CANONICAL_COLUMNS)
        out.writeheader()
        out.writerows(rows)
    create_journal(folder / DATABASE)


def create_journal(database: Path) -> None:
    import duckdb

    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists raw")
        columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMN_TYPES.items())
        connection.execute(f"create or replace table raw.event_journal ({columns})")


def put_rows(database: Path, rows: list[Row]) -> None:
    import duckdb

    with duckdb.connect(str(database)) as connection:
        connection.executemany(
            f"insert into raw.event_journal values ({', '.join('?' * len(CANONICAL_COLUMNS))})",
            [[row[column] for column in CANONICAL_COLUMNS] for row in rows],
        )


def load_journal(folder: Path, until: dt.datetime) -> int:
    """Append the rows that arrived before `until` and that the journal does not have. Returns their
    number.
    """
    with connect(folder) as connection:
        read = (
            connection.execute("select max(_SyncDate) from raw.event_journal").fetchone()[0]
            or dt.datetime.min
        )
        events = (
            "read_csv(?, header = true, auto_detect = false, quote = '\"', escape = '\"', columns"
            f" = {COLUMN_TYPES})"
        )
        query = (
            f"insert into raw.event_journal select * from {events} where _SyncDate > ? and"
            " _SyncDate < ?"
        )
        result = connection.execute(query, [str(folder / EVENTS_FILE), read, until])
        return int(result.fetchone()[0])


def connect(folder: Path) -> Any:
    import duckdb

    return duckdb.connect(str(folder / DATABASE))
