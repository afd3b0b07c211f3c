"""What dbt-databricks' statements read on Spark with Delta, from Spark's event log.

The engine is the stand-in of `make test-engines` (integration_tests/engines/databricks.py): a Spark
Connect server with Delta, to which dbt-databricks sends its statements. Here Delta keeps statistics
and Spark writes its event log. In the log, each scan of a table has the metrics `number of files
read` and `size of files read`. Delta skips a file if its statistics exclude the statement's
literals, so these metrics are what pruning leaves.

The full refresh is DuckDB's, which is faster on one machine. dbt-databricks makes the tables from
the last events of the journal. In those of FILLED, the rows of DuckDB's full refresh replace
theirs, and `optimize` clusters them by the columns that their layout names. Spark's journal has
these last events and what arrives after them. The increments are dbt-databricks' own. Its
`optimize` after each model is switched off: open-source Delta would write tables of this size again
each time.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import projects
import yaml

sys.path.insert(0, str(projects.PACKAGE / "integration_tests"))
from engines.base import Worker
from engines.databricks import Databricks
from pruning_duckdb import step_of

SCHEMA, RAW, TABLE = "runtime", "raw", "event_journal"
MODELS = ("ticket_timeline", "ticket_sla_cycle")
FILLED = ("timeline", "workflow_instance", "sla_cycle")
TAIL = 2000  # events of which dbt-databricks makes the tables
FILES, BYTES = "number of files read", "size of files read"
LOCATION = re.compile(r"\[(?:file:)?([^\]\s,]+)")
NODE = re.compile(r'"node_id": "model\.\w+\.(\w+)"')
EVENTS = "org.apache.spark.sql.execution.ui.SparkListener"
STARTED = "org.apache.spark.sql.connect.service.SparkListenerConnectOperationStarted"


class SparkWithLog(Databricks):
    """The stand-in with Delta's statistics, files of a given size, and an event log."""

    def __init__(self, file_mb: float, cores: int, memory: str) -> None:
        super().__init__()
        self.cores, self.memory = cores, memory
        size = str(round(file_mb * 2**20))
        self.settings = {
            **self.settings,
            "spark.databricks.delta.stats.collect": "true",
            "spark.databricks.delta.optimize.maxFileSize": size,
            "spark.databricks.delta.optimize.minFileSize": size,
            "spark.sql.shuffle.partitions": "2",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.compress": "false",
        }

    def start(self) -> None:
        events = self.folder / "events"
        events.mkdir(exist_ok=True)
        self.settings = {**self.settings, "spark.eventLog.dir": f"file://{events}"}
        super().start()

    def log(self) -> Iterator[dict[str, Any]]:
        """The events so far. Spark may still be writing the last line."""
        for file in sorted((self.folder / "events").rglob("events_*")):
            with file.open(encoding="utf-8") as lines:
                yield from (json.loads(line) for line in lines if line.endswith("\n"))


# ---------------------------------------------------------------- the tables


