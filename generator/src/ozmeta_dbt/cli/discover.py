"""Discover metadata in an event journal."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ozmeta_dbt.cli.console import Profile, ProfilesDir, ProjectDir, Target, Vars, err, out
from ozmeta_dbt.operations.dbt import Dbt, vars_of
from ozmeta_dbt.problems import Different


class Format(str, Enum):
    text = "text"
    json = "json"


def discover(
    relation: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The table to read, with the columns of an event journal: schema.table or"
            " database.schema.table. Default: the journals that ozmeta.yml names.",
        ),
    ] = None,
    object_types: Annotated[
        list[str] | None,
        typer.Option(
            "--object-type",
            help="Only this object type. You can repeat the option. Default: all, with a workflow"
            " each.",
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder to write, in the dbt project.")
    ] = Path("metadb"),
    percentile: Annotated[
        int,
        typer.Option(
            min=1,
            max=99,
            help="The share of the objects that meet the proposed targets, in percent.",
        ),
    ] = 80,
    rare: Annotated[
        float,
        typer.Option(
            min=0,
            max=100,
            help="A transition is rare if it is less than this share of the transitions out of its"
            " state, in percent. Rare ones are written as comments.",
        ),
    ] = 1.0,
    format: Annotated[
        Format, typer.Option("--format", help="A summary to read, or all figures as JSON.")
    ] = Format.text,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if the folder would differ.")
    ] = False,
    project_dir: ProjectDir = Path(),
    profiles_dir: ProfilesDir = None,
    profile: Profile = None,
    target: Target = None,
    vars: Vars = None,
) -> None:
    """Write a metadata folder to start from, by what an event journal holds: states, transitions,
    service levels. A file that exists is never changed: if it would differ, a diff is shown.
    """
    from ozmeta_dbt.discovery import result
    from ozmeta_dbt.discovery.discover import Choice
    from ozmeta_dbt.discovery.journals import journals_to_read

    dbt = Dbt(project_dir, profiles_dir, profile, target, vars_of(vars))
    journals = journals_to_read(project_dir, relation)
    choice = Choice(tuple(object_types or ()), percentile, rare)
    done = result.discovered(dbt, journals, choice, output, check)
    if format is Format.json:
        print(json.dumps(result.document(done), indent=1, ensure_ascii=False))
    else:
        for line in result.summary(done):
            out.print(escape(line))
        if done.diff:
            print(done.diff, end="")
        for line in result.next_steps(done):
            out.print(escape(line))
    for warning in result.warnings(done):
        err.print(f"[yellow]warning[/] {escape(warning)}")
    if check and not done.is_same:
        raise Different
