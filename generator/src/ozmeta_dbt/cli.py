"""The command `ozmeta-dbt`. Exit statuses: SPEC 10."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax

from ozmeta_dbt import __version__, example
from ozmeta_dbt.bindings import renames
from ozmeta_dbt.config import FILE_NAME, load_config
from ozmeta_dbt.instants import instant
from ozmeta_dbt.metadb import snapshot
from ozmeta_dbt.models import leftovers, writer
from ozmeta_dbt.operations.dbt import Dbt, vars_of
from ozmeta_dbt.problems import (
    EXIT_DIFFERENT,
    EXIT_INVALID,
    EXIT_OK,
    EXIT_UNEXPECTED,
    DatabaseProblem,
    FileProblem,
    InvalidMetadata,
    OzmetaProblem,
    Problems,
)
from ozmeta_dbt.project import Project, read_project
from ozmeta_dbt.user_project.declarations import with_schemas
from ozmeta_dbt.words import counted

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="From OZMetaDB metadata to live workflow state, SLA timers and escalation queues in dbt.",
)
WIDE = (
    None if sys.stdout.isatty() or "COLUMNS" in os.environ else 200
)  # in a log, a table needs more than 80 characters
out, err = (
    Console(highlight=False, soft_wrap=True, width=WIDE),
    Console(stderr=True, highlight=False, soft_wrap=True),
)
ProjectDir = Annotated[
    Path, typer.Option("--project-dir", help="The dbt project. ozmeta.yml is in its root folder.")
]

ProfilesDir = Annotated[
    Path | None, typer.Option("--profiles-dir", help="dbt's option, passed on to dbt.")
]
Profile = Annotated[str | None, typer.Option("--profile", help="dbt's option, passed on to dbt.")]
Target = Annotated[
    str | None, typer.Option("--target", "-t", help="dbt's option, passed on to dbt.")
]
Vars = Annotated[
    str | None,
    typer.Option("--vars", help="dbt's option. Pass the variables that your project needs."),
]

STARTING_CONFIG = """\
# What ozmeta-dbt reads and writes. The documentation lists every key: docs/reference/ozmeta-yml.md.
version: 1
# MetaDB: a snapshot, or a folder with one file per table (RuntimeBinding.csv, .yml or .json):
#   metadb: {folder: metadb/}
# or a live database, with the name of the environment variable that holds its URL:
#   metadb: {url_env: METADB_URL, client: SFO, project: CaseMgmt}
metadb: {snapshot: metadb/snapshot.json}
# The folder to write. ozmeta-dbt touches nothing else.
output: models/ozmeta
journal:
  source: {name: ops, schema: raw, table: event_journal}
  # Only columns with another name; `_SyncDate: null` for a journal without that column.
  # columns: {EJ_ID: event_id}
  # Or none, if all writers of an object share one counter.
  # stream: EJ_SourceSystem
  # How late a row may appear behind the newest _SyncDate that was read.
  # lookback_minutes: 60
  # Object types of other systems in this journal. No test warns of their rows.
  # ignore_object_types: [Heartbeat]
