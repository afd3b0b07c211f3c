"""How many bytes an hourly run bills on BigQuery, derived from the statements that it sends.

    .venv/bin/python benchmarks/bigquery_bytes.py                        a billion events
    .venv/bin/python benchmarks/bigquery_bytes.py --events 50_000_000 --events-per-run 2000

Nothing is executed on BigQuery. The static harness (integration_tests/static) records what the
adapter would send for the benchmark's binding in a run after a complete one. A small run on DuckDB
gives the mean width of each column. For each statement, this script finds the tables and columns
that it reads, and the partitions that its literals leave.

The simulated journal has `--events` events over `--months` months. Objects begin evenly over this
time. `--recent-share` of a run's events belong to objects begun in the last `--recent-days` days.
The other objects are of any age, or with `--half-life` mostly of the least age.

What BigQuery bills (cloud.google.com/bigquery/docs/estimate-costs):

- A query pays for each column that it names, once, in the partitions and blocks that are read.
- A merge also pays for all columns of its target, in the partitions that its condition leaves.
- Only literals prune: by the partition column, and by the first cluster column in what is read.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "integration_tests" / "static"
PERIOD = 1  # days of a bucket; the one that begins with 2010 is 1
# as record.py has it: the time of the run, and the last complete batch
AS_OF = dt.datetime(2026, 1, 6, tzinfo=dt.UTC)
BATCH = 7
JOURNAL = "event_journal"
# Rows of each table for an object with eight events. What is not named has so few that they cost
# nothing.
ROWS_PER_OBJECT = {
    "timeline": 8.0,
    "quarantine": 0.008,
    "workflow_instance": 1.0,
    "sla_cycle": 3.0,
    "escalation_queue": 0.5,
    "runtime_signal": 1.0,
}
DOLLARS_PER_TIB = 6.25  # on demand, in the US and the EU

Range = tuple[float, float]


@dataclass(frozen=True)
class Cell:
    """Rows that lie in the same partitions and blocks. values: between which values a column is
    there; None if it is null; a column that is not named may have any value.
    """

    rows: float
    values: Mapping[str, Range | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """widths: mean bytes of each column. prunes: the columns by whose literals a query skips cells.
    partition: the column by which a merge does, too.
    """

    widths: Mapping[str, float]
    cells: tuple[Cell, ...]
    prunes: frozenset[str] = frozenset()
    partition: str | None = None

    def bytes(self, columns: Iterable[str], cells: Iterable[int]) -> float:
        width = sum(self.widths[column] for column in columns)
        return sum(self.cells[cell].rows for cell in cells) * width


@dataclass(frozen=True)
class Simulation:
    events: float = 1e9
    months: int = 60
    events_per_run: float = 10_000
    events_per_object: float = 8
    recent_share: float = 0.95
    recent_days: int = 90
    half_life: float | None = None

    @property
    def objects(self) -> float:
        return self.events / self.events_per_object

    def buckets(self) -> list[int]:
        """The buckets in which objects began, the oldest first."""
        last = int((AS_OF.timestamp() // 86400 - 14610) // PERIOD) + 1
        return list(range(last - round(self.months * 365.25 / 12 / PERIOD) + 1, last + 1))

    def shares(self) -> dict[int, float]:
        """Which part of a run's objects began in each bucket."""
        buckets = self.buckets()
        recent = buckets[-max(1, round(self.recent_days / PERIOD)) :]
        older = buckets[: -len(recent)]
        ages = {bucket: (recent[0] - bucket) * PERIOD for bucket in older}
        weights = {
            bucket: 0.5 ** (age / self.half_life) if self.half_life else 1.0
            for bucket, age in ages.items()
        }
        shares = {
            bucket: (1 - self.recent_share) * weight / sum(weights.values())
            for bucket, weight in weights.items()
        }
        part = self.recent_share if older else 1.0
        return shares | {bucket: part / len(recent) for bucket in recent}

    def touched(self) -> list[int]:
        """The buckets of the objects of a run: as many as a run has on average, the most probable.
        Each event is of another object.
        """
        chances = {
            bucket: 1 - (1 - share) ** self.events_per_run
            for bucket, share in self.shares().items()
        }
        likely = sorted(chances, key=lambda bucket: (-chances[bucket], -bucket))
        return sorted(likely[: round(sum(chances.values()))])


