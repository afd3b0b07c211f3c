"""Compare the tables with the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ozmeta_dbt.cli.console import (
    Profile,
    ProfilesDir,
    ProjectDir,
    Salt,
    Sample,
    Target,
    Vars,
    load,
    out,
)
from ozmeta_dbt.operations.dbt import Dbt, vars_of
from ozmeta_dbt.problems import Different


def verify(
    bindings: Annotated[
        list[str] | None,
        typer.Argument(help="The bindings to verify, by name in any spelling. Default: all."),
    ] = None,
    sample: Sample = 1.0,
    salt: Salt = "",
    object_id: Annotated[
        list[str] | None,
        typer.Option("--object", help="Verify only this object. You can repeat the option."),
    ] = None,
    show: Annotated[
        int, typer.Option(min=0, max=100, help="For how many differing objects to show all events.")
    ] = 3,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="Keep the tables that verify builds, in the schema ending in __ozmeta_verify.",
        ),
    ] = False,
    project_dir: ProjectDir = Path(),
    profiles_dir: ProfilesDir = None,
    profile: Profile = None,
    target: Target = None,
    vars: Vars = None,
) -> None:
    """Fold the journal again and compare the result with the incremental tables. The exit status is
    1 if they differ.
    """
    from ozmeta_dbt.operations.verify import Choice, verify

    config = load(project_dir).config
    dbt = Dbt(project_dir, profiles_dir, profile, target, vars_of(vars))
    choice = Choice(tuple(object_id or ()), sample, salt)
    if not verify(dbt, bindings or [], choice, config.journal.lookback_minutes, show, keep, out):
        raise Different
