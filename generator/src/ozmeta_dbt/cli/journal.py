"""Export and replay a station's journal."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer
from rich.markup import escape

from ozmeta_dbt.cli.console import ProjectDir, err, out
from ozmeta_dbt.config import load_config
from ozmeta_dbt.instants import instant
from ozmeta_dbt.problems import DatabaseProblem
from ozmeta_dbt.user_project.declarations import with_schemas
from ozmeta_dbt.words import counted

app = typer.Typer(
    no_args_is_help=True,
    help="Export a station's journal to a file, and replay the file into the center's journal.",
)

UrlEnv = Annotated[
    str,
    typer.Option(
        "--url-env",
        metavar="NAME",
        help="The environment variable that holds the SQLAlchemy URL of the journal's database.",
    ),
]
SourceName = Annotated[
    str | None,
    typer.Option("--source", help="Which of several journals, as name.table of ozmeta.yml."),
]


def journals() -> ModuleType:
    """The module that reads and writes journals. It needs SQLAlchemy, which is an extra."""
    try:
        from ozmeta_dbt.operations import journal
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise DatabaseProblem(
            "to read or write a journal, SQLAlchemy is needed: pip install 'ozmeta-dbt[database]',"
            " or 'ozmeta-dbt[mssql]' for SQL Server"
        ) from None
    return journal


@app.command("export")
def journal_export(
    path: Annotated[Path, typer.Argument(help="The file to write: station-7.ndjson.")],
    url_env: UrlEnv,
    since: Annotated[
        str | None,
        typer.Option(
            help=(
                "Only rows that reached this journal at or after that instant, UTC:"
                " 2026-03-01T12:00:00."
            )
        ),
    ] = None,
    source: SourceName = None,
    project_dir: ProjectDir = Path(),
) -> None:
    """Write a journal to a file with one row per line. The same rows give the same bytes."""
    journal, config = journals(), with_schemas(project_dir, load_config(project_dir))
    moment = instant(since) if since is not None else None
    if since is not None and moment is None:
        raise typer.BadParameter(
            "expected an instant such as 2026-03-01T12:00:00", param_hint="--since"
        )
    rows, last = journal.export(path, journal.Place.of(config, source), url_env, moment)
    out.print(
        f"{escape(str(path))}: {counted(rows, 'row')}" + (f", the last of {last}" if last else "")
    )


@app.command("replay")
def journal_replay(
    path: Annotated[Path, typer.Argument(help="The file that `journal export` wrote.")],
    url_env: UrlEnv,
    source: SourceName = None,
    project_dir: ProjectDir = Path(),
) -> None:
    """Append the rows of a file that a journal does not have yet, all of them or none."""
    journal, config = journals(), with_schemas(project_dir, load_config(project_dir))
    done = journal.replay(path, journal.Place.of(config, source), url_env)
    out.print(
        escape(
            f"{path}: {counted(done.rows, 'row')}, {done.appended} appended, {done.there} were"
            " there"
        )
    )
    if done.clashes:
        more = (
            f" and {done.clashes - len(done.clashing)} more"
            if done.clashes > len(done.clashing)
            else ""
        )
        err.print(
            "[yellow]warning[/] "
            + escape(
                f"{done.clashes} of the appended have an EJ_ID that was there with other content"
                f" ({', '.join(done.clashing)}{more}): of one object's, the next run quarantines"
                " them as ConflictingDuplicate"
            )
        )
    if done.left_out:
        err.print(
            "[yellow]warning[/] "
            + escape(f"the journal has no column for {', '.join(sorted(done.left_out))}: left out")
        )
