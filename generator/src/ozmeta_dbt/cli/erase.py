"""Take a person out of the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ozmeta_dbt.cli.console import Profile, ProfilesDir, ProjectDir, Target, Vars, load, out
from ozmeta_dbt.operations.dbt import Dbt, vars_of


def erase(
    object_id: Annotated[
        str | None,
        typer.Option("--object", help="The id of the object whose actors and payloads are erased."),
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(help="The object's tenant, if several have that id.")
    ] = None,
    actor: Annotated[
        str | None, typer.Option(help="The person who is erased, as in EJ_Actor of the journal.")
    ] = None,
    binding: Annotated[
        list[str] | None,
        typer.Option(help="Erase only in this binding. You can repeat the option. Default: all."),
    ] = None,
    replacement: Annotated[
        str, typer.Option(help="The text that replaces erased actors in the journal.")
    ] = "erased",
    by: Annotated[
        str | None,
        typer.Option(help="Who runs the erasure, for the record. Default: the connection's user."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check, and say what would be overwritten.")
    ] = False,
    project_dir: ProjectDir = Path(),
    profiles_dir: ProfilesDir = None,
    profile: Profile = None,
    target: Target = None,
    vars: Vars = None,
) -> None:
    """Overwrite the data of a person in the tables with what the journal contains now. Take the
    person out of the journal first: the command checks this, and does not change the journal.
    """
    from ozmeta_dbt.operations.erase import Erasure

    if (object_id is None) == (actor is None):
        raise typer.BadParameter("give either --object or --actor", param_hint="erase")
    if tenant is not None and object_id is None:
        raise typer.BadParameter("goes with --object only", param_hint="--tenant")
    who = {"object": object_id, "tenant": tenant} if actor is None else {"actor": actor}
    dbt = Dbt(project_dir, profiles_dir, profile, target, vars_of(vars))
    project = load(project_dir)
    erasure = Erasure(dbt, project.config, project.plans, who, replacement, by, out)
    erasure.run(binding or [], dry_run)
