"""`ozmeta-dbt journal export` and `replay`: a journal as a file of the same bytes, appended once
and whole, or not at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sa = pytest.importorskip(
    "sqlalchemy", reason="SQLAlchemy is not installed: no journal is read or written"
)
from metadb_database import postgres, postgres_programs
from metadb_samples import Project
from ozmeta_dbt.config import load_config
from ozmeta_dbt.operations import journal
from sqlalchemy.dialects.mssql import pymssql
from sqlalchemy.dialects.postgresql import JSONB

NOON = dt.datetime(2026, 1, 1, 12)
PASSWORD = "p@ss w:rd/%41'\"x"
TEXTS = (
    "EJ_ID",
    "_TenantID",
    "EJ_EventType",
    "EJ_Actor",
    "EJ_ObjectType",
    "EJ_ObjectID",
    "EJ_CorrelationID",
    "EJ_CausationID",
    "EJ_SourceSystem",
    "EJ_SourceKey",
    "EJ_Payload",
    "EJ_PayloadHash",
)
TYPES: dict[str, Any] = dict.fromkeys(TEXTS, sa.Text) | {
    "EJ_EventTimeUTC": sa.DateTime,
    "EJ_Sequence": sa.BigInteger,
    "_SyncDate": sa.DateTime,
}
UNUSUAL = {"text": 'Zoë\'s \u2028 "van"\n\\ 漢 😀', "n": 1.50}


def row(id: str | None, minute: float = 0, **columns: Any) -> dict[str, Any]:
    time = NOON + dt.timedelta(minutes=minute)
    return {
        "EJ_ID": id,
        "EJ_EventType": "Case.Moved",
        "EJ_EventTimeUTC": time,
        "EJ_ObjectType": "Case",
        "EJ_ObjectID": "1",
        "EJ_SourceSystem": "station-7",
        "EJ_Sequence": int(minute),
        "EJ_Payload": json.dumps(UNUSUAL),
        "_SyncDate": time,
    } | columns


class Database:
    """A database with a journal, that a project's commands know by the name of a variable."""

    def __init__(self, project: Project, name: str, url: sa.URL, schema: str | None = "raw"):
        self.project, self.variable, self.schema, self.url = project, name, schema, url
        self.engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        project.monkeypatch.setenv(name, url.render_as_string(hide_password=False))

    def create(
        self,
        table: str = "event_journal",
        rename: dict[str, str] | None = None,
        leave_out: tuple[str, ...] = (),
        **types: Any,
    ) -> sa.Table:
        columns = [
            sa.Column((rename or {}).get(name, name), type_)
            for name, type_ in (TYPES | types).items()
            if name not in leave_out
        ]
        self.table = sa.Table(table, sa.MetaData(), *columns, schema=self.schema)
        with self.engine.begin() as connection:
            if self.schema:
                connection.execute(sa.schema.CreateSchema(self.schema, if_not_exists=True))
            self.table.create(connection, checkfirst=False)
        return self.table

    def put(self, *rows: dict[str, Any]) -> None:
        with self.engine.begin() as connection:
            for one in rows:
                connection.execute(self.table.insert().values(one))

    def rows(self) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(found._mapping) for found in connection.execute(sa.select(self.table))]

    def export(self, path: Path, *more: str) -> tuple[int, str]:
        return self.project.run("journal", "export", str(path), "--url-env", self.variable, *more)

    def replay(self, path: Path, *more: str) -> tuple[int, str]:
        return self.project.run("journal", "replay", str(path), "--url-env", self.variable, *more)


def duckdb(project: Project, name: str, **how: Any) -> Database:
    path = project.path / f"{name.lower()}.duckdb"
    pytest.importorskip("duckdb").connect(str(path)).close()
    database = Database(project, name, sa.URL.create("duckdb", database=str(path)))
    database.create(**how)
    return database


