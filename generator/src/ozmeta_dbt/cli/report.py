"""Write the report."""

from __future__ import annotations

import webbrowser
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ozmeta_dbt.cli.console import Profile, ProfilesDir, ProjectDir, Target, Vars, out
from ozmeta_dbt.operations.dbt import Dbt, vars_of


class Format(str, Enum):
    html = "html"
    json = "json"


def report(
    bindings: Annotated[
        list[str] | None,
        typer.Option("--binding", help="Only this binding. You can repeat the option."),
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="Only rows of this tenant.")] = None,
    since: Annotated[
        str,
        typer.Option(
            help="How far back the report looks: a UTC date or timestamp, a number of days before"
            " the last run such as 90d, or `beginning`."
        ),
    ] = "90d",
    rows: Annotated[
        int, typer.Option(min=1, max=2000, help="The greatest number of rows in a list of objects.")
    ] = 100,
    stories: Annotated[
        int,
        typer.Option(
            min=0,
            max=500,
            help="For how many objects of a binding to include the story, the late ones first.",
        ),
    ] = 60,
    format: Annotated[
        Format, typer.Option("--format", help="A page to look at, or the same figures as JSON.")
    ] = Format.html,
    out_file: Annotated[
        Path | None,
        typer.Option("--out", help="The file. Default: target/ozmeta_report.html (or .json)."),
    ] = None,
    title: Annotated[str, typer.Option(help="The report's title.")] = "Service levels",
    open_it: Annotated[
        bool, typer.Option("--open", help="Open the report in the browser.")
    ] = False,
    project_dir: ProjectDir = Path(),
    profiles_dir: ProfilesDir = None,
    profile: Profile = None,
    target: Target = None,
    vars: Vars = None,
) -> None:
    """Write a report of what is late, due and paused, how targets were met, how work flows, what is
    likely to be missed, and how reliable the numbers are. One HTML file, which needs no
    network.
    """
    from ozmeta_dbt.report.make import Choice, make, write

    dbt = Dbt(project_dir, profiles_dir, profile, target, vars_of(vars))
    choice = Choice(tuple(bindings or ()), tenant, since, rows, stories)
    found = make(dbt, choice)
    path = out_file or project_dir / "target" / f"ozmeta_report.{format.value}"
    size = write(found, path, format.value, title, tenant)
    out.print(escape(f"{path}: {size / 1_000_000:.1f} MB"))
    if open_it:
        webbrowser.open(path.resolve().as_uri())
