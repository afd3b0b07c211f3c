"""Show what happened to one object."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ozmeta_dbt.cli.console import Profile, ProfilesDir, ProjectDir, Target, Vars, err, out
from ozmeta_dbt.operations.dbt import Dbt, vars_of
from ozmeta_dbt.problems import Different
from ozmeta_dbt.project import event_aliases


def explain(
    binding: Annotated[
        str,
        typer.Argument(
            help="The binding's name or one of its object types, in any spelling: case, Case, CA."
        ),
    ],
    object_id: Annotated[str, typer.Argument(help="The object's id, as in the journal.")],
    tenant: Annotated[
        str | None, typer.Option(help="The tenant, if several have an object with that id.")
    ] = None,
    project_dir: ProjectDir = Path(),
    profiles_dir: ProfilesDir = None,
    profile: Profile = None,
    target: Target = None,
    vars: Vars = None,
) -> None:
    """Show one object's events in the order in which they count, with the effect of each: the
    timers it started, paused and stopped, what was raised, and why.
    """
    from ozmeta_dbt.operations.explain import objects, rename, show
    from ozmeta_dbt.operations.explain import tenant as tenant_of

    dbt = Dbt(project_dir, profiles_dir, profile, target, vars_of(vars))
    answer = dbt.operation("explain_facts", binding=binding, object=object_id)
    unclaimed = answer.pop("unclaimed", [])
    found = objects(answer)
    for facts in found.values():
        rename(facts, event_aliases(project_dir).get(binding, {}))
    shown = {
        key: facts for key, facts in found.items() if tenant is None or tenant_of(facts) == tenant
    }
    for facts in shown.values():
        show(binding, object_id, facts, out)
        out.print()
    if not shown:
        tenants = ", ".join(str(tenant_of(facts)) for facts in found.values())
        err.print(
            escape(
                f"the tables hold nothing of {binding} {object_id}"
                + (
                    f" of tenant {tenant}; it is there for: {tenants}"
                    if found
                    else ": no event of that id was read yet"
                )
            )
        )
        for sentence in unclaimed:
            err.print(escape(sentence))
        raise Different
