"""Write an ozmeta.yml to start from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ozmeta_dbt import example
from ozmeta_dbt.cli.console import ProjectDir, err, out, show
from ozmeta_dbt.config import FILE_NAME
from ozmeta_dbt.documents import loads
from ozmeta_dbt.models import addition, writer
from ozmeta_dbt.problems import FileProblem, Problems
from ozmeta_dbt.project import read_snapshot

COPY, SECOND_COPY = "metadb/snapshot.json", "metadb/snapshot_with_binding.json"

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


def init(
    project_dir: ProjectDir = Path(),
    with_example: Annotated[
        bool,
        typer.Option(
            "--example",
            help="Also write a small metadata folder and a journal of 20 rows, which run.",
        ),
    ] = False,
    from_snapshot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write a copy of this snapshot. If no model can be generated from it, the"
            " copy has the smallest addition that changes this.",
        ),
    ] = None,
) -> None:
    """Write an ozmeta.yml to start from. An existing one is never changed."""
    if with_example and from_snapshot is not None:
        raise typer.BadParameter("give one of them", param_hint="--example and --from-snapshot")
    is_dbt = (project_dir / "dbt_project.yml").exists()
    if from_snapshot is not None:
        start_from(from_snapshot, project_dir)
        if not is_dbt:
            err.print(f"[dim]note[/]    {escape(str(project_dir))} has no dbt_project.yml yet")
        return
    if not is_dbt:
        raise FileProblem(f"{project_dir} is not a dbt project: there is no dbt_project.yml")
    if with_example:
        for name in example.write(project_dir):
            out.print(f"wrote {escape(name)}")
        out.print("next:\n" + "\n".join(f"  {escape(step)}" for step in example.steps(project_dir)))
        return
    write_new(project_dir, {FILE_NAME: STARTING_CONFIG})
    out.print(
        f"wrote {escape(str(project_dir / FILE_NAME))}: set the places of MetaDB and the journal"
        " there, then run `ozmeta-dbt generate`"
    )


def start_from(snapshot: Path, project_dir: Path) -> None:
    """Write ozmeta.yml and a copy of the snapshot from which a model can be generated."""
    problems = Problems()
    project = read_snapshot(snapshot, None, {}, problems)
    show(problems)
    text = snapshot.read_text(encoding="utf-8-sig")
    wanted = None if project.plans else addition.addition(project.rows)
    if wanted is not None:
        text = addition.json_lines(addition.applied(loads(text), wanted)) + "\n"
    is_there = snapshot.resolve() == (project_dir / COPY).resolve()
    name = SECOND_COPY if is_there and wanted else COPY
    files = {FILE_NAME: STARTING_CONFIG.replace(f"snapshot: {COPY}", f"snapshot: {name}")}
    if wanted or not is_there:
        files[name] = text
    write_new(project_dir, files)
    for written in files:
        out.print(f"wrote {escape(str(project_dir / written))}")
    if wanted is not None:
        out.print("the copy differs from the snapshot in this:")
        for line in addition.instructions(wanted, is_snapshot=True):
            out.print(escape(f"  {line}"))
        out.print(
            "make the same change in MetaDB, or the next export will not have it. Then check the"
            " journal in ozmeta.yml, and run `ozmeta-dbt generate`"
        )
    else:
        out.print("check the journal in ozmeta.yml, then run `ozmeta-dbt generate`")


def write_new(folder: Path, files: dict[str, str]) -> None:
    """Write all of the files or none. FileProblem if one of them exists."""
    existing = [name for name in files if os.path.lexists(folder / name)]
    if existing:
        raise FileProblem(
            f"{', '.join(str(folder / name) for name in existing)} already exists. Nothing was"
            " written"
        )
    writer.apply(writer.Plan(folder, write=files))