# ---------------------------------------------------------------- the simulated tables


def model_cells(simulation: Simulation, per_object: float, next_utc: bool) -> tuple[Cell, ...]:
    """For each bucket the rows that earlier runs wrote, and those that this run writes."""
    buckets, shares = simulation.buckets(), simulation.shares()
    month = AS_OF.replace(day=1, hour=0)
    this_month = (month.timestamp(), (month + dt.timedelta(days=31)).timestamp())
    cells = []
    for bucket in buckets:
        written = simulation.events_per_run * shares[bucket] * per_object
        before = max(0.0, simulation.objects * per_object / len(buckets) - written)
        values: dict[str, Range | None] = {"_bucket": (bucket, bucket)}
        if next_utc:  # only cycles of the youngest objects are still open
            values["st_nextutc"] = this_month if bucket == buckets[-1] else None
        cells.append(Cell(before, values | {"_batch": (1, BATCH)}))
        cells.append(Cell(written, values | {"_batch": (BATCH + 1, BATCH + 1)}))
    return tuple(cells)


def journal_cells(simulation: Simulation) -> tuple[Cell, ...]:
    """A cell for each day, as in a journal that is partitioned by day of _SyncDate. This run's rows
    arrived on the last one.
    """
    days = round(simulation.months * 365.25 / 12)
    end = AS_OF.timestamp()
    return tuple(
        Cell(simulation.events / days, {"_syncdate": (end - 86400 * (day + 1), end - 86400 * day)})
        for day in range(days)
    )


def layout(create: str, columns: Iterable[str]) -> tuple[str | None, list[str]]:
    """The partition column and the cluster columns that a `create table` names."""
    head = re.split(r"\boptions\s*\(", create, maxsplit=1, flags=re.I)[0].lower()
    partition = re.search(r"\bpartition by (.*?)(?=\bcluster by\b|$)", head, re.S)
    cluster = re.search(r"\bcluster by (.*)$", head, re.S)
    names = re.findall(r"\w+", partition.group(1)) if partition else []
    return (
        next((name for name in names if name in columns), None),
        [name for name in re.findall(r"\w+", cluster.group(1)) if name in columns]
        if cluster
        else [],
    )


def tables(
    simulation: Simulation,
    widths: Mapping[str, Mapping[str, float]],
    created: Mapping[str, str],
    binding: str,
) -> dict[str, Table]:
    """widths: {table: {column: bytes}}. created: {table: the statement that creates it}."""
    found = {}
    for name, columns in widths.items():
        if name == JOURNAL:
            cells, partition, cluster = journal_cells(simulation), "_syncdate", []
        else:
            if "_bucket" in created.get(name, "").lower():  # DuckDB's tables have no buckets
                columns = {**columns, "_bucket": 8.0}
            per_object = ROWS_PER_OBJECT.get(name.removeprefix(f"{binding}_"), 0)
            cells = model_cells(simulation, per_object, "st_nextutc" in columns)
            partition, cluster = layout(created.get(name, ""), columns)
        prunes = frozenset(filter(None, [partition, *cluster[:1]]))
        found[name] = Table(columns, cells, prunes, partition)
    return found


# ---------------------------------------------------------------- what a statement reads


def number(node: exp.Expression) -> float | None:
    """The value of a literal: a number, or the seconds of an instant."""
    if isinstance(node, exp.Neg):
        value = number(node.this)
        return None if value is None else -value
    if isinstance(node, (exp.Cast, exp.Paren)):
        return number(node.this)
    if isinstance(node, (exp.UnixMicros, exp.UnixToTime)):  # unix_micros, timestamp_micros
        value = number(node.this)
        scale = 1e6 if isinstance(node, exp.UnixMicros) else 1e-6
        return None if value is None else value * scale
    if isinstance(node, (exp.Add, exp.Sub)):
        left, right = number(node.this), number(node.expression)
        if left is None or right is None:
            return None
        return left + right if isinstance(node, exp.Add) else left - right
    if not isinstance(node, exp.Literal):
        return None
    if not node.is_string:
        return float(node.this)
    try:
        instant = dt.datetime.fromisoformat(node.this.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)).timestamp()


