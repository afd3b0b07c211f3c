"""What an increment reads with buckets and without them, from the engines' own metrics.

    .venv/bin/python benchmarks/pruning.py                  DuckDB, 10 million events, 60 months
    .venv/bin/python benchmarks/pruning.py --engine spark   Spark with Delta, the same journal
    .venv/bin/python benchmarks/pruning.py --events 100_000 --new-events 100 --no-results

Each engine gets two projects of the benchmark's binding: one that uses buckets, and one that does
not. dbt runs both: a full refresh, then two increments. The script counts what the increments'
statements read. It does not write a statement or a predicate itself.

- `mixed`: 95 % of the new events belong to objects that are at most some weeks old. The other 5 %
  belong to objects of any age over 90 days, each to another one.
- `young`: all new events belong to objects that are at most some weeks old.

On DuckDB, pruning_duckdb.py runs dbt and asks DuckDB for the profile of each statement: the row
groups of each table scan, and how many of them were read. On Spark, pruning_spark.py runs
dbt-databricks on Spark with Delta, and reads the number and size of files from Spark's event log.

A table of 10 million rows has few files and few row groups: a file of the usual size would hold
months. So files and row groups are smaller here in the same ratio as the tables are
(`--row-group-size`, `--file-mb`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import journal
import speed
import yaml
from projects import HERE, bound_project, use_buckets

WORK = speed.WORK / "pruning"
RESULTS = HERE / "results"
BINDING = "ticket"
RECENT_DAYS = 90
OLD_SHARE = 0.05
ROW_GROUP_SIZE = 122_880  # DuckDB's own
EVENTS_PER_OBJECT = 7.88  # of journal.py's courses, with what is delivered twice
DAYS_PER_MONTH = 365.25 / 12
RUNS = ("mixed", "young")
VARIANTS = ("buckets", "whole")
TABLES = ("timeline", "workflow_instance", "sla_cycle", "escalation_queue", "runtime_signal")
DISPATCH = [{"macro_namespace": "ozmeta_runtime", "search_order": ["speed", "ozmeta_runtime"]}]


@dataclass(frozen=True)
class Settings:
    events: int = 10_000_000
    months: int = 60
    new_events: int = 10_000
    row_group_size: int = 8192
    file_mb: float = 2.5
    threads: int = 2
    memory: str = "4GB"
    spark_memory: str = "4g"


@dataclass(frozen=True)
class Scan:
    """One scan of a table by one statement. run: `mixed` or `young`. step: what the statement does.
    parts: row groups or files. size: rows or bytes.
    """

    run: str
    model: str
    step: str
    table: str
    parts: int
    all_parts: int
    size: int
    all_size: int


@dataclass
class Measured:
    """engine: its name and version. parts: what it skips. runs: what was new in each increment.
    scans: by variant.
    """

    engine: str
    parts: str
    settings: dict[str, Any]
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    scans: dict[str, list[Scan]] = field(default_factory=lambda: {name: [] for name in VARIANTS})

    @classmethod
    def stored(cls, document: dict[str, Any]) -> Measured:
        scans = {
            variant: [Scan(**scan) for scan in scans]
            for variant, scans in document["scans"].items()
        }
        return cls(**document | {"scans": scans})


@dataclass(frozen=True)
class Line:
    """A line of the report: a statement's scans of a table. None stands for all."""

    name: str
    model: str | None = None
    step: str | None = None
    table: str | None = None

    def matches(self, scan: Scan) -> bool:
        table = scan.table.removeprefix(f"{BINDING}_")
        return (
            table in TABLES
            and self.model in (None, scan.model.removeprefix(f"{BINDING}_"))
            and self.step in (None, scan.step)
            and self.table in (None, table)
        )


@dataclass(frozen=True)
class Amount:
    """parts and size that scans read; all_parts: those of the table, once for each scan."""

    parts: int
    all_parts: int
    size: int
    in_table: int


LOOK_UPS = Line("look-ups of buckets", step="find buckets")
# On DuckDB, dbt computes a temporary table first. On Spark, one merge computes and replaces.
LINES = {
    "row groups": (
        Line("timeline: compute its rows", "timeline", "compute", "timeline"),
        Line("timeline: replace rows", "timeline", "replace", "timeline"),
        Line("sla_cycle: compute its rows", "sla_cycle", "compute", "sla_cycle"),
        Line("sla_cycle: replace rows", "sla_cycle", "replace", "sla_cycle"),
        LOOK_UPS,
        Line("all statements"),
    ),
    "files": (
        Line("timeline: merge", "timeline", "replace", "timeline"),
        Line("sla_cycle: merge", "sla_cycle", "replace", "sla_cycle"),
        LOOK_UPS,
    ),
}


