"""Write the metadata as a snapshot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ozmeta_dbt.cli.console import ProjectDir, load, out, show
from ozmeta_dbt.config import FILE_NAME, Provided, Provider
from ozmeta_dbt.metadb import snapshot
from ozmeta_dbt.metadb.readers import read_metadb
from ozmeta_dbt.metadb.use import MetaRows
from ozmeta_dbt.models import writer
from ozmeta_dbt.models.manifest import read_bytes
from ozmeta_dbt.problems import Changed, FileProblem, Problems
from ozmeta_dbt.words import counted


def export(
    path: Annotated[
        Path | None, typer.Argument(help="The snapshot to write, such as metadb/snapshot.json.")
    ] = None,
    project_dir: ProjectDir = Path(),
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; exit with 5 if the snapshot would change."),
    ] = False,
    provider: Annotated[
        Provider | None,
        typer.Option(help="Read MetaDB's database on this system. No ozmeta.yml is read then."),
    ] = None,
    connection_env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="With --provider: the environment variable that holds the connection: a URL, a"
            " connection string, or the path of a DuckDB or SQLite file.",
        ),
    ] = None,
    project_id: Annotated[
        str | None, typer.Option(metavar="UUID", help="With --provider: the PJ_ID of the project.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="The snapshot to write. Give either PATH or --out."
        ),
    ] = None,
) -> None:
    """Write the metadata that ozmeta.yml names as one snapshot or, with --provider, the metadata of
    a project in MetaDB's database. The same metadata gives the same bytes.
    """
    if (path is None) == (file is None):
        raise typer.BadParameter("give one of them", param_hint="PATH and --out")
    target = file or path
    assert target is not None
    options = {"--connection-env": connection_env, "--project-id": project_id}
    if provider is None:
        for name, value in options.items():
            if value is not None:
                raise typer.BadParameter("needs --provider", param_hint=name)
        rows = rows_of_project(project_dir, target)
    else:
        for name, value in options.items():
            if not value:
                raise typer.BadParameter("--provider needs it", param_hint=name)
        rows = rows_of_database(provider, connection_env, project_id)
    write(target, rows, check)


def rows_of_project(project_dir: Path, path: Path) -> MetaRows:
    project = load(project_dir)
    given = project.config.metadb.snapshot
    source = project_dir / given if given else None
    if source and os.path.realpath(path) == os.path.realpath(source):
        raise FileProblem(
            f"{path} is what metadb.snapshot in {FILE_NAME} reads; an export holds what the"
            " generator needs of it, so give it another name"
        )
    return project.rows


def rows_of_database(provider: str, connection_env: str | None, project_id: str | None) -> MetaRows:
    problems = Problems()
    metadb = Provided.model_validate(
        {"url_env": connection_env, "provider": provider, "project_id": project_id}
    )
    rows = read_metadb(Path(), metadb, problems)
    show(problems)
    return rows


def write(path: Path, rows: MetaRows, check: bool) -> None:
    text = snapshot.snapshot_text(rows)
    same = read_bytes(path) == text.encode()
    if check:
        out.print(
            f"[green]{escape(str(path))} is up to date[/]"
            if same
            else f"would write {escape(str(path))}"
        )
        if not same:
            raise Changed
        return
    if not same:
        writer.apply(writer.Plan(path.parent, write={path.name: text}))
    out.print(
        f"{escape(str(path))} {'is unchanged' if same else 'written'}:"
        f" {counted(sum(map(len, rows.rows.values())), 'row')} of"
        f" {counted(sum(map(bool, rows.rows.values())), 'table')}"
    )