# bindings:
#   Case:
#     conflict_policy: first_writer_wins
#     object_types: [Case, CA]
#     auto_close: true
#     approval_flows: [Release]
# The share of refused rows from which `dbt test` warns and fails. Or false, or per binding.
# tests: {quarantined_share: {warn: 0.01, error: 0.2}}
# The dbt adapters that the models will run on. `validate` refuses what one of them cannot run.
# warehouses: [bigquery, fabric]
# All tenants. `validate` then refuses a rule that compares tenant.id with another one.
# tenants: [acme, globex]
# The prefix of the views over all bindings. Or false, for only the two that count the journal.
# rollups: {prefix: ozmeta_}
# approval_events:
#   requested: Approval.Requested
#   approved: Approval.Approved
#   rejected: Approval.Rejected
#   withdrawn: Approval.Withdrawn
"""


def load(folder: Path) -> Project:
    """Read and check everything, and print warnings and notes."""
    problems = Problems()
    project = read_project(folder, problems)
    for warning in problems.warnings:
        err.print(f"[yellow]warning[/] {escape(str(warning))}")
    for note in problems.notes:
        err.print(f"[dim]note[/]    {escape(note)}")
    if problems.errors:
        raise InvalidMetadata(problems)
    return project


@app.command()
def init(
    project_dir: ProjectDir = Path(),
    with_example: Annotated[
        bool,
        typer.Option(
            "--example",
            help="Also write a small metadata folder and a journal of 20 rows, which run.",
        ),
    ] = False,
) -> None:
    """Write an ozmeta.yml to start from. An existing one is never changed."""
    path = project_dir / FILE_NAME
    if not (project_dir / "dbt_project.yml").exists():
        raise FileProblem(f"{project_dir} is not a dbt project: there is no dbt_project.yml")
    if with_example:
        for name in example.write(project_dir):
            out.print(f"wrote {escape(name)}")
        out.print("next:\n" + "\n".join(f"  {escape(step)}" for step in example.steps(project_dir)))
        return
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(STARTING_CONFIG)
    except FileExistsError:
        raise FileProblem(f"{path} already exists") from None
    except OSError as error:
        raise FileProblem(f"{path} can't be written: {error}") from None
    out.print(
        f"wrote {escape(str(path))}: set the places of MetaDB and the journal there, then run"
        " `ozmeta-dbt generate`"
    )


@app.command()
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


@app.command()
def generate(
    project_dir: ProjectDir = Path(),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 2 if anything would change.")
    ] = False,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff",
            help=(
                "Write nothing; show what would change. With --check, also exit with 2 if anything"
                " would."
            ),
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help=(
                "Overwrite files that were edited by hand; with --check or --diff, nothing is"
                " written."
            ),
        ),
    ] = False,
) -> None:
    """Write the dbt models of every runtime binding. With --check or --diff, only show what would
    change.
    """
    project = load(project_dir)
    config, bindings = project.config, project.bindings
    plan = writer.plan(project_dir / config.output, project.files, renames.names_of(bindings))
    for note in leftovers.left_behind(plan):
        err.print(f"[dim]note[/]    {escape(note)}")
    if diff and plan.changes:
        text = writer.diff(plan)
        (
            out.print(Syntax(text, "diff", background_color="default"))
            if out.is_terminal
            else print(text, end="")
        )
    if check or diff:
        for name in sorted([*plan.write, *plan.remove]) if check else plan.edited:
            edited = (
                ", which was edited by hand"
                + ("" if force else ": generate refuses to, without --force")
                if name in plan.edited
                else ""
            )
            err.print(
                f"would {'remove' if name in plan.remove else 'write'}"
                f" {escape(config.output)}/{escape(name)}{edited}"
            )
        if not plan.changes:
            out.print("[green]all models are up to date[/]")
        elif check:
            raise typer.Exit(EXIT_INVALID)
        return
    if plan.edited and not force:
        raise FileProblem(
            "edited by hand since they were generated: "
            + ", ".join(f"{config.output}/{name}" for name in plan.edited)
            + ". Nothing was written. Look with --diff, then generate with --force, or move what"
            " you need elsewhere."
        )
    writer.apply(plan)
    out.print(
        f"{counted(len(bindings), 'binding')}: {counted(len(plan.write), 'file')} written,"
        f" {len(plan.remove)} removed, {len(plan.unchanged)} unchanged in {escape(config.output)}"
    )


@app.command()
def export(
    path: Annotated[Path, typer.Argument(help="The snapshot to write: metadb/snapshot.json.")],
    project_dir: ProjectDir = Path(),
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; exit with 2 if the snapshot would change."),
    ] = False,
) -> None:
    """Write the metadata that ozmeta.yml points to as one snapshot. The same metadata gives the
    same bytes.
    """
    project = load(project_dir)
    config, rows = project.config, project.rows
    source = project_dir / config.metadb.snapshot if config.metadb.snapshot else None
    if source and os.path.realpath(path) == os.path.realpath(source):
        raise FileProblem(
            f"{path} is what metadb.snapshot in {FILE_NAME} reads; an export holds what the"
            " generator needs of it, so give it another name"
        )
    text = snapshot.snapshot_text(rows)
    same = writer.read_bytes(path) == text.encode()
    if check:
        out.print(
            f"[green]{escape(str(path))} is up to date[/]"
            if same
            else f"would write {escape(str(path))}"
        )
        raise typer.Exit(EXIT_OK if same else EXIT_INVALID)
    if not same:
        writer.apply(writer.Plan(path.parent, write={path.name: text}))
    out.print(
        f"{escape(str(path))} {'is unchanged' if same else 'written'}:"
        f" {counted(sum(map(len, rows.rows.values())), 'row')} of"
        f" {counted(sum(map(bool, rows.rows.values())), 'table')}"
    )


def event_aliases(project: Path, name: str) -> dict[str, str]:
    """{old event type: current name} of a binding, by the name of its models. Empty if the project
    has no ozmeta.yml.
    """
    if not (project / FILE_NAME).exists():
        return {}
    bindings = read_project(project, Problems()).bindings
    return next((binding.aliases.event_types for binding in bindings if binding.name == name), {})


@app.command()
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
    timers it started and stopped, what was raised, and why.
    """
    from ozmeta_dbt.operations.explain import objects, rename, show
    from ozmeta_dbt.operations.explain import tenant as tenant_of

    dbt = Dbt(project_dir, profiles_dir, profile, target, vars_of(vars))
    answer = dbt.operation("explain_facts", binding=binding, object=object_id)
    unclaimed = answer.pop("unclaimed", [])
    found = objects(answer)
    for facts in found.values():
        rename(facts, event_aliases(project_dir, binding))
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
        raise typer.Exit(EXIT_DIFFERENT)