# ---------------------------------------------------------------- the journal


def journal_file(settings: Settings) -> Path:
    """The journal and what arrives after it, made once and kept."""
    made_by = hashlib.sha256((HERE / "journal.py").read_bytes()).hexdigest()[:8]
    file = WORK / f"journal-{settings.events}-{settings.months}-{made_by}.duckdb"
    if not file.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        objects = settings.events / EVENTS_PER_OBJECT
        interval = round(settings.months * DAYS_PER_MONTH * journal.DAY / objects)
        journal.write(file, settings.events, interval=interval)
    return file


def append(file: Path, run: str, settings: Settings, follows: bool = True) -> str:
    """Appends the new events of a run to the journal: the last arrival. follows: whether `young`
    follows `mixed`; otherwise both follow the full refresh.
    """
    old = round(settings.new_events * OLD_SHARE)
    of_mixed = settings.new_events - old
    count = of_mixed if run == "mixed" else settings.new_events
    skipped = of_mixed if run == "young" and follows else 0
    with duckdb.connect(str(file)) as connection:
        if run == "mixed":
            append_old(connection, old)
        connection.execute(
            "insert into raw.event_journal select * exclude (batch) from raw.arriving"
            f" order by _SyncDate, EJ_ID limit {count} offset {skipped}"
        )
        last = connection.execute("select cast(max(_SyncDate) as varchar) from raw.event_journal")
        return last.fetchone()[0]


def append_old(connection: duckdb.DuckDBPyConnection, count: int) -> None:
    """A comment on each of `count` objects that began over 90 days ago, as the first new events."""
    connection.execute(
        f"""
        insert into raw.event_journal
        select * exclude (since, place) replace (
            cast(cast(md5(EJ_ID || 'again') as uuid) as varchar) as EJ_ID,
            '{speed.TICKET[0][0]}.Commented' as EJ_EventType,
            since as EJ_EventTimeUTC,
            since + place * interval 1 microsecond as _SyncDate,
            '{{"context":{{"channel":"mail"}}}}' as EJ_Payload,
            md5('mail') as EJ_PayloadHash,
            EJ_Sequence + 1000 as EJ_Sequence
        )
        from (
            select
                *,
                (select min(_SyncDate) from raw.arriving) as since,
                row_number() over (order by hash(EJ_ID)) as place
            from (
                select * from raw.event_journal
                where EJ_Sequence = 1 and EJ_SourceSystem = 'app'
                  and _SyncDate < (select max(_SyncDate) from raw.event_journal)
                      - interval {RECENT_DAYS} day
                qualify row_number() over (partition by EJ_ObjectID order by _SyncDate) = 1
            )
        )
        where place <= {count}
        order by place
        """
    )


def described(file: Path, since: str, until: str) -> dict[str, Any]:
    """What the new events between two arrivals are: events, objects, and those that are young."""
    with duckdb.connect(str(file), read_only=True) as connection:
        events, young, objects, days = connection.execute(
            f"""
            with new_events as (
                select * from raw.event_journal
                where _SyncDate > timestamp '{since}' and _SyncDate <= timestamp '{until}'
            ),
            begun as (
                select EJ_ObjectID, min(_SyncDate) as at from raw.event_journal
                where EJ_ObjectID in (select EJ_ObjectID from new_events)
                group by EJ_ObjectID
            )
            select
                count(*),
                count_if(begun.at > timestamp '{until}' - interval {RECENT_DAYS} day),
                count(distinct new_events.EJ_ObjectID),
                count(distinct date_trunc('day', begun.at))
            from new_events inner join begun using (EJ_ObjectID)
            """
        ).fetchone()
    return {"events": events, "young": young, "objects": objects, "days": days}


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


# ---------------------------------------------------------------- the projects


def change(file: Path, how: Any) -> None:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    file.write_text(yaml.safe_dump(how(document), sort_keys=False), encoding="utf-8")


# ---------------------------------------------------------------- DuckDB


def duckdb_project(folder: Path, file: Path, buckets: bool, settings: Settings) -> Path:
    """The binding's project, whose tables are in a database with small row groups."""
    bound_project(folder, speed.TICKET, file, settings.memory, threads=settings.threads)
    use_buckets(folder, "duckdb", buckets)
    options = {"row_group_size": settings.row_group_size}
    tables = {"path": str(folder / "tables.duckdb"), "alias": "tables", "options": options}

    def attach(profiles: dict[str, Any]) -> dict[str, Any]:
        output = profiles["speed"]["outputs"]["duckdb"]
        output |= {"path": ":memory:", "attach": [*output["attach"], tables]}
        return profiles

    change(folder / "profiles.yml", attach)
    more = {"dispatch": DISPATCH, "models": {"+database": "tables"}}
    change(folder / "dbt_project.yml", lambda project: project | more)
    return folder


