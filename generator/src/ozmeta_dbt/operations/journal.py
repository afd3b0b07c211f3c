"""Writes a station's journal to a file, and appends that file to the center's journal: `ozmeta-dbt
journal export` and `replay`.

The file has one row per line, with canonical column names. The last line has the number of rows and
their SHA-256, so that a truncated file is noticed. A replay appends the missing rows in one
transaction. If it is repeated, it appends nothing. If it is killed, it leaves nothing. It does not
judge rows: a row whose EJ_ID exists with other content is appended, and the fold decides what that
means (SPEC 4.2).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.mssql import DATETIME2

from ozmeta_dbt.config import CANONICAL_COLUMNS, FILE_NAME, NEEDED_COLUMNS, Config, Source
from ozmeta_dbt.instants import instant
from ozmeta_dbt.metadb.database import catalogue, connected
from ozmeta_dbt.problems import FileProblem, InvalidMetadata, Origin, Problems, writing
from ozmeta_dbt.words import counted

DATETIME2_6 = DATETIME2(6)  # type: ignore[no-untyped-call]
BATCH = 1000
MAX_NAMED = 10
TIMES = ("EJ_EventTimeUTC", "_SyncDate")
FOLDED = {
    "_TenantID",
    "EJ_SourceSystem",
    "EJ_Sequence",
}  # the fold goes by them, so a journal without them would tell another story
NUMBER = re.compile(r"u?(tiny|small|medium|big|huge)?int|integer|dec|num|real|double|float", re.I)
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a journal: its canonical name, and the kind of values that its type holds."""

    name: str
    physical: sa.ColumnClause[Any]
    kind: str  # time, zoned (a time with its zone), number, uuid, json or text

    @classmethod
    def of(cls, name: str, physical: str, data_type: str) -> Column:
        lower = data_type.lower()
        kind = (
            "zoned"
            if lower in ("timestamp with time zone", "timestamptz", "datetimeoffset")
            else (
                "time"
                if lower.startswith(("timestamp", "datetime", "smalldatetime"))
                else (
                    "uuid"
                    if lower in ("uuid", "uniqueidentifier")
                    else (
                        "json"
                        if lower in ("json", "jsonb")
                        else "number"
                        if NUMBER.match(lower)
                        else "text"
                    )
                )
            )
        )
        return cls(
            name, sa.column(physical, sa.Uuid()) if kind == "uuid" else sa.column(physical), kind
        )

    def read(self, dialect: str) -> sa.ColumnElement[Any]:
        """Times in UTC, and all other values as the text that the package's models see."""
        if self.kind == "zoned":
            return (
                sa.cast(sa.func.switchoffset(self.physical, "+00:00"), DATETIME2_6)
                if dialect == "mssql"
                else sa.func.timezone("UTC", self.physical)
            )
        return self.physical if self.kind == "time" else sa.cast(self.physical, sa.Unicode())

    def written(self, value: Any) -> Any:
        """A value from the database, in the form of the file."""
        if isinstance(value, dt.datetime):
            return as_utc(value).isoformat() + "Z"
        if value is None or self.kind == "text":
            return value
        if self.kind in ("time", "zoned"):  # SQLite's are texts
            moment = instant(str(value))
            return str(value) if moment is None else moment.isoformat() + "Z"
        number = whole(str(value)) if self.kind == "number" else None
        return str(value) if number is None else number

    def same(self, value: Any) -> Any:
        """A value of the file or of the journal in one form, whatever the column's type."""
        if value is None or self.kind == "text":
            return None if value is None else str(value)
        text = str(value)
        if self.kind in ("time", "zoned"):
            moment = instant(text)
            return text if moment is None else moment
        if self.kind == "number":
            number = whole(text)
            return text if number is None else number
        return as_json(text) if self.kind == "json" else text.lower()

    def bound(self, value: Any, dialect: str) -> Any:
        """A value of the file in the form that this column accepts. ValueError if it cannot be
        stored.
        """
        if value is None:
            return None
        text = str(value)
        if self.kind in ("time", "zoned"):
            moment = instant(text)
            if moment is None:
                raise ValueError("is not a time")
            if dialect == "sqlite":
                return moment.isoformat(" ", "microseconds")
            return moment.replace(tzinfo=dt.timezone.utc) if self.kind == "zoned" else moment
        if self.kind == "number":
            number = whole(text)
            if number is not None:
                return number
            try:
                return Decimal(text)
            except InvalidOperation:
                raise ValueError("is not a number") from None
        if self.kind == "uuid":
            try:
                return UUID(text)
            except ValueError:
                raise ValueError("is not a UUID") from None
        if self.kind == "json":
            try:
                json.loads(text)
            except (ValueError, RecursionError):
                raise ValueError("is not JSON") from None
        return text


