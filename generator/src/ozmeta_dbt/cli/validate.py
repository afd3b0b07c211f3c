"""Check the metadata without writing anything."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape

from ozmeta_dbt.cli.console import ProjectDir, load, out
from ozmeta_dbt.words import counted


def validate(project_dir: ProjectDir = Path()) -> None:
    """Check ozmeta.yml and the metadata without writing anything."""
    plans = load(project_dir).plans
    for plan in plans:
        binding = plan.binding
        out.print(
            f"[bold]{escape(binding.object_type)}[/]:"
            f" {counted(len(binding.workflow.states), 'state')},"
            f" {counted(len(binding.workflow.transitions), 'transition')},"
            f" {counted(len(binding.slas), 'SLA')}; models"
            f" {binding.name}_{', '.join(plan.built)}"
        )
    out.print(
        "[green]the metadata is valid[/]"
        if plans
        else "[yellow]the metadata is valid, and has no binding to generate[/]"
    )
