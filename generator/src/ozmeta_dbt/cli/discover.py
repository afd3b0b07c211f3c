"""Discover metadata in an event journal."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ozmeta_dbt.cli.console import Profile, ProfilesDir, ProjectDir, Target, Vars, err, out
from ozmeta_dbt.operations.dbt import Dbt, vars_of
from ozmeta_dbt.problems import Different

if TYPE_CHECKING:
    from ozmeta_dbt.discovery.start import Asked


class Format(str, Enum):
    text = "text"
    json = "json"


def discover(
    relation: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The table to read: schema.table or database.schema.table. It has the columns of"
            " an event journal, or one row per changed field, or it is a table of the preset."
            " Default: the journals that ozmeta.yml names.",
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Read the tables of this system: github, jira, salesforce, servicenow or zendesk.",
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="With --preset: where the tables are. Default: the preset's name."
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="With --preset: where the schema is. Default: the target's."
        ),
    ] = None,
    loader: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="With --preset: who loads the tables: fivetran or airbyte."
        ),
    ] = None,
    status_fields: Annotated[
        list[str] | None,
        typer.Option(
            "--status-field",
            metavar="FIELD",
            help="For a table of changes: the field with the state. You can repeat the option if"
            " the field was renamed. Default: the one that is called status or state.",
        ),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="ROLE=COLUMN",
            help="For a table of changes: the role of a column, such as object_id=ticket_id. The"
            " roles are those of `histories` in ozmeta.yml. You can repeat the option. Default: by"
            " the columns' names.",
        ),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE",
            help="For a table of changes: the zone of times without one, such as Europe/Berlin.",
        ),
    ] = None,
    object_types: Annotated[
        list[str] | None,
        typer.Option(
            "--object-type",
            help="Only this object type. You can repeat the option. Default: all, with a workflow"
            " each. For a new table of changes: what its objects are called.",
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
    """Write a metadata folder to start from, with the states, transitions and service levels that
    an event journal or a history of changes shows. For a history, also write ozmeta.yml and the
    models, and build the models. An existing file is never changed: if it would differ, a diff is
    shown.
    """
    from ozmeta_dbt.discovery import own_table, result, start
    from ozmeta_dbt.discovery.discover import Choice

    asked = start.Asked(
        preset,
        loader,
        schema,
        database,
        relation,
        own_table.Choice(
            tuple(status_fields or ()), tuple(columns or ()), time_zone, tuple(object_types or ())
        ),
    )
    check_options(asked)
    result.check_places(project_dir, output)
    dbt = Dbt(project_dir, profiles_dir, profile, target, vars_of(vars))
    started = start.started(dbt, asked, output, check)
    choice = Choice(tuple(object_types or ()), percentile, rare)
    with start.after(started.written):
        done = result.discovered(dbt, started.journals, choice, output, check)
    if format is Format.json:
        written = sorted({*started.written, *done.written})
        print(
            json.dumps(result.document(done) | {"written": written}, indent=1, ensure_ascii=False)
        )
    else:
        for line in [*started.said(done.written), *result.summary(done)]:
            out.print(escape(line))
        if done.diff:
            print(done.diff, end="")
        for line in result.next_steps(done):
            out.print(escape(line))
    for warning in result.warnings(done):
        err.print(f"[yellow]warning[/] {escape(warning)}")
    if check and not done.is_same:
        raise Different


def check_options(asked: Asked) -> None:
    for name in ("schema", "database", "loader"):
        if getattr(asked, name) and not asked.preset:
            raise typer.BadParameter(
                "goes with --preset only" + "; --relation names its own" * (name != "loader"),
                param_hint=f"--{name}",
            )
    for name, given in (
        ("status-field", asked.own.status_fields),
        ("column", asked.own.columns),
        ("time-zone", asked.own.time_zone),
    ):
        if given and asked.preset:
            raise typer.BadParameter(
                "goes with a table of your own: a preset says it itself", param_hint=f"--{name}"
            )
        if given and not asked.relation:
            raise typer.BadParameter(
                "goes with --relation, which names the table", param_hint=f"--{name}"
            )
