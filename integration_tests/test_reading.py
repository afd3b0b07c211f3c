"""How a journal's columns are read, whatever type they have: texts and numbers that become
instants, structs that become payloads (SPEC 2, 4.1, 4.3, 11).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
import support.reference_fold as reference_fold
from engines import engine, probe
from engines.base import Worker
from ozmeta_dbt.instants import instant
from support.dbt_project_under_test import JOURNAL_COLUMNS, DbtProject, RunFailed
from support.rendered_macros import cross_db_macros
from support.small_case import CONFIG, event, snapshot

EPOCH = dt.datetime(1970, 1, 1)
# They match the pattern, and an offset may lead out of the years 0001 to 9999.
BEYOND = (
    "9999-12-31T23:59:59-14:00",
    "9999-12-31 01:00-0100",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01 12:00+0100",
)
# A text, and the instant it is, if any.
TEXTS = {
    "2026-01-02": "2026-01-02 00:00:00",
    "2026-01-02T03:04": "2026-01-02 03:04:00",
    "2026-01-02 23:59:59": "2026-01-02 23:59:59",
    "2026-01-02T03:04:05.1": "2026-01-02 03:04:05.100000",
    "2026-01-02T03:04:05.123456789Z": "2026-01-02 03:04:05.123456",
    "1969-12-31T23:59:59.999999999": "1969-12-31 23:59:59.999999",
    "2026-01-02T03:04Z": "2026-01-02 03:04:00",
    "2026-01-02T03:04:05+02": "2026-01-02 01:04:05",
    "2026-01-02 03:04:05-0230": "2026-01-02 05:34:05",
    "2026-01-02T03:04:05.5+05:45": "2026-01-01 21:19:05.500000",
    "2026-01-02T03:04+23:59": "2026-01-01 03:05:00",
    "2024-02-29": "2024-02-29 00:00:00",
    "2000-02-29": "2000-02-29 00:00:00",
    "0001-01-01": "0001-01-01 00:00:00",
    "9999-12-31T23:59:59.999999Z": "9999-12-31 23:59:59.999999",
    "2026-01-02T03:04:05.12345678901234567890": "2026-01-02 03:04:05.123456",
    "9999-12-31T23:59:59+14:00": "9999-12-31 09:59:59",
    "0001-01-01T00:00:00-14:00": "0001-01-01 14:00:00",
} | dict.fromkeys(
    [
        *BEYOND,
        "2026-01-01 09:00:00 PM",
        "2026-01-01 09:00:00 Europe/Berlin",
        "2026-01-01 09:00:00 PST",
        "2026-01-01 09:00:00 UTC",
        "2026-01-01 09:00:00 foo",
        "2026-01-01 09:00:00 Z",
        "2026-01-01 09:00:00 +02",
        "epoch",
        "now",
        "today",
        "infinity",
        "-infinity",
        "",
        " ",
        "soon",
        "2026",
        "2026-01",
        "2026-1-2",
        "20260102",
        "2026-01-02T",
        "2026-01-02Z",
        "2026-01-02t03:04:05z",
        "2026-01-02 03",
        "03:04",
        "2026-01-02T03:04:05,5",
        "2026-01-02T03:04:05.",
        "2026-01-02T03:04.5",
        "2026-01-02T03:04+2",
        "2026-01-02T03:04+02:",
        "2026-01-02T03:04+02:0",
        "2026-01-02T03:04+24:00",
        "2026-01-02T03:04+02:60",
        "2026-01-02T24:00:00",
        "2026-01-02T24:00",
        "2026-01-02T25:00",
        "2026-01-02T03:60",
        "2026-01-02T03:04:60",
        "2026-02-30",
        "2026-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-01-32",
        "2026-04-31",
        "0000-01-01",
        "12026-01-01",
        "+2026-01-01",
        "-2026-01-01",
        " 2026-01-02",
        "2026-01-02 ",
        "2026-01-02\n",
        "2026-01-02\t03:04",
        "2026-01-02  03:04",
        "2026/01/02",
        "01.02.2026",
        "2026-W01-1",
        "2026-001",
        "1767258000",
        "\u0662\u0660\u0662\u0666-01-02",
        "2026-01-02 (BC)",
        "2026-01-02T03:04:05+00:00:00",
    ]
)


def micros(moment: str | None) -> str | None:
    return (
        None
        if moment is None
        else str((dt.datetime.fromisoformat(moment) - EPOCH) // dt.timedelta(microseconds=1))
    )


EXPECTED = {text: micros(moment) for text, moment in TEXTS.items()}


def read_by(
    worker: Worker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, tuple[str | None, str | None]]:
    """{text: micros in a rule, micros in a journal} by the macros themselves, on an engine."""
    monkeypatch.setitem(probe.GIVEN, "instants", list(TEXTS))
    monkeypatch.setitem(probe.GIVEN, "regexes", ["a"])
    found = probe.probe(worker, folder)["instant"]
    return {
        text: (row[1], row[2])
        for text, row in zip(TEXTS, sorted(found, key=lambda row: int(row[0] or 0)), strict=True)
    }


def test_a_text_is_the_same_instant_in_a_rule_and_in_a_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine("duckdb").session(tmp_path) as worker:
        assert read_by(worker, tmp_path / "project", monkeypatch) == {
            text: (at, at) for text, at in EXPECTED.items()
        }


def test_a_text_is_the_same_instant_on_postgres(
    tmp_path: Path, postgres: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_by(postgres, tmp_path / "project", monkeypatch) == {
        text: (at, at) for text, at in EXPECTED.items()
    }


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_the_same_instant_in_python(text: str) -> None:
    """The same for the reference of the fold, for the code that reads literals of rules and replays
    journals, and for the pattern that every engine gets.
    """
    expected = TEXTS[text] and dt.datetime.fromisoformat(TEXTS[text])
    assert reference_fold.cast(text, "datetime") == expected and instant(text) == expected
    assert (re.fullmatch(PACKAGES["duckdb"].iso_pattern(), text) is not None) == (
        expected is not None or text in BEYOND
    )


# ---------------------------------------------------------------- engines that can't be asked:
# their text


PACKAGES = cross_db_macros()


@pytest.mark.parametrize("name", PACKAGES)
def test_every_engine_asks_the_same_of_a_text(name: str) -> None:
    package = PACKAGES[name]
    asked = (
        "[T ]%" if name in ("sqlserver", "fabric") else package.iso_pattern()
    )  # T-SQL has no regexes
    for sql in (
        package.iso_to_micros("v"),
        package.to_utc("v", "text"),
        package.cast_text("v", "datetime"),
    ):
        assert asked in sql, sql


NANOS = {
    "duckdb": {
        "VARCHAR": True,
        "TIMESTAMP_NS": True,
        "TIMESTAMP": False,
        "TIMESTAMP WITH TIME ZONE": False,
        "DATE": False,
        "BIGINT": True,
        "INTEGER": False,
        "DECIMAL(18,6)": True,
        "DOUBLE": False,
    },
    "postgres": {
        "text": True,
        "timestamp without time zone": False,
        "timestamp with time zone": False,
        "numeric": True,
    },
    "redshift": {"character varying(64)": True, "timestamp without time zone": False},
    "bigquery": {"STRING": True, "TIMESTAMP": False, "DATETIME": False},
    "databricks": {"string": True, "timestamp": False, "timestamp_ntz": False},
    "snowflake": {
        "VARCHAR(64)": True,
        "TIMESTAMP_NTZ": True,
        "TIMESTAMP_NTZ(6)": False,
        "TIMESTAMP_TZ(9)": True,
        "DATE": False,
    },
    "sqlserver": {
        "varchar": True,
        "datetime2": True,
        "datetime2(6)": False,
        "datetimeoffset(7)": True,
        "datetime": False,
    },
    "fabric": {"varchar": True, "datetime2": False},
}


@pytest.mark.parametrize(
    ("name", "type_"), [(name, type_) for name, types in NANOS.items() for type_ in types]
)
def test_which_types_hold_nanoseconds(name: str, type_: str) -> None:
    assert (PACKAGES[name].event_nanos("v", type_) is not None) == NANOS[name][type_]


def test_a_struct_on_bigquery_leaves_out_what_is_null() -> None:
    sql = PACKAGES["bigquery"].payload_text(
        "p", "STRUCT<transition STRUCT<code STRING, n ARRAY<INT64>>, object JSON>"
    )
    assert (
        "case when p.`transition`.`code` is not null" in sql
        and "to_json_string(p.`object`)" in sql
        and "to_json_string(p)" not in sql
    )


# ---------------------------------------------------------------- whole runs


def started(folder: Path, **types: str) -> DbtProject:
    project = DbtProject(folder, CONFIG, snapshot())
    project.create_journal(JOURNAL_COLUMNS | types)
    return project


def refused(project: DbtProject) -> dict[str, str]:
    return {row["QR_EventID"]: row["QR_Reason"] for row in project.rows("from case_quarantine")}


def test_a_time_that_is_not_iso_is_refused(tmp_path: Path) -> None:
    project = started(tmp_path, EJ_EventTimeUTC="varchar", _SyncDate="varchar")
    project.append(
        [event(text, 0, "Go", text, EJ_EventTimeUTC=text, _SyncDate=text) for text in TEXTS if text]
    )
    project.run("2026-06-01")
    assert refused(project) == {
        text: "MissingEventTime" for text, at in TEXTS.items() if text and at is None
    }
    found = {row["EJ_ID"]: row["EJ_EventTimeUTC"] for row in project.rows("from case_timeline")}
    assert found == {text: dt.datetime.fromisoformat(at) for text, at in TEXTS.items() if at}
    assert project.rows(
        "select QR_EventTime from case_quarantine where QR_EventID = '2026-01-01 09:00:00 PM'"
    ) == [{"QR_EventTime": "2026-01-01 09:00:00 PM"}]


def order_of(project: DbtProject) -> list[tuple[str, int]]:
    return [
        (row["EJ_ID"], row["TL_EventNanos"])
        for row in project.rows("from case_timeline order by TL_Position")
    ]


@pytest.mark.parametrize("type_", ["varchar", "timestamp_ns", "decimal(20, 9)", "bigint"])
def test_nanoseconds_decide_the_order(tmp_path: Path, type_: str) -> None:
    """For each type that has nanoseconds. They also decide the position of a late event."""
    project = started(tmp_path, EJ_EventTimeUTC=type_)
    times = {"b": 100, "a": 900, "late": 500}

    def row(id: str, minute: int) -> dict[str, Any]:
        text = {
            "decimal(20, 9)": f"1767258000.123456{times[id]:03}",
            "bigint": f"1767258000123456{times[id]:03}",
        }.get(type_, f"2026-01-01 09:00:00.123456{times[id]:03}")
        return event(id, minute, "Go", EJ_EventTimeUTC=text)

    project.append([row("a", 0), row("b", 1)])
    project.run("2026-01-01T10:00:00")
    assert order_of(project) == [("b", 100), ("a", 900)]
    project.append([row("late", 599)])
    project.run("2026-01-01T11:00:00")
    assert order_of(project) == [("b", 100), ("late", 500), ("a", 900)]
    assert {row["EJ_EventTimeUTC"] for row in project.rows("from case_timeline")} == {
        dt.datetime(2026, 1, 1, 9, 0, 0, 123456)
    }


@pytest.mark.parametrize("policy", ["last_writer_wins", "first_writer_wins"])
def test_nanoseconds_never_go_back_in_a_stream(tmp_path: Path, policy: str) -> None:
    project = DbtProject(
        tmp_path, CONFIG | {"bindings": {"Case": {"conflict_policy": policy}}}, snapshot()
    )
    project.create_journal(JOURNAL_COLUMNS | {"EJ_EventTimeUTC": "varchar"})
    nanos = {"a": (900, 1, "s"), "b": (100, 2, "s"), "c": (500, None, "t"), "d": (950, 3, "s")}
    project.append(
        [
            event(
                id,
                0,
                EJ_EventTimeUTC=f"2026-01-01 00:00:00.000001{n:03}",
                EJ_Sequence=sequence,
                EJ_SourceSystem=source,
            )
            for id, (n, sequence, source) in nanos.items()
        ]
    )
    project.run("2026-01-01T10:00:00")
    assert order_of(project) == [("c", 500), ("a", 900), ("b", 100), ("d", 950)]
    assert [
        row["TL_Anomaly"] for row in project.rows("from case_timeline order by TL_Position")
    ] == [None, None, "ClockSkew", None]


def test_microseconds_ask_for_no_window(tmp_path: Path) -> None:
    project = started(tmp_path)
    project.append([event("a", 0, "Go")])
    sent: list[str] = []
    project.run(
        "2026-01-01T10:00:00",
        callbacks=[
            lambda said: sent.append(said.data.sql) if said.info.name == "SQLQuery" else None
        ],
    )
    (made,) = [sql for sql in sent if "create" in sql and "streamed as (" in sql]
    assert (
        made.count("TL_EventNanos") == 1
        and "effective_nanos" not in made
        and made.count("rows between unbounded preceding and current row") == 2
    )
    assert order_of(project) == [("a", 0)]


def test_a_type_that_begins_to_hold_nanoseconds_stops_the_run(tmp_path: Path) -> None:
    project = started(tmp_path)
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T01:00:00")
    with project.connect() as connection:
        connection.execute(
            'alter table raw.event_journal alter "EJ_EventTimeUTC" type timestamp_ns'
        )
    with pytest.raises(
        RunFailed,
        match=(
            r"the type of EJ_EventTimeUTC, changed after case_timeline read the rows of"
            r" ops.*--full-refresh"
        ),
    ):
        project.run("2026-01-01T02:00:00")
    project.run("2026-01-01T02:00:00", "--full-refresh")
    project.run("2026-01-01T03:00:00")


NUMBERS = [
    ("bigint", 1767258000, 0),
    ("bigint", 1767258000123, 123000),
    ("bigint", 1767258000123456, 123456),
    ("bigint", 1767258000123456789, 123456),
    ("integer", 1767258000, 0),
    ("double", 1767258000.123456, 123456),
    ("double", 1767258000123.5, 123500),
    ("decimal(18, 6)", "1767258000.123456", 123456),
    ("decimal(38, 9)", "1767258000123.456", 123456),
    ("hugeint", 1767258000123456789, 123456),
    ("ubigint", 1767258000123, 123000),
]


@pytest.mark.parametrize(("type_", "number", "fraction"), NUMBERS)
def test_a_number_is_a_unix_time(tmp_path: Path, type_: str, number: Any, fraction: int) -> None:
    """The magnitude of a number decides its unit. A number may be an event's time and an arrival,
    from which the next run continues.
    """
    project = started(tmp_path, EJ_EventTimeUTC=type_, _SyncDate=type_)
    project.append([event("a", 0, "Go", EJ_EventTimeUTC=number, _SyncDate=number)])
    project.run("2026-01-01T10:00:00")
    at = dt.datetime(2026, 1, 1, 9, 0, 0, fraction)
    assert [
        (row["EJ_EventTimeUTC"], row["_SyncDate"]) for row in project.rows("from case_timeline")
    ] == [(at, at)]
    assert project.rows("select RUN_WatermarkUTC as w from case_run") == [{"w": at}]
    unit = 10 ** (len(str(number).split(".")[0]) - 10)
    project.append(
        [
            event(
                "b", 0, "Back", EJ_EventTimeUTC=number, _SyncDate=int(float(number)) - 1800 * unit
            ),
            event(
                "old", 0, "Back", EJ_EventTimeUTC=number, _SyncDate=int(float(number)) - 7200 * unit
            ),
        ]
    )
    project.run("2026-01-01T10:30:00")
    assert [row["EJ_ID"] for row in project.rows("from case_timeline order by EJ_ID")] == [
        "a",
        "b",
    ]  # within the lookback


def test_a_number_that_is_not_a_time_is_refused(tmp_path: Path) -> None:
    for place, (type_, numbers) in enumerate(
        {
            "bigint": [0, -1, 99999999, None],
            "double": ["nan", "inf", "-inf", -1767258000, 1e20],
            "hugeint": ["100000000000000000000"],
            "decimal(38, 2)": ["9" * 36],
        }.items()
    ):
        project = started(tmp_path / str(place), EJ_EventTimeUTC=type_)
        project.append(
            [
                event(str(n), 0, "Go", str(n), EJ_EventTimeUTC=number)
                for n, number in enumerate(numbers)
            ]
        )
        project.run("2026-01-01T10:00:00")
        assert refused(project) == {str(n): "MissingEventTime" for n in range(len(numbers))}, type_


STRUCT = (
    'struct(transition struct(code varchar, "toState" varchar, "rowVersion" integer), "object"'
    ' struct("Level" decimal(9, 2), "Due" timestamp, "Gone" json, "it\'s" varchar[], "Tags"'
    " map(varchar, varchar)))"
)


def test_a_payload_that_is_a_struct(tmp_path: Path) -> None:
    """The nulls of a struct are absent keys, so an event does not change fields that it does not
    mention. Nulls of JSON and of maps within a struct are nulls.
    """
    meta = snapshot()
    meta["objects"]["runtime"]["slaBindings"][0]["startRule"]["expr"] = {
        "op": "and",
        "args": [
            {"op": "eq", "args": [{"ref": "object.Level"}, {"lit": 2.5}]},
            {
                "op": "gt",
                "args": [{"ref": "object.Due"}, {"lit": "2026-01-01T08:00:00", "type": "datetime"}],
            },
            {"op": "isNull", "args": [{"ref": "object.Gone"}]},
            {"op": "eq", "args": [{"ref": "event.id"}, {"lit": "b"}]},
        ],
    }
    project = DbtProject(tmp_path, CONFIG, meta)
    project.create_journal(
        JOURNAL_COLUMNS
        | {"EJ_Payload": STRUCT, "EJ_ID": "blob", "EJ_Actor": "struct(name varchar, team varchar)"}
    )
    full = """{'transition': {'code': 'Go', 'toState': null, 'rowVersion': null},
        'object': {'Level': 2.50, 'Due': '2026-01-01 09:00:00', 'Gone': '1'::json,
            'it''s': ['x'], 'Tags': map {'k': null}}}"""
    empty = """{'transition': null,
        'object': {'Level': null, 'Due': null, 'Gone': 'null'::json,
            'it''s': null, 'Tags': null}}"""
    with project.connect() as connection:
        for id, payload, minute in (("a", full, 0), ("b", empty, 1), ("c", "null", 2)):
            connection.execute(
                f"""insert into raw.event_journal ("EJ_ID", "_TenantID", "EJ_EventType",
                "EJ_EventTimeUTC", "EJ_ObjectType", "EJ_ObjectID", "EJ_Actor",
                    "EJ_Payload", "_SyncDate")
                select encode('{id}'), 't1', 'X', t, 'Case', 'o', {{'name': 'Ann', 'team': null}},
                    {payload}, t from (select timestamp '2026-01-01 00:0{minute}:00' as t)"""
            )
    project.run("2026-01-01T01:00:00")
    assert refused(project) == {}
    assert [
        (row["EJ_ID"], row["TL_TransitionCode"], json.loads(row["EJ_Actor"]))
        for row in project.rows("from case_timeline order by TL_Position")
    ] == [
        (id, code, {"name": "Ann", "team": None})
        for id, code in (("a", "Go"), ("b", None), ("c", None))
    ]
    held = project.rows("from case_timeline order by TL_Position")
    assert [(row["PL_object_Level"], row["PL_object_Gone"]) for row in held] == [
        ("2.5", "1"),
        (None, "null"),
        (None, None),
    ]
    assert [row["ST_StartUTC"] for row in project.rows("from case_sla_timer")] == [
        dt.datetime(2026, 1, 1, 0, 1)
    ]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("json", '\'{"transition": {"code": "Go"}}\''),
        ("map(varchar, map(varchar, varchar))", "map {'transition': map {'code': 'Go'}}"),
        ("variant", "{'transition': {'code': 'Go'}}::variant"),
        ("blob", 'encode(\'{"transition": {"code": "Go"}}\')'),
    ],
)
def test_a_payload_of_another_type(tmp_path: Path, type_: str, value: str) -> None:
    project = started(tmp_path, EJ_Payload=type_)
    with project.connect() as connection:
        connection.execute(
            f"""insert into raw.event_journal ("EJ_ID", "_TenantID", "EJ_EventType",
                "EJ_EventTimeUTC", "EJ_ObjectType", "EJ_ObjectID", "EJ_Payload", "_SyncDate")
            select 'a', 't1', 'X', t, 'Case', 'o', {value}, t from (select timestamp
                '2026-01-01 00:00:00' as t)"""
        )
    project.run("2026-01-01T01:00:00")
    assert refused(project) == {}
    assert [row["TL_TransitionCode"] for row in project.rows("from case_timeline")] == ["Go"]


@pytest.mark.parametrize(
    ("column", "type_", "said"),
    [
        ("EJ_EventTimeUTC", "time", "can't be read as an instant"),
        ("EJ_EventTimeUTC", "struct(a integer)", "can't be read as an instant"),
        ("_SyncDate", "boolean", "can't be read as an instant"),
        ("EJ_Payload", "integer", "can't be read as a JSON object"),
        ("EJ_Payload", "varchar[]", "can't be read as a JSON object"),
        ("EJ_Payload", "timestamp", "can't be read as a JSON object"),
    ],
)
def test_a_type_that_can_never_be_read_is_said(
    tmp_path: Path, column: str, type_: str, said: str
) -> None:
    project = started(tmp_path, **{column: type_})
    with pytest.raises(
        RunFailed, match=f"has '{column}' of type .* for {column}, which {said}.*journal.columns"
    ):
        project.run("2026-01-01T01:00:00")


@pytest.mark.parametrize(
    "as_of",
    [
        "2026-01-01T25:00",
        "2026-01-01T24:00",
        "2026-01-01T10:61",
        "2026-02-30",
        "2026-01-01T10:00+25:00",
        "0001-01-01T00:00+01:00",
        "2026-01-01T10:00:00.1234567",
        "2026-01-01 10:00 PM",
        "yesterday",
        "1767258000",
    ],
)
def test_an_as_of_that_is_not_an_instant_is_said(tmp_path: Path, as_of: str) -> None:
    with pytest.raises(
        RunFailed,
        match=(
            r"ozmeta_as_of is '.*': expected an ISO 8601 timestamp such as '2026-03-01T12:00:00'"
            r" \(UTC\)"
        ),
    ):
        started(tmp_path).run(as_of)


@pytest.mark.parametrize(
    "as_of",
    [
        "2026-01-01T02:00:00+0200",
        "2026-01-01 00:00",
        "2025-12-31T22:30-01:30",
        "2026-01-01T00:00:00.000000000Z",
        "2026-01-01T02:00+02",
    ],
)
def test_an_as_of_is_read_as_every_other_text(tmp_path: Path, as_of: str) -> None:
    project = started(tmp_path)
    project.run(as_of)
    assert project.rows("select RUN_AsOfUTC as at from case_run") == [
        {"at": dt.datetime(2026, 1, 1)}
    ]
