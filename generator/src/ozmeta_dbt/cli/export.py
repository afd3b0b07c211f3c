"""Write the metadata as a snapshot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ozmeta_dbt.cli.console import ProjectDir, load, out
from ozmeta_dbt.config import FILE_NAME
from ozmeta_dbt.metadb import snapshot
from ozmeta_dbt.models import writer
from ozmeta_dbt.models.manifest import read_bytes
from ozmeta_dbt.problems import Changed, FileProblem
from ozmeta_dbt.words import counted


def export(
    path: Annotated[Path, typer.Argument(help="The snapshot to write: metadb/snapshot.json.")],
    project_dir: ProjectDir = Path(),
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; exit with 5 if the snapshot would change."),
    ] = False,
) -> None:
    """Write the metadata that ozmeta.yml points to as one snapshot. The same metadata gives the
    same bytes.
    """
    project = load(project_dir)
    config, rows = project.config, project.rows
    source = project_dir / config.metadb.snapshot if config.metadb.snapshot else None
    if source and os.path.realpath(path) == os.path.realpath(source):
        raise FileProblem(
            f"{path} is what metadb.snapshot in {FILE_NAME} reads; an export holds what the"
            " generator needs of it, so give it another name"
        )
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
