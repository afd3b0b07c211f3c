"""Write the models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.syntax import Syntax

from ozmeta_dbt.calendars.sources import changed_versions, versions_of
from ozmeta_dbt.cli.console import ProjectDir, SnapshotFile, err, explain_nothing, load, out, show
from ozmeta_dbt.config import FILE_NAME
from ozmeta_dbt.models import leftovers, manifest, writer
from ozmeta_dbt.problems import Changed, FileProblem, Problems
from ozmeta_dbt.project import JOURNAL, Project, read_snapshot
from ozmeta_dbt.words import counted


def generate(
    snapshot: SnapshotFile = None,
    folder: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="With --snapshot: the folder to write."),
    ] = None,
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
    journal_source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="With --snapshot: the dbt source of the journal, default ops."
        ),
    ] = None,
    journal_schema: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --snapshot: the journal's schema, default raw."),
    ] = None,
    journal_table: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="With --snapshot: the journal's table, default event_journal."
        ),
    ] = None,
    journal_database: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --snapshot: the journal's database.")
    ] = None,
    journal_ref: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="With --snapshot: the dbt model or seed that is the journal, instead of a source.",
        ),
    ] = None,
    journal_column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=COLUMN",
            help="With --snapshot: a column of the journal that has another name, EJ_ID=event_id;"
            " `_SyncDate=` if it does not exist. You can repeat the option.",
        ),
    ] = None,
    journal_stream: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="With --snapshot: EJ_SourceSystem (the default), or none if all writers of an"
            " object share one counter.",
        ),
    ] = None,
    lookback_minutes: Annotated[
        int | None,
        typer.Option(
            help="With --snapshot: how late a row may appear behind the newest _SyncDate that was"
            " read, default 60."
        ),
    ] = None,
    project_dir: ProjectDir = Path(),
) -> None:
    """Write the dbt models of every runtime binding. With --check or --diff, only show what would
    change. With --snapshot and --out, write them for that snapshot, without an ozmeta.yml.
    """
    given = {
        "name": journal_source,
        "schema": journal_schema,
        "table": journal_table,
        "database": journal_database,
        "ref": journal_ref,
        "columns": journal_column,
        "stream": journal_stream,
        "lookback_minutes": lookback_minutes,
    }
    journal = {key: value for key, value in given.items() if value is not None}
    if (snapshot is None) != (folder is None):
        raise typer.BadParameter("give both, or neither", param_hint="--snapshot and --out")
    if snapshot is None or folder is None:
        if journal:
            raise typer.BadParameter(
                f"goes with --snapshot; without it, {FILE_NAME} describes the journal",
                param_hint="--journal-...",
            )
        project = load(project_dir)
        label = project.config.output
    else:
        problems = Problems()
        choices = {"journal": journal_of(journal)}
        project = read_snapshot(snapshot, folder, choices, problems)
        show(problems)
        label = folder.as_posix()
    write(project, label, check, diff, force)


def journal_of(given: dict[str, Any]) -> dict[str, Any]:
    """The options as the key `journal` of ozmeta.yml."""
    journal: dict[str, Any] = {
        key: given[key] for key in ("ref", "stream", "lookback_minutes") if key in given
    }
    source = {key: given[key] for key in (*JOURNAL, "database") if key in given}
    if "ref" not in given:
        journal["source"] = JOURNAL | source
    elif source:
        raise typer.BadParameter(
            "a model has no source, schema, table or database", param_hint="--journal-ref"
        )
    columns = {}
    for text in given.get("columns", []):
        name, equals, column = text.partition("=")
        if not equals:
            raise typer.BadParameter(
                f"expected NAME=COLUMN, not {text!r}", param_hint="--journal-column"
            )
        columns[name] = column or None
    return journal | ({"columns": columns} if columns else {})


def write(project: Project, label: str, check: bool, diff: bool, force: bool) -> None:
    """Carry out a generation, or show it. label: what messages call the output folder"""
    plan = project.to_write()
    before = manifest.read_versions(plan.folder)
    if why := changed_versions(before, versions_of(project.calendars)):
        err.print(f"[dim]note[/]    {escape(why)}")
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
                f" {escape(label)}/{escape(name)}{edited}"
            )
        if not plan.changes:
            out.print("[green]all models are up to date[/]")
        elif check:
            raise Changed
        return
    if plan.edited and not force:
        raise FileProblem(
            "edited by hand since they were generated: "
            + ", ".join(f"{label}/{name}" for name in plan.edited)
            + ". Nothing was written. Look with --diff, then generate with --force, or move what"
            " you need elsewhere."
        )
    writer.apply(plan)
    out.print(
        f"{counted(len(project.bindings), 'binding')}: {counted(len(plan.write), 'file')} written,"
        f" {len(plan.remove)} removed, {len(plan.unchanged)} unchanged in {escape(label)}"
    )
    if not project.plans:
        explain_nothing(project)