def run_duckdb(folder: Path, run: str, as_of: str) -> list[Scan]:
    command = [sys.executable, str(HERE / "pruning_duckdb.py"), str(folder), as_of]
    found = json.loads(speed.said(command).splitlines()[-1])
    return [Scan(run=run, **scan) for scan in found]


def lay_out(folded: Path, folder: Path, buckets: bool, settings: Settings) -> None:
    """Fills a project with the tables of a full refresh, in the order in which engines with
    clusters keep them. DuckDB has no clusters, and with buckets its full refresh leaves the
    timeline in no order. Without buckets, the column `_Bucket` is left out.
    """
    target = folder / "tables.duckdb"
    target.unlink(missing_ok=True)
    options = {"threads": settings.threads, "memory_limit": settings.memory}
    with duckdb.connect(config=options | {"temp_directory": str(folder / "temp")}) as connection:
        connection.execute(f"attach '{folded / 'tables.duckdb'}' as folded (read_only)")
        size = settings.row_group_size
        connection.execute(f"attach '{target}' as tables (row_group_size {size})")
        connection.execute("use tables")
        for name, columns in tables_of(connection, "folded").items():
            order = [column for column in ("_Bucket", "_ObjectKey") if column in columns]
            rest = ""
            if not buckets and "_Bucket" in columns:
                order, rest = order[1:], " exclude (_Bucket)"
            by = f" order by {', '.join(order)}" if order else ""
            connection.execute(f"create table {name} as select *{rest} from folded.{name}{by}")


def tables_of(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[str]]:
    """{table: its columns}"""
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = ? and table_oid"
        " in (select table_oid from duckdb_tables() where database_name = ?) order by 1",
        [database, database],
    ).fetchall():
        found.setdefault(table, []).append(column)
    return found


def folded(settings: Settings) -> Path:
    """A project after the full refresh of the journal, with buckets. Made once and kept: the tables
    without buckets have the same rows.
    """
    file = journal_file(settings)
    folder = WORK / f"folded-{file.stem}"
    done = folder / "done"
    if not done.exists():
        as_of = speed.arrived(file)
        say(f"full refresh of {settings.events:,} events")
        usual = replace(settings, row_group_size=ROW_GROUP_SIZE)
        run_duckdb(duckdb_project(folder, file, True, usual), "full", as_of)
        done.touch()
    return folder


def measure_duckdb(settings: Settings, runs: Sequence[str] = RUNS) -> Measured:
    """The increments with buckets, and the same without."""
    found = Measured(f"DuckDB {duckdb.__version__}", "row groups", asdict(settings))
    file = journal_file(settings)
    full = folded(settings)
    for variant in VARIANTS:
        last = speed.arrived(file)
        buckets = variant == "buckets"
        folder = duckdb_project(WORK / f"duckdb-{variant}", file, buckets, settings)
        lay_out(full, folder, buckets, settings)
        for run in runs:
            say(f"DuckDB, {variant}, {run}")
            since, last = last, append(file, run, settings)
            found.runs[run] = described(file, since, last)
            found.scans[variant] += run_duckdb(folder, run, last)
        shutil.rmtree(folder)
    return found


# ---------------------------------------------------------------- Spark


def measure_spark(settings: Settings) -> Measured:
    """The timeline and the cycles on Spark, each increment after the full refresh. Without buckets,
    the tables are the same, and the statements lack the predicate.
    """
    import pruning_spark as spark

    full = folded(settings)
    folder = WORK / "spark"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    file = folder / "journal.duckdb"  # of its own, so that DuckDB can be measured meanwhile
    shutil.copyfile(journal_file(settings), file)
    last = speed.arrived(file)
    engine = spark.SparkWithLog(settings.file_mb, settings.threads, settings.spark_memory)
    version = engine.version().removesuffix(" (a stand-in)")
    found = Measured(version, "files", asdict(settings))
    project = spark.project_of(folder / "project")
    with engine.session(folder / "engine") as worker:
        worker.open(project, spark.SCHEMA)
        say("Spark: tables")
        spark.create_journal(worker, file, folder)
        worker.dbt("run", as_of=last)
        spark.fill(worker, full, folder)
        versions = spark.versions(engine.folder)
        for variant in VARIANTS:
            if variant == "whole":
                spark.name_no_buckets(project)
                worker.open(project, spark.SCHEMA)
            for run in RUNS:
                say(f"Spark, {variant}, {run}")
                since = speed.arrived(file)
                last = append(file, run, settings, follows=False)
                found.runs[run] = described(file, since, last)
                spark.restore(worker, versions, engine.folder)
                spark.append_journal(worker, file, folder, since)
                sizes = spark.sizes(worker)
                begun = time.time() * 1000
                worker.dbt("run", "--select", *spark.MODELS, as_of=last)
                time.sleep(2)  # until Spark has written its log
                scans = [Scan(run=run, **scan) for scan in spark.scans(engine.log(), sizes, begun)]
                if variant == "whole":  # look-ups that would not be sent without buckets
                    scans = [scan for scan in scans if scan.step != "find buckets"]
                found.scans[variant] += scans
                say(markdown(found))
    shutil.rmtree(folder)
    return found