def as_utc(moment: dt.datetime) -> dt.datetime:
    return (
        moment if moment.tzinfo is None else moment.astimezone(dt.timezone.utc).replace(tzinfo=None)
    )


def as_json(text: str) -> str:
    """One spelling for JSON that a native JSON column may write differently."""
    try:
        return json.dumps(
            json.loads(text, parse_int=Decimal, parse_float=Decimal),
            sort_keys=True,
            default=lambda number: str(number.normalize()),
        )
    except (ValueError, RecursionError, InvalidOperation):
        return text


def whole(text: str) -> int | None:
    try:
        number = Decimal(text)
        return (
            int(number)
            if number.is_finite()
            and number == number.to_integral_value()
            and abs(number) < Decimal(10) ** 38
            else None
        )
    except InvalidOperation:
        return None


@dataclass(frozen=True)
class Place:
    """Which journal, and the names of its columns, as in ozmeta.yml. The URL gives the database."""

    source: Source
    mapped: dict[str, str | None]
    # whether a binding makes its objects' ids of other columns, so that EJ_ObjectID may be missing
    composite: bool = False
    keys: tuple[str, ...] = ()  # those columns, under their own names

    @classmethod
    def of(cls, config: Config, label: str | None = None) -> Place:
        sources = config.journal.all_journals
        chosen = [source for source in sources if label in (None, source.label)]
        if len(chosen) != 1:
            problems = Problems()
            labels = ", ".join(source.label for source in sources)
            problems.error(
                Origin(FILE_NAME).at("journal"),
                (
                    f"has no source {label}"
                    if label
                    else "has several sources: choose one with --source"
                ),
                f"they are: {labels}",
            )
            raise InvalidMetadata(problems)
        if not isinstance(chosen[0], Source):
            problems = Problems()
            problems.error(
                Origin(FILE_NAME).at("journal"),
                f"the journal {label or chosen[0].label} is a dbt model: export and replay need the"
                " table that applications write",
                "name that table under journal.source in the ozmeta.yml of another folder, and give"
                " that folder as --project-dir",
            )
            raise InvalidMetadata(problems)
        lower = {(physical or "").lower() for physical in config.journal.columns.values()} | {
            name.lower() for name in CANONICAL_COLUMNS
        }
        keys = sorted({key for choices in config.bindings.values() for key in choices.key or []})
        return cls(
            chosen[0],
            config.journal.columns,
            bool(keys),
            tuple(key for key in keys if key.lower() not in lower),
        )

    def open(self, connection: sa.Connection) -> Journal:
        """InvalidMetadata if the table or a required column does not exist."""
        schema, table, found = self.find(connection)
        problems, columns = Problems(), []
        here = Origin(FILE_NAME).at("journal")
        for name in (*CANONICAL_COLUMNS, *self.keys):
            physical = self.mapped.get(name, name)
            there = found.get(physical.lower()) if physical is not None else None
            needed = name in (*self.mapped, *self.keys, "_SyncDate") or (
                name in NEEDED_COLUMNS and not (name == "EJ_ObjectID" and self.composite)
            )
            if there:
                columns.append(Column.of(name, *there))
            elif physical is not None and needed:
                problems.error(
                    here.at("columns", name),
                    f"{self.source.schema_name}.{self.source.table} has no column '{physical}'",
                    f"it has: {', '.join(name for name, _ in found.values())}",
                )
        if problems.errors:
            raise InvalidMetadata(problems)
        sa.table(
            table, *(column.physical for column in columns), schema=schema
        )  # the columns know it from here on
        return Journal(connection, {column.name: column for column in columns})

    def find(self, connection: sa.Connection) -> tuple[str | None, str, dict[str, tuple[str, str]]]:
        """The schema and the table as the database spells them, and {column in lower case: (column,
        type)}. SQLite has no schemas.
        """
        dialect, wanted = (
            connection.dialect.name,
            (self.source.schema_name.lower(), self.source.table.lower()),
        )
        if dialect == "sqlite":
            inspector = sa.inspect(connection)
            rows = [
                ("", table, column["name"], str(column["type"]), "")
                for table in inspector.get_table_names()
                for column in (inspector.get_columns(table) if table.lower() == wanted[1] else [])
            ]
        else:
            schema, table, column, data_type, database = catalogue(dialect)
            here = [database == sa.func.current_database()] if dialect == "duckdb" else []
            query = sa.select(schema, table, column, data_type, database).where(
                sa.func.lower(schema) == wanted[0], sa.func.lower(table) == wanted[1], *here
            )
            rows = [
                (str(a), str(b), str(c), str(d), str(e))
                for a, b, c, d, e in connection.execute(query)
            ]
        if not rows:
            problems = Problems()
            problems.error(
                Origin(FILE_NAME).at("journal"),
                f"the database has no table {self.source.schema_name}.{self.source.table} that this"
                " user may read",
                "does the URL name the right one?",
            )
            raise InvalidMetadata(problems)
        schema_name, table_name = min((row[0], row[1]) for row in rows)
        columns = {
            row[2].lower(): (row[2], row[3])
            for row in sorted(rows, reverse=True)
            if (row[0], row[1]) == (schema_name, table_name)
        }
        if dialect == "duckdb" and rows[0][4].lower() == schema_name.lower():
            schema_name = (  # in a file raw.duckdb, the schema's name alone could be the file's
                f"{rows[0][4]}.{schema_name}"
            )
        return schema_name or None, table_name, columns


