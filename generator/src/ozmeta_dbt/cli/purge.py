"""Remove the objects whose retention is over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from ozmeta_dbt.cli.console import Profile, ProfilesDir, ProjectDir, Target, Vars, out
from ozmeta_dbt.operations.dbt import Dbt, vars_of


def days_of(text: str | None) -> int | None:
    """`--older-than` in days."""
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6})d?", text.strip())
    if not match:
        raise typer.BadParameter(
            f"{text!r} is not a number of days, such as 400d", param_hint="--older-than"
        )
    return int(match[1])


def purge(
    binding: Annotated[
        list[str] | None,
        typer.Option(
            help="Purge only this binding, by name in any spelling. You can repeat the option."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run/--no-dry-run", help="Only show what would go. To purge, give --no-dry-run."
        ),
    ] = True,
    older_than: Annotated[
        str | None,
        typer.Option(
            help="Keep objects at least this long after their last event, such as 400d. It can only"
            " lengthen what MetaDB and ozmeta.yml say. If they say nothing, it alone counts."
        ),
    ] = None,
    project_dir: ProjectDir = Path(),
    profiles_dir: ProfilesDir = None,
    profile: Profile = None,
    target: Target = None,
    vars: Vars = None,
) -> None:
    """Remove ended objects whose retention period is over from all tables. A tombstone of each
    stays, so that no run brings it back. The journal is not changed.
    """
    from ozmeta_dbt.operations.purge import purge

    days = days_of(older_than)
    dbt = Dbt(project_dir, profiles_dir, profile, target, vars_of(vars))
    purge(dbt, binding or [], dry_run, days, out)