@app.command()
def verify(
    bindings: Annotated[
        list[str] | None,
        typer.Argument(help="The bindings to verify, by name in any spelling. Default: all."),
    ] = None,
    sample: Annotated[
        float,
        typer.Option(
            min=0.000001,
            max=1,
            help="Share of the objects to fold again: 0.01 is one in a hundred.",
        ),
    ] = 1.0,
    salt: Annotated[str, typer.Option(help="Another text draws another sample.")] = "",
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
        raise typer.Exit(EXIT_DIFFERENT)


journal_app = typer.Typer(
    no_args_is_help=True,
    help="Export a station's journal to a file, and replay the file into the centre's journal.",
)
app.add_typer(journal_app, name="journal")
UrlEnv = Annotated[
    str,
    typer.Option(
        "--url-env",
        metavar="NAME",
        help="The environment variable that holds the SQLAlchemy URL of the journal's database.",
    ),
]
SourceName = Annotated[
    str | None,
    typer.Option("--source", help="Which of several journals, as name.table of ozmeta.yml."),
]


def journals() -> ModuleType:
    """The module that reads and writes journals. It needs SQLAlchemy, which is an extra."""
    try:
        from ozmeta_dbt.operations import journal
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise DatabaseProblem(
            "to read or write a journal, SQLAlchemy is needed: pip install 'ozmeta-dbt[database]',"
            " or 'ozmeta-dbt[mssql]' for SQL Server"
        ) from None
    return journal


@journal_app.command("export")
def journal_export(
    path: Annotated[Path, typer.Argument(help="The file to write: station-7.ndjson.")],
    url_env: UrlEnv,
    since: Annotated[
        str | None,
        typer.Option(
            help=(
                "Only rows that reached this journal at or after that instant, UTC:"
                " 2026-03-01T12:00:00."
            )
        ),
    ] = None,
    source: SourceName = None,
    project_dir: ProjectDir = Path(),
) -> None:
    """Write a journal to a file with one row per line. The same rows give the same bytes."""
    journal, config = journals(), with_schemas(project_dir, load_config(project_dir))
    moment = instant(since) if since is not None else None
    if since is not None and moment is None:
        raise typer.BadParameter(
            "expected an instant such as 2026-03-01T12:00:00", param_hint="--since"
        )
    rows, last = journal.export(path, journal.Place.of(config, source), url_env, moment)
    out.print(
        f"{escape(str(path))}: {counted(rows, 'row')}" + (f", the last of {last}" if last else "")
    )


@journal_app.command("replay")
def journal_replay(
    path: Annotated[Path, typer.Argument(help="The file that `journal export` wrote.")],
    url_env: UrlEnv,
    source: SourceName = None,
    project_dir: ProjectDir = Path(),
) -> None:
    """Append the rows of a file that a journal does not have yet, all of them or none."""
    journal, config = journals(), with_schemas(project_dir, load_config(project_dir))
    done = journal.replay(path, journal.Place.of(config, source), url_env)
    out.print(
        escape(
            f"{path}: {counted(done.rows, 'row')}, {done.appended} appended, {done.there} were"
            " there"
        )
    )
    if done.clashes:
        more = (
            f" and {done.clashes - len(done.clashing)} more"
            if done.clashes > len(done.clashing)
            else ""
        )
        err.print(
            "[yellow]warning[/] "
            + escape(
                f"{done.clashes} of the appended have an EJ_ID that was there with other content"
                f" ({', '.join(done.clashing)}{more}): of one object's, the next run quarantines"
                " them as ConflictingDuplicate"
            )
        )
    if done.left_out:
        err.print(
            "[yellow]warning[/] "
            + escape(f"the journal has no column for {', '.join(sorted(done.left_out))}: left out")
        )


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(help="The folder of the demo project. It is deleted and made again.")
    ] = Path("ozmeta_demo"),
    package: Annotated[
        Path, typer.Option(help="The ozmeta_runtime dbt package: a checkout of its repository.")
    ] = Path(),
    events: Annotated[
        int, typer.Option(min=500, max=2_000_000, help="About how many events.")
    ] = 20_000,
    refreshes: Annotated[
        int, typer.Option(min=0, max=50, help="How many daily refreshes follow the first load.")
    ] = 7,
) -> None:
    """Run the demo on DuckDB: 60 days of events, a first load, then daily refreshes."""
    from ozmeta_dbt.demo import run_demo

    run_demo(folder, package, events, refreshes, out)


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        out.print(__version__)
        raise typer.Exit()


def main() -> None:
    """Run the command. A problem becomes a message and an exit status."""
    # metadata may hold what a terminal cannot show
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except OzmetaProblem as error:
        for line in error.lines:
            err.print(f"[red]error[/]   {escape(line)}")
        if error.summary:
            err.print(f"[red]{escape(error.summary)}[/]; nothing was written")
        sys.exit(error.exit_code)
    except Exception as error:
        if os.environ.get("OZMETA_DEBUG"):
            raise
        err.print(
            f"[red]unexpected[/] {type(error).__name__}: {escape(str(error))}; set OZMETA_DEBUG=1"
            " to see where, and please report it"
        )
        sys.exit(EXIT_UNEXPECTED)