@dataclass(frozen=True)
class Journal:
    """A journal's table in an open database."""

    connection: sa.Connection
    columns: dict[str, Column]

    @property
    def dialect(self) -> str:
        return self.connection.dialect.name

    @property
    def content(self) -> list[Column]:
        return [column for column in self.columns.values() if column.name != "_SyncDate"]

    def select(self) -> sa.Select[Any]:
        return sa.select(
            *(
                column.read(self.dialect).label(f"c{place}")
                for place, column in enumerate(self.columns.values())
            )
        )

    def ordered(self, since: dt.datetime | None) -> sa.Select[Any]:
        """Order by (_SyncDate, EJ_ID), byte by byte, and in the rare case of a tie by all other
        columns, so that the same rows always have the same order.
        """
        query, collation = (
            self.select(),
            {"postgresql": "C", "mssql": "Latin1_General_BIN2"}.get(self.dialect),
        )
        first = [self.columns[name] for name in ("_SyncDate", "EJ_ID") if name in self.columns]
        for column in [
            *first,
            *(column for column in self.columns.values() if column not in first),
        ]:
            value: sa.ColumnElement[Any] = (
                column.physical
                if column.kind in ("time", "zoned")
                else sa.cast(column.physical, sa.Unicode())
            )
            if collation and column.kind not in ("time", "zoned"):
                value = sa.collate(value, collation)
            query = query.order_by(sa.case((column.physical.is_(None), 1), else_=0), value)
        if since is not None:
            sync = self.columns["_SyncDate"]
            query = query.where(
                sa.or_(
                    sync.physical >= sync.bound(since.isoformat(), self.dialect),
                    sync.physical.is_(None),
                )
            )
        return query

    def latest(self) -> dt.datetime | None:
        sync = self.columns["_SyncDate"]
        greatest = self.connection.execute(sa.select(sa.func.max(sync.read(self.dialect)))).scalar()
        return as_utc(greatest) if isinstance(greatest, dt.datetime) else instant(str(greatest))

    def signature(self, row: Row) -> tuple[Any, ...]:
        """The content of a row, without its arrival."""
        return tuple(column.same(row.get(column.name)) for column in self.content)

    def there(self, ids: set[Any]) -> dict[Any, dict[tuple[Any, ...], dt.datetime | None]]:
        """{EJ_ID: {content of a row: the latest _SyncDate}} for these ids. Null is the id of all
        rows without one.
        """
        key, found = self.columns["EJ_ID"], dict[Any, dict[tuple[Any, ...], Any]]()
        bound = []
        for id in ids - {None}:
            with suppress(ValueError):  # no row can have such an id
                bound.append(key.bound(id, self.dialect))
        conditions = ([key.physical.in_(bound)] if bound else []) + (
            [key.physical.is_(None)] if None in ids else []
        )
        for condition in conditions:
            for values in self.connection.execute(self.select().where(condition)):
                row = dict(zip(self.columns, values, strict=True))
                sync, rows = row.get("_SyncDate"), found.setdefault(key.same(row["EJ_ID"]), {})
                sync = as_utc(sync) if isinstance(sync, dt.datetime) else instant(str(sync))
                signature = self.signature(
                    {name: self.columns[name].written(value) for name, value in row.items()}
                )
                rows[signature] = max(
                    (moment for moment in (sync, rows.get(signature)) if moment), default=None
                )
        return found

    def append(self, rows: list[Row]) -> None:
        columns = list(self.columns.values())
        table = cast(sa.TableClause, columns[0].physical.table)
        statement = sa.insert(table).values(
            {
                column.physical: sa.bindparam(f"p{place}", type_=column.physical.type)
                for place, column in enumerate(columns)
            }
        )
        self.connection.execute(
            statement,
            [
                {f"p{place}": row.get(column.name) for place, column in enumerate(columns)}
                for row in rows
            ],
        )