def sqlite(project: Project, name: str, **how: Any) -> Database:
    (project.path / f"{name}.db").touch()
    database = Database(
        project, name, sa.URL.create("sqlite", database=str(project.path / f"{name}.db")), None
    )
    database.create(**how)
    return database


@pytest.fixture(scope="module")
def server() -> Iterator[sa.URL]:
    pytest.importorskip("psycopg", reason="NOT TESTED on Postgres: psycopg is not installed")
    if postgres_programs() is None:
        pytest.skip(
            "NOT TESTED on Postgres: there is no initdb on the PATH or in /usr/lib/postgresql"
        )
    with postgres(PASSWORD) as url:
        yield url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "station-7.ndjson"


def read(path: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    return lines[:-1], lines[-1]


def configure(project: Project, journal: str) -> None:
    project.put(
        "ozmeta.yml", f"version: 1\nmetadb: {{snapshot: snapshot.json}}\njournal: {{{journal}}}\n"
    )


def without_arrival(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(
        ({name: value for name, value in one.items() if name != "_SyncDate"} for one in rows),
        key=str,
    )


# ---------------------------------------------------------------- the file


def test_what_is_written(project: Project, file: Path) -> None:
    station = duckdb(project, "STATION")
    station.put(
        row("b", 5),
        row("a", 5),
        row("late", 9, _SyncDate=NOON),
        row(None, 7),
        row("c", 8, _SyncDate=None),
    )
    status, printed = station.export(file)
    assert status == 0 and "station-7.ndjson: 5 rows, the last of 2026-01-01T12:07:00Z" in printed
    rows, trailer = read(file)
    assert [one.get("EJ_ID") for one in rows] == [
        "late",
        "a",
        "b",
        None,
        "c",
    ]  # by (_SyncDate, EJ_ID), those without last
    assert rows[1] == {
        "EJ_ID": "a",
        "EJ_EventType": "Case.Moved",
        "EJ_EventTimeUTC": "2026-01-01T12:05:00Z",
        "EJ_ObjectType": "Case",
        "EJ_ObjectID": "1",
        "EJ_SourceSystem": "station-7",
        "EJ_Payload": json.dumps(UNUSUAL),
        "EJ_Sequence": 5,
        "_SyncDate": "2026-01-01T12:05:00Z",
    }
    body = file.read_bytes().rpartition(b'{"rows"')[0]
    assert trailer == {"rows": 5, "sha256": hashlib.sha256(body).hexdigest()}
    before = file.read_bytes()
    station.export(file)
    assert (
        file.read_bytes() == before and [path.name for path in file.parent.glob(".ozmeta-*")] == []
    )


def test_the_same_rows_are_the_same_bytes_in_whatever_order_they_stand(
    project: Project, file: Path
) -> None:
    rows = [
        row("a", 1),
        row("a", 1, EJ_Actor="x"),
        row("a", 1, EJ_Payload=None),
        row("Ä", 1),
        row("b", 1),
        row("B", 1),
    ]
    for name, order in (("ONE", rows), ("TWO", rows[::-1])):
        database = duckdb(project, name)
        database.put(*order)
        database.export(file.with_name(name))
    assert file.with_name("ONE").read_bytes() == file.with_name("TWO").read_bytes()
    assert [one["EJ_ID"] for one in read(file.with_name("ONE"))[0]] == [
        "B",
        "a",
        "a",
        "a",
        "b",
        "Ä",
    ]  # bytewise


def test_since(project: Project, file: Path) -> None:
    station = duckdb(project, "STATION")
    station.put(row("a", 1), row("b", 2), row("c", 3), row("d", 0, _SyncDate=None))
    assert station.export(file, "--since", "2026-01-01T13:02:00+01:00")[0] == 0
    assert [one["EJ_ID"] for one in read(file)[0]] == ["b", "c", "d"]
    assert station.export(file, "--since", "yesterday")[0] == 2


def test_a_file_that_cannot_be_written(project: Project, file: Path) -> None:
    station = duckdb(project, "STATION")
    file.mkdir()
    status, printed = station.export(file)
    assert status == 3 and "can't be written" in printed and not list(file.parent.glob(".ozmeta-*"))


# ---------------------------------------------------------------- the replay


def test_a_replay_appends_what_is_not_there_and_repeated_nothing(
    project: Project, file: Path
) -> None:
    station, centre = duckdb(project, "STATION"), duckdb(project, "CENTRE")
    every = [row(f"e{n}", n) for n in range(10)] + [
        row(None, 3),
        row("other", 4, EJ_Payload="no json", EJ_Sequence=None),
    ]
    station.put(
        *every, row("e1", 1, _SyncDate=NOON + dt.timedelta(days=1))
    )  # delivered twice there
    centre.put(row("e1", 1, _SyncDate=NOON - dt.timedelta(days=1)), row("elsewhere", 0))
    station.export(file)
    begun = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
    status, printed = centre.replay(file)
    assert (status, printed) == (0, f"{file}: 13 rows, 11 appended, 2 were there\n")
    assert without_arrival(centre.rows()) == without_arrival(
        [dict.fromkeys(TYPES) | one for one in [*every, row("elsewhere", 0)]]
    )
    arrived = {one["_SyncDate"] for one in centre.rows() if one["EJ_ID"] not in ("e1", "elsewhere")}
    assert len(arrived) == 1 and min(arrived) >= begun.replace(
        microsecond=0
    )  # when they reached this journal
    assert centre.replay(file) == (0, f"{file}: 13 rows, 0 appended, 13 were there\n")
    assert len(centre.rows()) == 13


def test_nothing_arrives_behind_what_was_read(project: Project, file: Path) -> None:
    """A centre whose clock runs ahead of the one that replays."""
    station, centre = duckdb(project, "STATION"), duckdb(project, "CENTRE")
    ahead = dt.datetime(2999, 1, 1)
    station.put(row("a"))
    centre.put(row("b", _SyncDate=ahead))
    station.export(file)
    centre.replay(file)
    assert {one["_SyncDate"] for one in centre.rows()} == {ahead}


def test_clashing_ids_are_appended_and_told(project: Project, file: Path) -> None:
    station, centre = duckdb(project, "STATION"), duckdb(project, "CENTRE")
    there = dt.datetime(2999, 1, 1)
    station.put(
        row("a", 1), row("b", 1), row("b", 1, EJ_Actor="x", _SyncDate=NOON + dt.timedelta(hours=1))
    )
    centre.put(row("a", 2, _SyncDate=there))
    station.export(file)
    status, printed = centre.replay(file)
    assert (
        status == 0
        and "3 rows, 3 appended, 0 were there" in printed
        and "2 of the appended have an EJ_ID that was there with other content (a, b)" in printed
    )
    ordered = sorted(
        (one["_SyncDate"], one["EJ_ID"], one["EJ_Actor"])
        for one in centre.rows()
        if one["EJ_ID"] == "b"
    )
    assert [actor for _, _, actor in ordered] == [None, "x"] and ordered[0][0] < ordered[1][
        0
    ]  # the first at the station stays the first
    assert (
        min(
            one["EJ_Sequence"]
            for one in centre.rows()
            if one["_SyncDate"] == there and one["EJ_ID"] == "a"
        )
        == 2
        and len({one["_SyncDate"] for one in centre.rows() if one["EJ_ID"] == "a"}) == 2
    )
    assert "0 appended, 3 were there" in centre.replay(file)[1]


def test_killed_half_way_nothing_is_there_and_the_next_replay_completes(
    project: Project, file: Path
) -> None:
    station, centre = duckdb(project, "STATION"), duckdb(project, "CENTRE")
    station.put(*(row(f"e{n}", n) for n in range(7)))
    station.export(file)
    append, batches = journal.Journal.append, []

    def dies(self: journal.Journal, rows: list[Any]) -> None:
        append(self, rows)
        batches.append(len(rows))
        if len(batches) == 2:
            raise KeyboardInterrupt

    with project.monkeypatch.context() as patched:
        patched.setattr(journal, "BATCH", 3)
        patched.setattr(journal.Journal, "append", dies)
        with pytest.raises(KeyboardInterrupt):
            journal.replay(file, journal.Place.of(load_config(project.path)), "CENTRE")
    assert batches == [3, 3] and centre.rows() == []
    assert "7 rows, 7 appended, 0 were there" in centre.replay(file)[1]
    assert len(centre.rows()) == 7


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda data: data[: len(data) // 2], "cut off"),
        (lambda data: data[:-1], "cut off"),
        (lambda data: b"", "cut off"),
        (lambda data: data.rpartition(b'{"rows"')[0], "cut off"),
        (lambda data: data.replace(b'"e1"', b'"e7"'), "one of them changed"),
        (lambda data: data.partition(b"\n")[2], "tells of 3 rows, it has 2"),
        (lambda data: data * 2, "no row|tells of|changed"),
        (lambda data: data.replace(b"{", b"[", 1), "line 1 is not a row"),
        (lambda data: b"\xff\xfe\n" + data, "line 1 is not a row"),
    ],
    ids=[
        "half",
        "last sign",
        "empty",
        "no last line",
        "changed",
        "a row less",
        "twice",
        "no object",
        "no text",
    ],
)
def test_a_harmed_file_appends_nothing(project: Project, file: Path, harm: Any, says: str) -> None:
    station, centre = sqlite(project, "STATION"), sqlite(project, "CENTRE")
    station.put(*(row(f"e{n}", n) for n in range(3)))
    station.export(file)
    file.write_bytes(harm(file.read_bytes()))
    status, printed = centre.replay(file)
    assert status == 3 and "nothing was appended" in printed and re.search(says, printed), printed
    assert centre.rows() == []


def test_there_is_no_file(project: Project, file: Path) -> None:
    status, printed = sqlite(project, "CENTRE").replay(file)
    assert status == 3 and "can't be read" in printed


# ---------------------------------------------------------------- journals of other shapes


def test_mapped_and_missing_columns(project: Project, file: Path) -> None:
    station = duckdb(project, "STATION")
    station.put(row("a", 1, EJ_CausationID="x"), row("b", 2))
    station.export(file)
    configure(
        project,
        "source: {name: ops, schema: raw, table: event_journal}, columns: {EJ_ID: event id,"
        " EJ_Payload: body, _TenantID: null}",
    )
    centre = duckdb(
        project,
        "CENTRE",
        rename={"EJ_ID": "Event ID", "EJ_Payload": "body"},
        leave_out=("EJ_CausationID", "_TenantID"),
    )
    status, printed = centre.replay(file)
    assert (
        status == 0
        and "2 appended" in printed
        and "no column for EJ_CausationID: left out" in printed
    )
    assert sorted((one["Event ID"], one["body"]) for one in centre.rows()) == [
        (id, json.dumps(UNUSUAL)) for id in "ab"
    ]
    assert "0 appended, 2 were there" in centre.replay(file)[1]
    centre.export(file)
    assert [one["EJ_ID"] for one in read(file)[0]] == ["a", "b"]


def test_a_column_that_the_fold_goes_by_is_not_left_out(project: Project, file: Path) -> None:
    station, centre = (
        sqlite(project, "STATION"),
        sqlite(project, "CENTRE", leave_out=("EJ_SourceSystem",)),
    )
    station.put(row("a"))
    station.export(file)
    status, printed = centre.replay(file)
    assert status == 3 and "line 1 has EJ_SourceSystem" in printed and centre.rows() == []


def test_composite_keys_travel_too(project: Project, file: Path) -> None:
    project.put(
        "ozmeta.yml",
        (project.path / "ozmeta.yml").read_text() + "bindings: {Case: {key: [region, case_no]}}\n",
    )
    how: dict[str, Any] = {"leave_out": ("EJ_ObjectID",), "region": sa.Text, "case_no": sa.Integer}
    station, centre = duckdb(project, "STATION", **how), duckdb(project, "CENTRE", **how)
    one = row("a") | {"region": "north", "case_no": 7}
    del one["EJ_ObjectID"]
    station.put(one)
    station.export(file)
    assert "1 appended" in centre.replay(file)[1] and (
        centre.rows()[0]["region"],
        centre.rows()[0]["case_no"],
    ) == ("north", 7)


def test_a_type_that_rounds_is_refused(project: Project, file: Path) -> None:
    """Else every replay would append the row again."""
    station, centre = duckdb(project, "STATION"), duckdb(project, "CENTRE")
    with centre.engine.begin() as connection:
        connection.exec_driver_sql(
            'alter table raw.event_journal alter "EJ_EventTimeUTC" type timestamp_s'
        )
    station.put(row("a", EJ_EventTimeUTC=NOON + dt.timedelta(microseconds=7)))
    station.export(file)
    status, printed = centre.replay(file)
    assert status == 3 and "does not keep EJ_EventTimeUTC" in printed and centre.rows() == []


@pytest.mark.parametrize(
    ("name", "value"), [("EJ_EventTimeUTC", "yesterday"), ("EJ_Sequence", "seven")]
)
def test_what_a_column_cannot_take_is_refused(
    project: Project, file: Path, name: str, value: str
) -> None:
    station, centre = sqlite(project, "STATION", **{name: sa.Text}), duckdb(project, "CENTRE")
    station.put(
        row("a"),
        row("b", **{name: value}) if name == "EJ_Sequence" else row("b", EJ_EventTimeUTC=value),
    )
    station.export(file)
    status, printed = centre.replay(file)
    assert status == 3 and f"{name} '{value}' is no" in printed and centre.rows() == []


def test_no_journal_no_variable_no_source(project: Project, file: Path) -> None:
    centre = duckdb(project, "CENTRE", table="others")
    assert centre.export(file)[0] == 2 and "no table raw.event_journal" in centre.export(file)[1]
    status, printed = project.run("journal", "export", str(file), "--url-env", "NO_SUCH")
    assert status == 4 and "NO_SUCH is not set: --url-env says" in printed
    assert centre.export(file, "--source", "ops.x")[0] == 2
    assert not file.exists()


def test_several_sources_want_one_named(project: Project, file: Path) -> None:
    configure(
        project,
        "sources: [{name: ops, schema: raw, table: event_journal}, {name: van, schema: raw, table:"
        " van_journal}]",
    )
    centre = duckdb(project, "CENTRE", table="van_journal")
    centre.put(row("a"))
    assert (
        centre.export(file)[0] == 2
        and "choose one with --source (they are: ops.event_journal, van.van_journal)"
        in centre.export(file)[1]
    )
    assert centre.export(file, "--source", "van.van_journal")[0] == 0 and len(read(file)[0]) == 1


def test_on_postgres(project: Project, file: Path, server: sa.URL) -> None:
    """Native types there: UUIDs, JSONB, times with a zone; and the password is told nowhere."""
    with sa.create_engine(server).begin() as connection:
        connection.exec_driver_sql("set timezone to 'Asia/Tokyo'")
    ids = [f"{n:08d}-0000-4000-8000-00000000abcd" for n in range(5)]
    station, centre = duckdb(project, "STATION"), Database(project, "CENTRE", server)
    centre.create(
        EJ_ID=sa.Uuid,
        EJ_Payload=JSONB,
        EJ_EventTimeUTC=sa.DateTime(timezone=True),
        _SyncDate=sa.DateTime(timezone=True),
        EJ_Sequence=sa.Numeric(12, 2),
    )
    station.put(
        *(row(id, place, EJ_Payload='{"b": 1.50,  "a":1e2}') for place, id in enumerate(ids))
    )
    station.export(file)
    status, printed = centre.replay(file)
    assert status == 0 and "5 rows, 5 appended" in printed, printed
    assert {
        one["EJ_EventTimeUTC"].astimezone(dt.timezone.utc).replace(tzinfo=None)
        for one in centre.rows()
    } == {NOON + dt.timedelta(minutes=n) for n in range(5)}
    assert "0 appended, 5 were there" in centre.replay(file)[1]
    back, again = file.with_name("back.ndjson"), duckdb(project, "AGAIN")
    assert centre.export(back)[0] == 0 and [one["EJ_ID"] for one in read(back)[0]] == ids
    assert "5 appended" in again.replay(back)[1] and {
        one["EJ_Sequence"] for one in again.rows()
    } == set(range(5))
    station.put(row("no uuid"))
    station.export(file)
    status, printed = centre.replay(file)
    assert status == 3 and "EJ_ID 'no uuid' is not a UUID" in printed
    with centre.engine.begin() as connection:
        connection.exec_driver_sql(
            'alter table raw.event_journal add constraint never check ("EJ_Actor" is not null) not'
            " valid"
        )
    station.put(row(ids[0].replace("abcd", "ffff")))
    file.unlink()
    again.put(row(ids[0].replace("abcd", "ffff")))
    again.export(file)
    status, printed = centre.replay(file)
    assert (
        status == 4
        and "can't be written to; nothing was appended" in printed
        and PASSWORD not in printed
        and len(centre.rows()) == 5
    )


def test_what_is_asked_of_sql_server_is_t_sql() -> None:
    sqlglot = pytest.importorskip("sqlglot")
    types = dict.fromkeys(TEXTS, "nvarchar") | {
        "EJ_ID": "uniqueidentifier",
        "EJ_EventTimeUTC": "datetime2",
        "EJ_Sequence": "bigint",
        "_SyncDate": "datetimeoffset",
    }
    columns = {name: journal.Column.of(name, name, kind) for name, kind in types.items()}
    sa.table("event_journal", *(column.physical for column in columns.values()), schema="raw")

    class Asked:
        dialect = pymssql.dialect()

    asked = journal.Journal(Asked(), columns)  # type: ignore[arg-type]
    text = str(
        asked.ordered(NOON).compile(dialect=Asked.dialect, compile_kwargs={"literal_binds": False})
    )
    assert (
        "COLLATE Latin1_General_BIN2" in text
        and "switchoffset([_SyncDate]" in text.replace("raw.event_journal.", "")
        and "LIMIT" not in text
    )
    sqlglot.parse_one(text.replace("%(", "@").replace(")s", ""), read="tsql")


def test_the_commands_of_the_guide(project: Project, tmp_path: Path) -> None:
    """The guide's commands with other journals behind the two URLs."""
    section = (
        (Path(__file__).parents[2] / "docs/guides/offline-stations.md")
        .read_text(encoding="utf-8")
        .partition("\n## Export and replay\n")[2]
        .partition("\n```sql\n")[0]
    )
    commands = [
        shlex.split(line) for line in section.splitlines() if line.startswith("ozmeta-dbt journal ")
    ]
    assert [command[2] for command in commands] == ["export", "replay"]
    station, centre = duckdb(project, "STATION_URL"), duckdb(project, "CENTER_URL")
    station.put(
        row("a", _SyncDate=dt.datetime(2025, 3, 2)),
        row("b", _SyncDate=dt.datetime(2025, 3, 3)),
        row("before", _SyncDate=dt.datetime(2025, 2, 28)),
    )
    centre.put(row("a"))
    project.monkeypatch.chdir(tmp_path)
    printed = [project.run(*command[1:])[1] for command in commands]
    assert printed[1] == "station-7.ndjson: 2 rows, 1 appended, 1 were there\n" and re.search(
        r"^station-7\.ndjson: \d+ rows, \d+ appended, \d+ were there$", section, re.M
    )