COMPARED = {
    exp.EQ: lambda low, high, value: low <= value <= high,
    exp.GT: lambda low, high, value: high > value,
    exp.GTE: lambda low, high, value: high >= value,
    exp.LT: lambda low, high, value: low < value,
    exp.LTE: lambda low, high, value: low <= value,
}
MIRRORED = {exp.EQ: exp.EQ, exp.GT: exp.LT, exp.GTE: exp.LTE, exp.LT: exp.GT, exp.LTE: exp.GTE}


def may_match(condition: exp.Expression, cell: Cell, names: Mapping[str, str]) -> bool:
    """Whether a row of the cell may fulfil the condition, as far as literals can tell. names: the
    column that each way of writing it means.
    """
    if isinstance(condition, exp.Paren):
        return may_match(condition.this, cell, names)
    if isinstance(condition, exp.Boolean):
        return bool(condition.this)
    if isinstance(condition, exp.And):
        return all(may_match(part, cell, names) for part in condition.flatten())
    if isinstance(condition, exp.Or):
        return any(may_match(part, cell, names) for part in condition.flatten())

    def known(node: exp.Expression) -> str | None:
        name = names.get(node.sql().lower()) if isinstance(node, exp.Column) else None
        return name if name in cell.values else None

    def compare(kind: type[exp.Expression], column: str, value: float | None) -> bool:
        between = cell.values[column]
        return value is None or (between is not None and COMPARED[kind](*between, value))

    if type(condition) in COMPARED:
        kind, left, right = type(condition), condition.this, condition.expression
        if isinstance(left, exp.Literal) and isinstance(right, exp.Literal):
            value = number(right)
            low = number(left)
            return low is None or value is None or COMPARED[kind](low, low, value)
        if column := known(left):
            return compare(kind, column, number(right))
        if column := known(right):
            return compare(MIRRORED[kind], column, number(left))
    if isinstance(condition, exp.In) and (column := known(condition.this)):
        values = [number(value) for value in condition.expressions]
        return not values or any(compare(exp.EQ, column, value) for value in values)
    if isinstance(condition, exp.Between) and (column := known(condition.this)):
        return compare(exp.GTE, column, number(condition.args["low"])) and compare(
            exp.LTE, column, number(condition.args["high"])
        )
    if isinstance(condition, exp.Is) and (column := known(condition.this)):
        return not isinstance(condition.expression, exp.Null) or cell.values[column] is None
    return True


def left_cells(
    table: Table, alias: str, conditions: Iterable[exp.Expression], prunes: Iterable[str]
) -> set[int]:
    """The cells that the conditions on the table leave. A cell without rows is never read."""
    names = {way: name for name in prunes for way in (name, f"{alias}.{name}".lower())}
    conditions = list(conditions)
    return {
        number_
        for number_, cell in enumerate(table.cells)
        if cell.rows and all(may_match(condition, cell, names) for condition in conditions)
    }


Read = set[tuple[str, int, str]]  # table, cell, column


def read_in(scope: Scope, known: Mapping[str, Table], named: set[str]) -> Read:
    """What a select reads of the tables after its own `from`. named: all columns that the statement
    names, since a star passes only these on.
    """
    select, found = scope.expression, set()
    if not isinstance(select, exp.Select):
        return found
    plain = unquoted(select)
    where = [plain.args["where"].this] if plain.args.get("where") else []
    for alias, source in scope.sources.items():
        if not isinstance(source, exp.Table) or source.name.lower() not in known:
            continue
        name = source.name.lower()
        table = known[name]
        joined = [
            join.args["on"]
            for join in plain.args.get("joins") or []
            if join.alias_or_name.lower() == alias.lower() and join.args.get("on")
        ]
        star = any(
            projection.is_star and (projection.name == "*") and stars(projection, alias)
            for projection in select.expressions
        )
        columns = {
            column.name.lower()
            for column in scope.columns
            if column.table.lower() in ("", alias.lower())
        }
        columns = (columns | named if star else columns) & table.widths.keys()
        for cell in left_cells(table, alias, where + joined, table.prunes):
            found |= {(name, cell, column) for column in columns}
    return found


def stars(projection: exp.Expression, alias: str) -> bool:
    """Whether `*` or `alias.*` is of this table."""
    of = projection.table if isinstance(projection, exp.Column) else ""
    return not of or of.lower() == alias.lower()


