"""Show what the metadata would change."""

from __future__ import annotations

import json
from enum import Enum
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


class Format(str, Enum):
    text = "text"
    json = "json"
    markdown = "markdown"


def impact(
    bindings: Annotated[
        list[str] | None,
        typer.Argument(help="The bindings to look at, by name in any spelling. Default: all."),
    ] = None,
    sample: Sample = 1.0,
    salt: Salt = "",
    object_id: Annotated[
        list[str] | None,
        typer.Option("--object", help="Look only at this object. You can repeat the option."),
    ] = None,
    examples: Annotated[
        int, typer.Option(min=0, max=100, help="How many objects to show for each kind of change.")
    ] = 3,
    format: Annotated[
        Format, typer.Option("--format", help="For people, for programs, or for a pull request.")
    ] = Format.text,
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    project_dir: ProjectDir = Path(),
    profiles_dir: ProfilesDir = None,
    profile: Profile = None,
    target: Target = None,
    vars: Vars = None,
) -> None:
    """Show how the current metadata would change the tables, before any run changes them. The
    journal is folded in another schema, which is dropped, and no file of the project is changed.
    The exit status is 0 if nothing would change, 1 if something would, and 2 if the metadata is
    invalid.
    """
    from ozmeta_dbt.impact.compare import impact
    from ozmeta_dbt.impact.texts import markdown, show
    from ozmeta_dbt.operations.verify import Choice

    project = load(project_dir)
    dbt = Dbt(project_dir, profiles_dir, profile, target, vars_of(vars))
    choice = Choice(tuple(object_id or ()), sample, salt)
    document = impact(dbt, project, bindings or [], choice, examples)
    if as_json or format is Format.json:
        print(json.dumps(document, indent=2))
    elif format is Format.markdown:
        print(markdown(document), end="")
    else:
        show(document, out)
    if document["changes"]:
        raise Different