# ---------------------------------------------------------------- the file


def line_of(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def export(
    path: Path, place: Place, url_env: str, since: dt.datetime | None = None
) -> tuple[int, str | None]:
    """Write the journal to `path`, completely or not at all. Returns the number of rows, and the
    last _SyncDate.
    """
    count, last, digest, temporary = 0, None, hashlib.sha256(), None
    try:
        with connected(
            url_env, "--url-env says that it holds the URL of the journal's database"
        ) as connection:
            journal = place.open(connection)
            if since is not None and (missing := time_column_fault(journal)):
                raise FileProblem(f"--since cannot be used: {missing}")
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".ozmeta-")
                with os.fdopen(handle, "wb") as file:
                    streamed = connection.execution_options(stream_results=True, yield_per=BATCH)
                    for values in streamed.execute(journal.ordered(since)):
                        row = {
                            column.name: column.written(value)
                            for column, value in zip(journal.columns.values(), values, strict=True)
                            if value is not None
                        }
                        line = line_of(row)
                        digest.update(line)
                        file.write(line)
                        count, last = count + 1, row.get("_SyncDate", last)
                    file.write(
                        json.dumps({"rows": count, "sha256": digest.hexdigest()}).encode() + b"\n"
                    )
                    file.flush()
                    os.fsync(file.fileno())
        with writing(path):
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
    return count, last


def time_column_fault(journal: Journal) -> str | None:
    sync = journal.columns.get("_SyncDate")
    return (
        "the journal has no _SyncDate"
        if sync is None
        else (
            None
            if sync.kind in ("time", "zoned")
            else "the journal's _SyncDate is a text, not a time"
        )
    )


def rows_of(path: Path) -> Iterator[tuple[int, Row]]:
    """The file's rows with their line numbers. Raises FileProblem at the end if the file is not as
    it was exported.
    """
    bad = f"{path} is not what `ozmeta-dbt journal export` wrote, nothing was appended: "
    digest, number, held = hashlib.sha256(), 0, b""
    try:
        with path.open("rb") as file:
            for line in file:
                if held:
                    digest.update(held)
                    yield number, row_of(held, bad, number)
                number, held = number + 1, line
    except OSError as error:
        raise FileProblem(f"{path} can't be read: {error.strerror or error}") from None
    try:
        trailer = json.loads(held) if held.endswith(b"\n") else None
    except (ValueError, RecursionError):
        trailer = None
    if not isinstance(trailer, dict) or trailer.keys() != {"rows", "sha256"}:
        raise FileProblem(
            bad + "its last line is missing, so it was cut off on its way; copy it again"
        )
    if trailer != {"rows": number - 1, "sha256": digest.hexdigest()}:
        raise FileProblem(
            bad
            + f"its last line tells of {counted(trailer['rows'], 'row')}, it has {number - 1}"
            + ("" if trailer["rows"] != number - 1 else ", one of them changed")
            + "; copy it again"
        )


def row_of(line: bytes, bad: str, number: int) -> Row:
    try:
        row = json.loads(line, parse_float=str)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict) or any(
        isinstance(value, (dict, list, bool)) for value in row.values()
    ):
        raise FileProblem(bad + f"line {number} is not a row of a journal")
    return row


# ---------------------------------------------------------------- the replay


@dataclass
class Replayed:
    """What a replay did. `clashing`: ids of appended rows that existed with other content."""

    rows: int = 0
    appended: int = 0
    there: int = 0
    clashes: int = 0
    clashing: list[str] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)  # columns of the file that the journal has not


