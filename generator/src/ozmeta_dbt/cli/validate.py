"""Check the metadata without writing anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ozmeta_dbt import schema as json_schema
from ozmeta_dbt.cli.console import ProjectDir, SnapshotFile, explain_nothing, load, out, show
from ozmeta_dbt.problems import InvalidMetadata, Problems
from ozmeta_dbt.project import Project, read_snapshot
from ozmeta_dbt.words import counted


def validate(
    snapshot: SnapshotFile = None,
    schema: Annotated[
        Path | None,
        typer.Option(
            help="With --snapshot: another JSON schema to check against than the one of OZMetaDB."
        ),
    ] = None,
    project_dir: ProjectDir = Path(),
) -> None:
    """Check ozmeta.yml and the metadata without writing anything. With --snapshot, check that file
    against the JSON schema of snapshots, and then its rules. No ozmeta.yml is read then.
    """
    if schema is not None and snapshot is None:
        raise typer.BadParameter("needs --snapshot", param_hint="--schema")
    project = load(project_dir) if snapshot is None else checked(snapshot, schema)
    for plan in project.plans:
        binding = plan.binding
        out.print(
            f"[bold]{escape(binding.object_type)}[/]:"
            f" {counted(len(binding.workflow.states), 'state')},"
            f" {counted(len(binding.workflow.transitions), 'transition')},"
            f" {counted(len(binding.slas), 'SLA')}; models"
            f" {binding.name}_{', '.join(plan.built)}"
        )
    for history in project.histories:
        models = ", ".join(part.model for part in history.parts)
        out.print(
            f"[bold]{escape(history.name)}[/]: the history of {escape(history.object_type)};"
            f" models {models}"
        )
    out.print(
        "[green]the metadata is valid[/]"
        if project.plans
        else "[yellow]the metadata is valid, and has no binding to generate[/]"
    )
    if not project.plans:
        explain_nothing(project)


def checked(snapshot: Path, schema: Path | None) -> Project:
    problems = Problems()
    json_schema.check(snapshot, schema, problems)
    if problems.errors:
        raise InvalidMetadata(problems)
    project = read_snapshot(snapshot, None, {}, problems)
    show(problems)
    return project