def project_of(folder: Path) -> Path:
    """The binding's models, without the rest of a project: the worker writes that."""
    from ozmeta_dbt.project import write_models
    from speed import TICKET

    projects.bound_project(folder, TICKET, generate=False)
    config = yaml.safe_load((folder / "ozmeta.yml").read_text(encoding="utf-8"))
    config["journal"]["source"] = {"name": "ops", "schema": RAW, "table": TABLE}
    (folder / "ozmeta.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    write_models(folder)
    return folder


def name_no_buckets(folder: Path) -> None:
    """The project's own answer to which rows are in a run's buckets: all."""
    (folder / "macros" / "buckets.sql").write_text(
        "{% macro databricks__bucket_condition(column, buckets) %}1 = 1{% endmacro %}\n",
        encoding="utf-8",
    )


def export(connection: duckdb.DuckDBPyConnection, select: str, file: Path) -> str:
    """Writes rows as Parquet, instants with a time zone, as Spark's timestamps are: the file as a
    table of Spark.
    """
    connection.execute("set timezone = 'UTC'")
    instants = [
        f"cast({name} as timestamptz) as {name}"
        for name, type_, *_ in connection.execute(f"describe {select}").fetchall()
        if type_ == "TIMESTAMP"
    ]
    replaced = f" replace ({', '.join(instants)})" if instants else ""
    connection.execute(
        f"copy (select *{replaced} from ({select})) to '{file}'"
        " (format parquet, compression zstd, row_group_size 20480)"
    )
    return f"parquet.`{file}`"


def create_journal(worker: Worker, journal: Path, folder: Path) -> None:
    with duckdb.connect(str(journal), read_only=True) as connection:
        tail = f"select * from raw.{TABLE} order by _SyncDate desc limit {TAIL}"
        rows = export(connection, tail, folder / "tail.parquet")
    worker.execute(
        [
            f"create schema if not exists {RAW}",
            f"create table {RAW}.{TABLE} using delta as select * from {rows}",
        ]
    )


def append_journal(worker: Worker, journal: Path, folder: Path, since: str) -> None:
    """Brings what arrived after `since` to Spark's journal."""
    with duckdb.connect(str(journal), read_only=True) as connection:
        new = f"select * from raw.{TABLE} where _SyncDate > timestamp '{since}'"
        rows = export(connection, new, folder / "new.parquet")
    worker.execute([f"insert into {RAW}.{TABLE} select * from {rows}"])


def fill(worker: Worker, folded: Path, folder: Path) -> None:
    """Replaces the rows of Spark's tables by those of DuckDB's full refresh, and clusters them.
    TL_Intake stays Spark's: it tells which column types of the journal were read.
    """
    intake = worker.rows(f"select max(TL_Intake) from {SCHEMA}.ticket_timeline")[0][0]
    with duckdb.connect(str(folded / "tables.duckdb"), read_only=True) as connection:
        connection.execute(f"set temp_directory = '{folder / 'temp'}'")
        connection.execute("set memory_limit = '3GB'")
        for table in FILLED:
            own = f" replace ('{intake}' as TL_Intake)" if table == "timeline" else ""
            file = folder / f"{table}.parquet"
            rows = export(connection, f"select *{own} from ticket_{table}", file)
            target = f"{SCHEMA}.ticket_{table}"
            worker.execute(  # to overwrite would take the clusters away
                [f"delete from {target}", f"insert into {target} by name select * from {rows}"]
            )
            file.unlink()
            worker.execute([f"optimize {target}"])


def sizes(worker: Worker) -> dict[str, tuple[int, int]]:
    """{table: its files, their bytes}"""
    found = {}
    for table in FILLED:
        files, size = worker.rows(
            "select count(*), sum(size) from (select _metadata.file_path as path,"
            f" max(_metadata.file_size) as size from {SCHEMA}.ticket_{table} group by 1) as files"
        )[0]
        found[f"ticket_{table}"] = (int(files), int(size))
    return found


def versions(folder: Path) -> dict[str, int]:
    """{table: its version}, from Delta's log."""
    found = {}
    for log in (folder / "warehouse").glob("*.db/*/_delta_log"):
        table = f"{log.parent.parent.name.removesuffix('.db')}.{log.parent.name}"
        found[table] = max(int(file.stem) for file in log.glob("*.json"))
    return found


def restore(worker: Worker, before: dict[str, int], folder: Path) -> None:
    """Takes back what was written since `before`."""
    now = versions(folder)
    worker.execute(
        f"restore table {table} to version as of {version}"
        for table, version in before.items()
        if now[table] > version
    )


# ---------------------------------------------------------------- the event log


def statement_of(text: str) -> tuple[str, str] | None:
    """The model that sent a statement, and what the statement does. text: as Spark Connect logs it.
    None if no model of dbt sent it.
    """
    text = text.replace('\\"', '"').replace("\\n", "\n")
    node = NODE.search(text)
    if not node:
        return None
    return node.group(1), step_of(text.partition('query: "')[2])


def scans_in(plan: dict[str, Any]) -> Iterator[tuple[str, dict[str, int]]]:
    """The scans of Delta tables in a plan: the table, and the accumulators of its metrics."""
    location = LOCATION.search(plan["metadata"].get("Location", ""))
    if location and "_delta_log" not in location.group(1):
        metrics = {metric["name"]: metric["accumulatorId"] for metric in plan["metrics"]}
        if FILES in metrics and BYTES in metrics:
            yield location.group(1).rstrip("/").split("/")[-1], metrics
    for child in plan["children"]:
        yield from scans_in(child)


def scans(
    log: Iterable[dict[str, Any]], sizes: dict[str, tuple[int, int]], after: int
) -> list[dict[str, Any]]:
    """The scans of the statements that dbt's models sent after an instant (milliseconds), as
    pruning.Scan has them. Spark logs a plan again when it changes, and a scan has the same
    accumulators there. A scan without values was not executed: another one's result was reused.
    """
    statements: dict[str, tuple[str, str]] = {}  # by the tag of their jobs
    of_execution: dict[int, tuple[str, str]] = {}
    scanned: dict[tuple[int, int], tuple[tuple[str, str], str]] = {}  # (files, bytes) of a scan
    values: dict[int, int] = {}
    for event in log:
        kind = event["Event"]
        if kind == STARTED and int(event["eventTime"]) > after:
            statement = statement_of(event["statementText"])
            if statement:
                statements[event["jobTag"]] = statement
        if kind == f"{EVENTS}SQLExecutionStart":
            for tag in event.get("jobTags", []):
                if tag in statements:
                    of_execution[event["executionId"]] = statements[tag]
        if "sparkPlanInfo" in event and event["executionId"] in of_execution:
            for table, metrics in scans_in(event["sparkPlanInfo"]):
                key = (metrics[FILES], metrics[BYTES])
                scanned[key] = (of_execution[event["executionId"]], table)
        if kind == f"{EVENTS}DriverAccumUpdates":
            values |= dict(event["accumUpdates"])
    return [
        {
            "model": model,
            "step": step,
            "table": table,
            "parts": values[files],
            "all_parts": sizes.get(table, (0, 0))[0],
            "size": values.get(size, 0),
            "all_size": sizes.get(table, (0, 0))[1],
        }
        for (files, size), ((model, step), table) in scanned.items()
        if files in values
    ]
