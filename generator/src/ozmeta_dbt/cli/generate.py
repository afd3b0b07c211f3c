"""Write the models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.syntax import Syntax

from ozmeta_dbt.bindings import renames
from ozmeta_dbt.cli.console import ProjectDir, err, load, out
from ozmeta_dbt.models import leftovers, writer
from ozmeta_dbt.problems import Changed, FileProblem
from ozmeta_dbt.words import counted


def generate(
    project_dir: ProjectDir = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 5 if anything would change.")
    ] = False,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff",
            help=(
                "Write nothing; show what would change. With --check, also exit with 5 if anything"
                " would."
            ),
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help=(
                "Overwrite files that were edited by hand; with --check or --diff, nothing is"
                " written."
            ),
        ),
    ] = False,
) -> None:
    """Write the dbt models of every runtime binding. With --check or --diff, only show what would
    change.
    """
    project = load(project_dir)
    config, bindings = project.config, project.bindings
    plan = writer.plan(project_dir / config.output, project.files, renames.names_of(bindings))
    for note in leftovers.left_behind(plan):
        err.print(f"[dim]note[/]    {escape(note)}")
    if diff and plan.changes:
        text = writer.diff(plan)
        (
            out.print(Syntax(text, "diff", background_color="default"))
            if out.is_terminal
            else print(text, end="")
        )
    if check or diff:
        for name in sorted([*plan.write, *plan.remove]) if check else plan.edited:
            edited = (
                ", which was edited by hand"
                + ("" if force else ": generate refuses to, without --force")
                if name in plan.edited
                else ""
            )
            err.print(
                f"would {'remove' if name in plan.remove else 'write'}"
                f" {escape(config.output)}/{escape(name)}{edited}"
            )
        if not plan.changes:
            out.print("[green]all models are up to date[/]")
        elif check:
            raise Changed
        return
    if plan.edited and not force:
        raise FileProblem(
            "edited by hand since they were generated: "
            + ", ".join(f"{config.output}/{name}" for name in plan.edited)
            + ". Nothing was written. Look with --diff, then generate with --force, or move what"
            " you need elsewhere."
        )
    writer.apply(plan)
    out.print(
        f"{counted(len(bindings), 'binding')}: {counted(len(plan.write), 'file')} written,"
        f" {len(plan.remove)} removed, {len(plan.unchanged)} unchanged in {escape(config.output)}"
    )