# ---------------------------------------------------------------- the report


def read(found: Measured, variant: str, line: Line, run: str) -> Amount:
    """What the scans of a line read."""
    scans = [scan for scan in found.scans[variant] if scan.run == run and line.matches(scan)]
    return Amount(
        parts=sum(scan.parts for scan in scans),
        all_parts=sum(scan.all_parts for scan in scans),
        size=sum(scan.size for scan in scans),
        in_table=max((scan.all_parts for scan in scans), default=0),
    )


def cell(found: Measured, amount: Amount) -> str:
    if not amount.all_parts:
        return ""
    read = f"{amount.parts:,} of {amount.all_parts:,}"
    return f"{read} ({amount.size / 1e6:,.0f} MB)" if found.parts == "files" else read


def markdown(found: Measured) -> str:
    """One engine's part of the report."""
    settings = Settings(**found.settings)
    lines = [
        f"## {found.engine}",
        "",
        f"{settings.events:,} events over {settings.months} months. "
        + (
            f"A row group has {settings.row_group_size:,} rows."
            if found.parts == "row groups"
            else f"`optimize` makes files of {settings.file_mb} MB."
        ),
        "",
    ]
    for run, facts in found.runs.items():
        lines += [
            f"### {run}: {facts['young'] / facts['events']:.0%} of the new events on young objects",
            "",
            f"{facts['events']:,} new events of {facts['objects']:,} objects, which began on"
            f" {facts['days']:,} days.",
            "",
            f"| statement | table | {found.parts} in it | read with buckets | read without |",
            "|---|---|---|---|---|",
        ]
        for line in LINES[found.parts]:
            amounts = [read(found, variant, line, run) for variant in VARIANTS]
            in_table = f"{amounts[0].in_table:,}" if line.table else ""
            cells = " | ".join(cell(found, amount) for amount in amounts)
            lines.append(f"| {line.name} | {line.table or 'all'} | {in_table} | {cells} |")
        lines.append("")
    return "\n".join(lines)


ABOUT = """\
# What an increment reads with buckets and without

`benchmarks/pruning.py` wrote this page. [Its section in the README](../README.md#pruning) says what
is measured, and how. Numbers are sums over all scans of a table by a statement: if it scans a table
of 100 files three times, it reads some of 300. On DuckDB, they come from the profile of each
statement. On Spark, they come from the event log. A merge reads the files in which it finds rows to
replace once more, to write them again.
"""


def store(found: Measured, engine: str) -> None:
    """Keeps an engine's numbers, and writes the report of all."""
    file = RESULTS / "pruning.json"
    stored = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    stored[engine] = asdict(found)
    file.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    parts = [markdown(Measured.stored(document)) for _, document in sorted(stored.items())]
    (RESULTS / "pruning.md").write_text("\n".join([ABOUT, *parts]), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    helps = {
        "events": "in the journal",
        "months": "over which they are spread",
        "new_events": "in each of the two increments",
        "row_group_size": "DuckDB: rows in a row group",
        "file_mb": "Spark: size of the files that `optimize` makes",
        "threads": "of DuckDB, or cores of Spark",
        "memory": "DuckDB's limit",
        "spark_memory": "Spark's heap",
    }
    for name, value in asdict(Settings()).items():
        type_ = (lambda text: int(text.replace("_", ""))) if type(value) is int else type(value)
        option = "--" + name.replace("_", "-")
        parser.add_argument(option, type=type_, default=value, help=f"{helps[name]}; {value}")
    parser.add_argument("--no-results", action="store_true", help="show the report only")
    options = vars(parser.parse_args())
    engine, no_results = options.pop("engine"), options.pop("no_results")
    settings = Settings(**options)
    found = measure_spark(settings) if engine == "spark" else measure_duckdb(settings)
    if not no_results:
        store(found, engine)
    print(markdown(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