def unquoted(tree: exp.Expression) -> exp.Expression:
    tree = tree.copy()
    for identifier in tree.find_all(exp.Identifier):
        identifier.set("quoted", False)
    return tree


def reads(sql: str, known: Mapping[str, Table]) -> Read:
    """The columns and cells that a statement is billed for."""
    found: Read = set()
    for tree in sqlglot.parse(sql, dialect="bigquery"):
        if tree is None or (isinstance(tree, exp.Create) and tree.kind == "VIEW"):
            continue
        named = {column.name.lower() for column in tree.find_all(exp.Column)}
        queries = [tree] if isinstance(tree, exp.Query) else []
        if isinstance(tree, exp.Create) and tree.expression:
            queries = [tree.expression]
        if isinstance(tree, exp.Merge):
            queries = [tree.args["using"].this] if tree.args["using"].this else []
            target = tree.this
            if table := known.get(target.name.lower()):
                cells = left_cells(
                    table,
                    target.alias_or_name,
                    [unquoted(tree.args["on"])],
                    filter(None, [table.partition]),
                )
                found |= {
                    (target.name.lower(), cell, column) for cell in cells for column in table.widths
                }
        for query in queries:
            if isinstance(query, exp.Subquery):
                query = query.unnest()
            for scope in traverse_scope(query) if isinstance(query, exp.Query) else []:
                found |= read_in(scope, known, named)
    return found


def billed(read: Read, known: Mapping[str, Table]) -> float:
    return sum(known[table].bytes([column], [cell]) for table, cell, column in read)


# ---------------------------------------------------------------- the recorded run


@dataclass(frozen=True)
class Recorded:
    """statements: [{"state", "model", "sql"}], as record.py writes them."""

    statements: list[dict[str, str]]
    widths: dict[str, dict[str, float]]

    def created(self) -> dict[str, str]:
        found = {}
        for statement in self.statements:
            head = re.match(r"\s*create or replace table\s+(\S+)", statement["sql"], re.I)
            if statement["state"] == "first" and head:
                found[head.group(1).replace("`", "").split(".")[-1].lower()] = statement["sql"]
        return found


def column_widths(connection: Any) -> dict[str, dict[str, float]]:
    """The mean logical bytes of each column: 2 and the text's own for a STRING, 0 for a null."""
    found: dict[str, dict[str, float]] = {}
    for table, column, type_ in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where table_oid in (select"
        " table_oid from duckdb_tables()) order by table_oid, column_index"
    ).fetchall():
        size = f"2 + strlen({column})" if type_ == "VARCHAR" else 1 if type_ == "BOOLEAN" else 8
        width = connection.execute(
            f"select coalesce(avg(case when {column} is null then 0 else {size} end), 0) from"
            f" {table}"
        ).fetchone()[0]
        found.setdefault(table.lower(), {})[column.lower()] = width
    return found


