"""Write an ozmeta.yml to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from ozmeta_dbt import example
from ozmeta_dbt.cli.console import ProjectDir, out
from ozmeta_dbt.config import FILE_NAME
from ozmeta_dbt.problems import FileProblem

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
