"""`ozmeta-dbt demo`: three entities, 60 days of events, a first load, daily refreshes, and the
questions that you can then ask.
"""

from __future__ import annotations

import datetime as dt
import shlex
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ozmeta_dbt.demo.events import DAYS, END, VAN, journals
from ozmeta_dbt.demo.project import connect, dbt, inside, load_journal, write_journal, write_project
from ozmeta_dbt.demo.questions import QUESTIONS
from ozmeta_dbt.problems import FileProblem
from ozmeta_dbt.project import write_models

__all__ = ["load_journal", "run_demo", "write_journal", "write_project"]

ROWS_SHOWN = 10


def run_demo(folder: Path, package: Path, events: int, refreshes: int, out: Console) -> None:
    """Make the demo in `folder` with the dbt package in `package`. Raises FileProblem or DbtFailed,
    which the command reports.
    """
    try:
        import dbt.adapters.duckdb
        import dbt.cli.main  # noqa: F401
        import duckdb_engine  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ImportError:
        raise FileProblem(
            "the demo runs dbt on DuckDB, and replays a journal with SQLAlchemy, which are not all"
            " installed: pip install 'ozmeta-dbt[demo]'"
        ) from None
    write_project(folder, package)
    out.print(
        f"[bold]The demo project is {escape(str(folder))}[/]: Case, Invoice and Ticket, with {DAYS}"
        " days of events from three tenants.\n"
    )
    run_warehouse(folder, events, refreshes, out)
    show_answers(folder, out)
    show_report(folder, out)
    show_next(folder, out)


def show_report(folder: Path, out: Console) -> None:
    """Write the report, and print its path."""
    from ozmeta_dbt.operations.dbt import Dbt
    from ozmeta_dbt.report.make import Choice, make, write

    path = folder / "target" / "ozmeta_report.html"
    with inside(folder):
        reports = make(Dbt(Path(), Path()), Choice())
    size = write(reports, path, "html", "Service levels of the demo", None)
    out.print(
        f"\n[bold]The report is {escape(str(path))}[/] ({size / 1_000_000:.1f} MB). Open it in a"
        " browser: it shows what is late and due, how targets were met, how work flows, what is"
        " likely to be missed, and how reliable the numbers are."
    )


def run_warehouse(folder: Path, events: int, refreshes: int, out: Console) -> None:
    """The first load, then one refresh per day. Each appends the rows that arrived, and updates the
    tables as of that midnight.
    """
    from ozmeta_dbt.demo.station import bring_home

    def journal() -> str:
        write_journal(folder, rows)
        return f"{len(rows):,} events written to journal/events.csv"

    def models() -> str:
        bindings, files = write_models(folder)
        return f"ozmeta-dbt generate: {bindings} bindings, {files} files in models/ozmeta"

    def signal_types() -> str:
        dbt(folder, "deps")
        dbt(folder, "seed")
        return "dbt deps and dbt seed: the package's signal types"

    def refresh() -> str:
        told = f"{doing}: {load_journal(folder, midnight):,} new events"
        if midnight == END and van:
            told += (
                f", and {bring_home(folder, van, END).appended} that van {VAN} brought home: its"
                " own journal, replayed"
            )
        dbt(folder, "run", as_of=midnight)
        return told

    rows, van = journals(events)
    step(out, "making events", journal)
    step(out, "generating models", models)
    step(out, "loading signal types", signal_types)
    for days_left in range(refreshes, -1, -1):
        midnight = END - dt.timedelta(days=days_left)
        doing = f"dbt run as of {midnight:%Y-%m-%d}" + (
            ", the first load" if days_left == refreshes else ""
        )
        step(out, doing, refresh)


def step(out: Console, doing: str, work: Callable[[], str]) -> None:
    """Print what is being done, then one line with what was done and how long it took."""
    begun = time.perf_counter()
    with out.status(f"{doing} …"):
        done = work()
    out.print(f"[green]✓[/] {time.perf_counter() - begun:5.1f} s  {done}")


def show_answers(folder: Path, out: Console) -> None:
    with connect(folder) as connection:
        for question in QUESTIONS:
            cursor = connection.execute(question.text)
            names, rows = [column[0] for column in cursor.description], cursor.fetchall()
            table = Table(
                title=question.title,
                title_justify="left",
                title_style="bold",
                header_style="underline",
                box=None,
                padding=(0, 2, 0, 0),
            )
            for place, name in enumerate(names):
                table.add_column(
                    name,
                    justify="right" if rows and isinstance(rows[0][place], int) else "left",
                    overflow="fold",
                )
            for row in rows[:ROWS_SHOWN]:
                table.add_row(*("" if value is None else escape(str(value)) for value in row))
            out.print()
            out.print(table, soft_wrap=False)
            more = (
                f" {len(rows)} rows, the first {ROWS_SHOWN} are shown."
                if len(rows) > ROWS_SHOWN
                else ""
            )
            out.print(f"{escape(question.answers)}[dim]{more} analyses/{question.name}.sql[/]")


def show_next(folder: Path, out: Console) -> None:
    """Commands as they can be pasted into a shell."""
    place = shlex.quote(str(folder.resolve()))
    on_then = f"{tool('dbt')} run --vars '{{ozmeta_as_of: {END + dt.timedelta(days=2):%Y-%m-%d}}}'"
    commands = (
        (f"cd {place}", "run the commands below in this folder"),
        (
            f"{tool('dbt')} show --select late_now --limit 20",
            "answers one of the questions in analyses/ again",
        ),
        (
            f"{tool('ozmeta-dbt')} explain case {late_case(folder)}",
            "shows its events in order, what each one did, and when its SLAs were breached",
        ),
        (
            f"{tool('ozmeta-dbt')} verify --sample 0.2",
            "rebuilds a fifth of all objects from the journal and compares them",
        ),
        (
            f"{tool('ozmeta-dbt')} report --open",
            "writes the report again, and opens it in the browser",
        ),
        (f"{tool('dbt')} test", "runs the tests that were generated with the models"),
        (
            on_then,
            "moves the clock by two days: timers breach, and escalations reach higher levels",
        ),
        (
            f"{tool('ozmeta-dbt')} generate --diff",
            (
                "shows what a change to metadb/snapshot.json changes in the models, such as"
                " another targetMinutes"
            ),
        ),
    )
    out.print("\n[bold]What to try next[/]")
    for command, why in commands:
        out.print(f"  {escape(command)}\n      [dim]{why}[/]")


def late_case(folder: Path) -> str:
    """The case with the worst escalation: its id and tenant as arguments."""
    with connect(folder) as connection:
        query = (
            "select ST_ObjectID, _TenantID from case_sla_cycle where _DeleteDate is null order by"
            " ST_EscalationLevel desc, ST_PausedSeconds desc, _Key limit 1"
        )
        found = connection.execute(query).fetchone()
    return f"{shlex.quote(found[0])} --tenant {shlex.quote(found[1])}" if found else "<id>"


def tool(name: str) -> str:
    """The command's name, or its full path if the shell would not find it."""
    beside = Path(sys.executable).with_name(name)
    return name if shutil.which(name) or not beside.exists() else shlex.quote(str(beside))