def replay(path: Path, place: Place, url_env: str, now: dt.datetime | None = None) -> Replayed:
    """Append the missing rows in one transaction. `now`: the instant, in UTC, at which the rows
    reach this journal.
    """
    for _ in rows_of(path):
        pass  # all of the file is looked at before the first row is appended
    done = Replayed()
    with connected(
        url_env, "--url-env says that it holds the URL of the journal's database", write=True
    ) as connection:
        journal = place.open(connection)
        moment = now or dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
        if "_SyncDate" in journal.columns:
            moment = max(
                moment, journal.latest() or moment
            )  # no row may appear behind what was read
        batch: list[tuple[int, Row]] = []
        for numbered in rows_of(path):
            batch.append(numbered)
            if len(batch) == BATCH:
                append_batch(journal, batch, moment, done, path)
                batch = []
        append_batch(journal, batch, moment, done, path)
    return done


def append_batch(
    journal: Journal, batch: list[tuple[int, Row]], moment: dt.datetime, done: Replayed, path: Path
) -> None:
    key, fresh = journal.columns["EJ_ID"], list[tuple[int, Row]]()
    ids = {row.get("EJ_ID") for _, row in batch}
    there = journal.there(ids)
    for number, row in batch:
        check_columns(journal, row, done, path, number)
        id, signature = key.same(row.get("EJ_ID")), journal.signature(row)
        known = there.setdefault(id, {})
        done.rows += 1
        if signature in known:
            done.there += 1
            continue
        arrived = moment
        if known and id is not None:
            # the arrival distinguishes the rows of an id (SPEC 4.2): the one that was here first
            # stays first
            arrived = max(
                [moment, *(sync + dt.timedelta(microseconds=1) for sync in known.values() if sync)]
            )
            done.clashes += 1
            if str(row["EJ_ID"]) not in done.clashing and len(done.clashing) < MAX_NAMED:
                done.clashing.append(str(row["EJ_ID"]))
        known[signature] = arrived
        fresh.append((number, bound_row(journal, row, arrived, path, number)))
        done.appended += 1
    if fresh:
        journal.append([row for _, row in fresh])
        check_kept(journal, dict(batch), [number for number, _ in fresh], path)


def check_columns(journal: Journal, row: Row, done: Replayed, path: Path, number: int) -> None:
    for name in row.keys() - journal.columns.keys() - {"_SyncDate"}:
        if name not in CANONICAL_COLUMNS or name in FOLDED | NEEDED_COLUMNS:
            raise FileProblem(
                f"{path} line {number} has {name}, for which the journal has no column: nothing was"
                f" appended. Give the journal that column, or say in {FILE_NAME} under"
                " journal.columns what it is called"
            )
        done.left_out.add(name)


def bound_row(journal: Journal, row: Row, arrived: dt.datetime, path: Path, number: int) -> Row:
    bound = {}
    for name, column in journal.columns.items():
        value = arrived.isoformat() + "Z" if name == "_SyncDate" else row.get(name)
        try:
            bound[name] = column.bound(value, journal.dialect)
        except ValueError as error:
            raise FileProblem(
                f"{path} line {number}: {name} {str(value)[:80]!r} {error}, and this journal's"
                " column takes nothing else; nothing was appended"
            ) from None
    return bound


def check_kept(journal: Journal, rows: dict[int, Row], appended: list[int], path: Path) -> None:
    """Check that the journal kept the rows unchanged. If a type rounds or truncates a value, each
    later replay would append the row again.
    """
    key = journal.columns["EJ_ID"]
    there = journal.there({rows[number].get("EJ_ID") for number in appended})
    for number in appended:
        wanted = journal.signature(rows[number])
        held = there.get(key.same(rows[number].get("EJ_ID")), {})
        if wanted not in held:
            nearest = max(
                held,
                key=lambda other: sum(a == b for a, b in zip(wanted, other, strict=True)),
                default=(),
            )
            names = [
                column.name
                for column, a, b in zip(journal.content, wanted, nearest, strict=False)
                if a != b
            ] or ["EJ_ID"]
            raise FileProblem(
                f"{path} line {number}: the journal does not keep {', '.join(names)} as the file"
                " has it, so a second replay would not know the row again; nothing was appended."
                " Give the column a type that holds it whole"
            )
