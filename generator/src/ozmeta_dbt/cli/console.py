"""What the commands share: where they print, dbt's options, and loading a project."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from ozmeta_dbt.models import addition
from ozmeta_dbt.problems import InvalidMetadata, Problems
from ozmeta_dbt.project import Project, read_project
from ozmeta_dbt.words import printable


class Terminal(Console):
    """A console on which no text can move the cursor, change colours or reverse the order of other
    texts, and none is shown as something else: `:bug:` is no emoji. Rich makes a Text of every
    string that is printed, alone or in a table, with this method.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)


WIDE = (
    None if sys.stdout.isatty() or "COLUMNS" in os.environ else 200
)  # in a log, a table needs more than 80 characters
out, err = (
    Terminal(highlight=False, soft_wrap=True, width=WIDE),
    Terminal(stderr=True, highlight=False, soft_wrap=True),
)
ProjectDir = Annotated[
    Path, typer.Option("--project-dir", help="The dbt project. ozmeta.yml is in its root folder.")
]
SnapshotFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Read this snapshot. No ozmeta.yml is read then."),
]
ProfilesDir = Annotated[
    Path | None, typer.Option("--profiles-dir", help="dbt's option, passed on to dbt.")
]
Profile = Annotated[str | None, typer.Option("--profile", help="dbt's option, passed on to dbt.")]
Target = Annotated[
    str | None, typer.Option("--target", "-t", help="dbt's option, passed on to dbt.")
]
Vars = Annotated[
    str | None,
    typer.Option("--vars", help="dbt's option. Pass the variables that your project needs."),
]
Sample = Annotated[
    float,
    typer.Option(
        min=0.000001, max=1, help="Share of the objects to fold again: 0.01 is one in a hundred."
    ),
]
Salt = Annotated[str, typer.Option(help="Another text draws another sample.")]


def show(problems: Problems) -> None:
    """Print warnings and notes. InvalidMetadata if there are errors."""
    for warning in problems.warnings:
        err.print(f"[yellow]warning[/] {escape(str(warning))}")
    for note in problems.notes:
        err.print(f"[dim]note[/]    {escape(printable(note, ''))}")
    if problems.errors:
        raise InvalidMetadata(problems)


def load(folder: Path) -> Project:
    """Read and check everything, and print warnings and notes."""
    problems = Problems()
    project = read_project(folder, problems)
    show(problems)
    return project


def explain_nothing(project: Project) -> None:
    """What was found, why no model comes of it, and the smallest addition that changes that."""
    wanted, metadb = addition.addition(project.rows), project.config.metadb
    title = f" ({project.title})" if project.title else ""
    out.print(escape(f"found in {project.snapshot.path}{title}: {addition.found(project.rows)}"))
    out.print(escape(f"nothing to generate: {wanted.why}"))
    lines = addition.instructions(wanted, metadb.snapshot is not None)
    if not lines:
        return
    out.print("the smallest addition that changes this:")
    for line in lines:
        out.print(escape(f"  {line}"))
    if metadb.snapshot is not None:
        out.print(
            escape(
                f"`ozmeta-dbt init --from-snapshot {metadb.snapshot}` writes a copy of the snapshot"
                " that has it"
            )
        )