def recorded(folder: Path, python: Path, simulation: Simulation) -> Recorded:
    """Runs the benchmark's binding on DuckDB, and records what BigQuery's adapter would send."""
    import duckdb
    import speed
    import yaml
    from projects import bound_project
    from static.projects import TYPES

    file = speed.journal_file(40_000)
    sample = bound_project(folder / "sample", speed.TICKET, file)
    as_of = speed.arrived(file)
    speed.said([sys.executable, str(HERE / "measure.py"), str(sample), as_of])
    with duckdb.connect(str(sample / "warehouse.duckdb"), read_only=True) as connection:
        widths = column_widths(connection)
        connection.execute(f"attach '{file}' as store (read_only)")
        relations: dict[str, list[tuple[str, str]]] = {}
        for table, column, type_ in connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() where not internal"
            " and table_name <> 'arriving' order by table_oid, column_index"
        ).fetchall():
            type_ = TYPES["bigquery"].get(type_, "INT64")
            relations.setdefault(table, []).append((column, type_))
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("use raw")
        widths[JOURNAL] = column_widths(connection)[JOURNAL]
    adapter = bound_project(folder / "bigquery", speed.TICKET)
    output = {"type": "bigquery", "method": "oauth-secrets", "token": "t", "project": "db"}
    profile = {"target": "bigquery", "outputs": {"bigquery": output | {"schema": "runtime"}}}
    (adapter / "profiles.yml").write_text(yaml.safe_dump({"speed": profile}), encoding="utf-8")
    plan = {
        "type": "bigquery",
        "relations": relations,
        "journals": ["ops.event_journal"],
        "states": ["first", "later"],
        "failed": 0,
        "replaced": 0,
        "buckets": simulation.touched(),  # the answer to a question for touched buckets
    }
    (adapter / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    subprocess.run([str(python), str(STATIC / "record.py"), str(adapter)], check=True, cwd=adapter)
    failures = json.loads((adapter / "failures.json").read_text(encoding="utf-8"))
    if failures:
        raise SystemExit(f"These models did not compile: {failures}")
    return Recorded(json.loads((adapter / "statements.json").read_text(encoding="utf-8")), widths)


# ---------------------------------------------------------------- the report


def by_model(found: Recorded, known: Mapping[str, Table]) -> dict[str, dict[str, float]]:
    """Bytes of a later run: {model: {table it reads: bytes}}."""
    result: dict[str, dict[str, float]] = {}
    for statement in found.statements:
        if statement["state"] != "later":
            continue
        read = reads(statement["sql"], known)
        merges = bool(re.search(r"\bmerge\s+into\b", statement["sql"], re.I))
        for table in {table for table, _, _ in read}:
            label = f"{table}, merged" if merges else table
            of_model = result.setdefault(statement["model"], {})
            of_model[label] = of_model.get(label, 0) + billed(
                {part for part in read if part[0] == table}, known
            )
    return result


def report(simulation: Simulation, models: Mapping[str, Mapping[str, float]]) -> str:
    touched, buckets = simulation.touched(), simulation.buckets()
    total = sum(sum(parts.values()) for parts in models.values())
    lines = [
        f"{simulation.events:,.0f} events over {simulation.months} months,"
        f" {simulation.events_per_run:,.0f} new ones in a run, {simulation.recent_share:.0%} of"
        f" objects begun in the last {simulation.recent_days} days.",
        f"A run touches objects of {len(touched)} of {len(buckets)} buckets of {PERIOD} days.",
        "",
        "| model | GB | of which |",
        "|---|---|---|",
    ]
    for model, parts in sorted(models.items(), key=lambda item: -sum(item[1].values())):
        if (size := sum(parts.values())) >= 1e7:
            of = ", ".join(
                f"{table} {part / 1e9:.1f}"
                for table, part in sorted(parts.items(), key=lambda item: -item[1])
                if part >= 1e7
            )
            lines.append(f"| {model} | {size / 1e9:.1f} | {of} |")
    day = 24 * total
    lines += [
        f"| **sum** | **{total / 1e9:.1f}** | |",
        "",
        f"Hourly runs: {day / 1e12:.2f} TB a day,"
        f" {day / 2**40 * DOLLARS_PER_TIB:,.0f} dollars a day at {DOLLARS_PER_TIB} a TiB.",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    whole = lambda text: int(float(text.replace("_", "")))  # noqa: E731
    defaults = Simulation()
    for name, type_, help_ in (
        ("events", whole, "in the journal"),
        ("months", int, "over which they are spread"),
        ("events-per-run", whole, "new ones, each of another object"),
        ("events-per-object", float, "as in the rows per object of each table"),
        ("recent-share", float, "of a run's events, on objects begun recently"),
        ("recent-days", int, "what recently means"),
    ):
        value = getattr(defaults, name.replace("-", "_"))
        parser.add_argument(
            f"--{name}", type=type_, default=value, help=f"{help_}; default {value:g}"
        )
    parser.add_argument(
        "--half-life",
        type=float,
        help="days in which the chance of an older object to have an event halves; default: none,"
        " so that older objects are of any age",
    )
    parser.add_argument(
        "--python",
        type=Path,
        help="an interpreter with dbt-bigquery; default: the one that `make test-static` makes",
    )
    options = vars(parser.parse_args())
    python = options.pop("python")
    simulation = Simulation(**options)
    sys.path.insert(0, str(STATIC.parent))
    if not python:
        from static.projects import install

        python = install()[0]
    folder = HERE / ".work" / "bytes"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    found = recorded(folder, python, simulation)
    known = tables(simulation, found.widths, found.created(), "ticket")
    print(report(simulation, by_model(found, known)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
