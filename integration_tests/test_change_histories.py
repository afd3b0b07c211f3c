"""The history macros, compared with a reference in Python on random histories, and in hand-made
cases.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from support import change_histories as histories
from support import history_tables, small_case
from support.dbt_project_under_test import PACKAGE, DbtProject, RunFailed

AS_OF = "2026-04-01T00:00:00"
COLUMNS = {
    "object_id": "object_id",
    "field": "field",
    "new_value": "new_value",
    "old_value": "old_value",
    "at": "changed_at",
    "by": "changed_by",
    "loaded_at": "loaded_at",
}
TABLE = """\
create or replace table raw.changes (object_id varchar, field varchar, new_value varchar,
    old_value varchar, changed_at timestamp, changed_by varchar, loaded_at timestamp)
"""
NAMES = {"status": {"values": histories.STATES}}


class Raw(str):
    """A table of the schema raw, as an argument of a macro."""

    def __repr__(self) -> str:
        return f"source('raw', '{self}')"


USERS = {"relation": Raw("users"), "key": "id", "name": "name", "role": "role"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    project = DbtProject(
        tmp_path_factory.mktemp("histories"), small_case.CONFIG, small_case.snapshot()
    )
    tables = [{"name": name} for name in ("changes", "users", "states", "comments", "tickets")]
    sources = [{"name": "raw", "schema": "raw", "tables": tables}]
    project.write("models/raw.yml", {"version": 2, "sources": sources})
    with project.connect() as connection:
        connection.execute("create schema if not exists raw")
        connection.execute("create table raw.users (id integer, name varchar, role varchar)")
        users = [(int(key), *user) for key, user in histories.USERS.items()]
        connection.executemany("insert into raw.users values (?, ?, ?)", users)
    return project


def model(
    project: DbtProject,
    macro: str = "journal_from_changes",
    table: str = "changes",
    **arguments: Any,
) -> None:
    """Write the model `history`, which calls the macro with these arguments."""
    given = {"relation": Raw(table), "object_type": "Ticket"} | arguments
    text = history_tables.model(macro, **given)
    file = project.folder / "models/history.sql"
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
        project.manifest = None


def build(project: DbtProject, *args: str) -> None:
    project.run(AS_OF, "--select", "history", *args)


def fill(project: DbtProject, rows: list[dict[str, Any]], table: str = "changes") -> None:
    project.append([{k: v for k, v in row.items() if k != "run"} for row in rows], table)


def found(project: DbtProject, with_id: bool = False) -> list[str]:
    names = [
        "EJ_ObjectID",
        "EJ_EventTimeUTC",
        "EJ_Actor",
        "EJ_EventType",
        "EJ_Payload",
        "EJ_Sequence",
        "_SyncDate",
    ]
    rows = project.rows(f"select {'EJ_ID, ' * with_id}{', '.join(names)} from main.history")
    return sorted(as_text(row) for row in rows)


def as_text(row: dict[str, Any]) -> str:
    payload = json.loads(row["EJ_Payload"]) if row["EJ_Payload"] else None
    return repr(row | {"EJ_Payload": json.dumps(payload, sort_keys=True, ensure_ascii=False)})


@pytest.mark.parametrize("seed", range(12))
def test_increments_and_a_full_refresh_give_the_journal_of_the_reference(
    project: DbtProject, seed: int
) -> None:
    history = histories.drawn(seed)
    model(
        project,
        columns=COLUMNS,
        status_field="status",
        fields=histories.FIELDS,
        tracked=["Group"],
        names=NAMES,
        users=USERS,
        time_zone="UTC",
    )
    with project.connect() as connection:
        connection.execute(TABLE)
        connection.execute("drop table if exists main.history")
    seen: list[dict[str, Any]] = []
    for run in range(history.runs):
        new = [row for row in history.rows if row["run"] == run]
        fill(project, new)
        seen += new
        if not any(row["field"] == "status" for row in seen):
            assert "No row has the status field" in refused(project)
            continue
        build(project)
        assert found(project) == sorted(as_text(row) for row in histories.journal(seen))
    increments = found(project, with_id=True)
    build(project, "--full-refresh")
    assert found(project, with_id=True) == increments
    ids = project.rows("select count(*) - count(distinct EJ_ID) as twice from main.history")
    assert ids == [{"twice": 0}]


# ---- single cases

AT = dt.datetime(2026, 3, 1, 10)


def change(object_id: str = "A", field: str = "status", new: str | None = "1", **more: Any) -> Any:
    row = {"object_id": object_id, "field": field, "new_value": new, "changed_at": AT}
    return row | {"loaded_at": AT + dt.timedelta(hours=1)} | more


def start(project: DbtProject, rows: list[dict[str, Any]], table: str = TABLE) -> None:
    with project.connect() as connection:
        connection.execute(table)
        connection.execute("drop table if exists main.history")
    fill(project, rows)


def payloads(project: DbtProject) -> list[tuple[str, dict[str, Any]]]:
    """(event type, payload), in order of the object and the time."""
    order = "EJ_ObjectID, EJ_EventTimeUTC, EJ_Sequence nulls first, EJ_EventType"
    rows = project.rows(f"select EJ_EventType, EJ_Payload from main.history order by {order}")
    return [(row["EJ_EventType"], json.loads(row["EJ_Payload"])) for row in rows]


def refused(project: DbtProject, *args: str) -> str:
    with pytest.raises(RunFailed) as error:
        build(project, *args)
    return " ".join(str(error.value).split())


def test_a_history_without_the_status_field_is_refused(project: DbtProject) -> None:
    start(project, [change(field="state"), change(field="state", new="2"), change(field="prio")])
    model(project, columns=COLUMNS, status_field="status", time_zone="UTC")
    said = refused(project)
    assert "No row has the status field 'status'" in said
    assert "The fields with the most rows are state, prio." in said
    assert "raw" in said and "changes" in said


def test_two_spellings_of_the_status_are_refused_until_both_are_named(project: DbtProject) -> None:
    start(project, [change(), change(field="Status", new="2")])
    model(project, columns=COLUMNS, status_field="status", time_zone="UTC")
    assert "status_field=['status', 'Status']" in refused(project)
    model(project, columns=COLUMNS, status_field=["status", "Status"], time_zone="UTC")
    build(project)
    states = [payload["transition"]["toState"] for _, payload in payloads(project)]
    assert states == ["1", "2"]
    model(
        project, columns=COLUMNS, status_field="status", ignore_fields=["Status"], time_zone="UTC"
    )
    build(project, "--full-refresh")
    assert payloads(project) == [("Ticket.StatusChanged", {"transition": {"toState": "1"}})]


def test_an_empty_table_is_an_empty_journal_that_fills_later(project: DbtProject) -> None:
    start(project, [])
    model(project, columns=COLUMNS, status_field="status", time_zone="UTC")
    build(project)
    assert payloads(project) == []
    fill(project, [change()])
    build(project)
    assert payloads(project) == [("Ticket.StatusChanged", {"transition": {"toState": "1"}})]


def test_columns_that_do_not_exist_are_named(project: DbtProject) -> None:
    start(project, [change()])
    model(project, columns=COLUMNS | {"by": "author"}, status_field="status", time_zone="UTC")
    said = refused(project)
    assert "columns.by names the column 'author'" in said and "changed_by" in said
    model(project, columns={"object_id": "object_id"}, status_field="status")
    assert "columns lacks 'field'" in refused(project)
    model(project, columns=COLUMNS | {"who": "changed_by"}, status_field="status")
    assert "columns has 'who'" in refused(project)
    model(project, table="tickets", columns=COLUMNS, status_field="status")
    assert "The table does not exist" in refused(project)


TIMES = """\
create or replace table raw.changes (object_id varchar, field varchar, new_value varchar,
    old_value varchar, changed_at {type}, changed_by varchar, loaded_at timestamp)
"""


def test_times_without_a_zone_are_refused(project: DbtProject) -> None:
    start(project, [change()])
    model(project, columns=COLUMNS, status_field="status")
    assert "has the type TIMESTAMP, without a time zone" in refused(project)
    start(project, [change(changed_at="2026-03-01 10:00:00")], TIMES.format(type="varchar"))
    said = refused(project)
    assert "1 values" in said and "2026-03-01 10:00:00" in said and "time_zone=" in said


@pytest.mark.parametrize(
    ("type_", "given", "utc"),
    [
        ("timestamp", "2026-01-15 10:00:00", "2026-01-15 09:00:00"),
        ("timestamp", "2026-07-15 10:00:00.123456", "2026-07-15 08:00:00.123456"),
        ("varchar", "2026-07-15T10:00:00", "2026-07-15 08:00:00"),
        ("varchar", "2026-07-15T10:00:00Z", "2026-07-15 10:00:00"),
        ("varchar", "2026-07-15T10:00:00-0500", "2026-07-15 15:00:00"),
        ("varchar", "2026-07-15", "2026-07-14 22:00:00"),
        ("date", "2026-07-15", "2026-07-14 22:00:00"),
        ("timestamptz", "2026-07-15 10:00:00+00", "2026-07-15 10:00:00"),
        ("bigint", "1784109600", "2026-07-15 10:00:00"),
        ("varchar", "yesterday", None),
    ],
)
def test_a_named_zone_applies_to_times_that_have_none(
    project: DbtProject, type_: str, given: str, utc: str | None
) -> None:
    start(project, [change(changed_at=given)], TIMES.format(type=type_))
    model(project, columns=COLUMNS, status_field="status", time_zone="Europe/Berlin")
    build(project)
    times = project.rows("select cast(EJ_EventTimeUTC as varchar) as at from main.history")
    assert times == [{"at": utc}]


def test_deleted_rows_fixed_values_sequences_and_ids(project: DbtProject) -> None:
    table = """\
create or replace table raw.changes (object_id varchar, new_value varchar, changed_at timestamp,
    loaded_at timestamp, gone boolean, n integer, id varchar, kind varchar)
"""
    rows = [
        {"object_id": "A", "new_value": value, "changed_at": AT, "loaded_at": AT, "gone": gone}
        | {"n": n, "id": str(n), "kind": kind}
        for value, gone, n, kind in [
            ("true", False, 2, "issue"),
            ("false", None, 1, "issue"),
            ("true", True, 3, "issue"),
            ("true", False, 4, "other"),
        ]
    ]
    start(project, [*rows, rows[0] | {"loaded_at": AT + dt.timedelta(days=1)}], table)
    columns = COLUMNS | {"field": {"value": "closed"}, "by": None, "old_value": None}
    model(
        project,
        columns=columns | {"deleted": "gone", "sequence": "n", "change_id": "id"},
        status_field="closed",
        names={"closed": {"values": {"true": "Closed", "false": "Open"}}},
        only={"kind": "issue"},
        time_zone="UTC",
    )
    build(project)
    found = project.rows("select EJ_Sequence, EJ_Payload, EJ_Actor from main.history order by 1")
    assert [(row["EJ_Sequence"], json.loads(row["EJ_Payload"])) for row in found] == [
        (1, {"transition": {"toState": "Open"}}),
        (2, {"transition": {"toState": "Closed"}}),
    ]


def test_changes_without_a_change_id_are_told_apart_by_their_values(project: DbtProject) -> None:
    table = TABLE.replace("loaded_at timestamp", "loaded_at timestamp, id varchar")
    rows = [
        change(new="1", old_value=None),
        change(new="2", old_value="1"),
        change(new="3", id="x"),
    ]
    again = [row | {"loaded_at": AT + dt.timedelta(hours=3)} for row in rows]
    start(project, [*rows, *again], table)
    columns = COLUMNS | {"change_id": "id"}
    model(project, columns=columns, status_field="status", time_zone="UTC")
    for _ in range(2):
        build(project)
        states = [payload["transition"]["toState"] for _, payload in payloads(project)]
        assert states == ["1", "3", "2"]
        assert len({row["EJ_ID"] for row in project.rows("select EJ_ID from main.history")}) == 3
        fill(project, again)


def test_hostile_names_and_values_stay_data(project: DbtProject) -> None:
    evil = ["'); drop table raw.changes; --", '"}]}', "{{ ref('x') }}", "\\", "a\nb", "null", "€😀"]
    rows = [change(str(n), field=text, new=text) for n, text in enumerate(evil)]
    start(project, [*rows, change("z")])
    model(project, columns=COLUMNS, status_field="status", time_zone="UTC")
    build(project)
    fields = [payload["object"] for _, payload in payloads(project) if "object" in payload]
    assert fields == [{text: text} for text in evil]


def test_a_renamed_state_makes_no_second_event(project: DbtProject) -> None:
    """The table of names has only the new name. The journal keeps the name that it already has."""
    with project.connect() as connection:
        connection.execute("create or replace table raw.states as select '1' as id, 'Open' as name")
    start(project, [change(), change(field="prio", new="9")])
    lookup = {"relation": Raw("states"), "key": "id", "name": "name"}
    names = {"status": lookup}
    model(project, columns=COLUMNS, status_field="status", names=names, time_zone="UTC")
    build(project)
    with project.connect() as connection:
        connection.execute("insert into raw.states values ('1', 'Another'), ('2', 'Closed')")
        connection.execute("update raw.states set name = 'New' where name = 'Open'")
    fill(project, [change(new="2", changed_at=AT + dt.timedelta(minutes=1))])
    build(project)
    states = [payload["transition"]["toState"] for _, payload in payloads(project)]
    assert states == ["Open", "Closed"]


def test_a_limited_run_keeps_the_journal(project: DbtProject) -> None:
    start(project, [change()])
    model(project, columns=COLUMNS, status_field="status", time_zone="UTC")
    build(project)
    fill(project, [change(new="2", changed_at=AT + dt.timedelta(minutes=1))])
    build(project, "--empty")
    assert len(payloads(project)) == 1
    assert "would replace the rows" in refused(project, "--empty", "--full-refresh")
    build(project)
    assert len(payloads(project)) == 2


def test_a_change_told_by_id_and_by_name_is_one(project: DbtProject) -> None:
    """Salesforce records a change of a look-up field in two rows: one with the names, one with the
    ids.
    """
    twice = [
        change(field="owner", new="Ben", old_value="Ann"),
        change(field="owner", new="8", old_value="7"),
    ]
    start(project, [change(), *twice])
    names = {"owner": {"values": {"7": "Ann", "8": "Ben"}}}
    model(project, columns=COLUMNS, status_field="status", names=names, time_zone="UTC")
    expected = [
        ("Ticket.StatusChanged", {"transition": {"toState": "1"}, "object": {"owner": "Ben"}})
    ]
    for _ in range(2):
        build(project)
        assert payloads(project) == expected
        fill(project, [row | {"loaded_at": AT + dt.timedelta(hours=2)} for row in twice])


# ---- events and objects

COMMENTS = """\
create or replace table raw.comments (id integer, ticket integer, at timestamp, who integer,
    public boolean, label integer, text varchar, loaded timestamp)
"""


def test_comments_become_events(project: DbtProject) -> None:
    with project.connect() as connection:
        connection.execute(COMMENTS.replace(" at ", ' "at" '))
        connection.execute("drop table if exists main.history")
        values = """
            (1, 5, timestamp '2026-03-01 10:00', 7, true, 3, 'hello', timestamp '2026-03-01 11:00'),
            (1, 5, timestamp '2026-03-01 10:00', 7, true, 3, 'hello', timestamp '2026-03-02 11:00'),
            (2, 5, timestamp '2026-03-01 10:00', 9, false, 4, null, timestamp '2026-03-01 11:00'),
            (3, 5, timestamp '2026-03-01 10:00', null, null, null, null,
                timestamp '2026-03-01 11:00')"""
        connection.execute(f"insert into raw.comments values {values}")
    model(
        project,
        "journal_from_events",
        "comments",
        columns={"object_id": "ticket", "at": "at", "by": "who", "event_id": "id"}
        | {"loaded_at": "loaded"},
        event_type={
            "column": "public",
            "values": {"true": "Ticket.Replied"},
            "default": "Ticket.Noted",
        },
        fields={"label": "context.Label", "text": "Text"},
        names={"label": {"values": {"3": "bug"}}},
        users=USERS,
        time_zone="UTC",
    )
    build(project)
    expected = [
        (
            "1",
            "Ticket.Replied",
            "Ann",
            {
                "object": {"Text": "hello"},
                "context": {"Label": "bug"},
                "user": {"roles": ["agent"]},
            },
        ),
        ("2", "Ticket.Noted", "9", {"context": {"Label": "4"}}),
        ("3", "Ticket.Noted", None, None),
    ]
    query = "select EJ_SourceKey, EJ_EventType, EJ_Actor, EJ_Payload from main.history order by 1"
    rows = [tuple(row.values()) for row in project.rows(query)]
    assert [(*row[:3], json.loads(row[3]) if row[3] else None) for row in rows] == expected
    before = found(project, with_id=True)
    build(project)
    assert found(project, with_id=True) == before


TICKETS = """\
create or replace table raw.tickets (id varchar, created timestamp, who varchar, status varchar,
    prio varchar, title varchar, gone boolean, loaded timestamp)
"""
TICKET_COLUMNS = {
    "object_id": "id",
    "created_at": "created",
    "created_by": "who",
    "status": "status",
    "deleted": "gone",
    "loaded_at": "loaded",
}


def ticket(id_: str, status: str, gone: bool, hours: int, prio: str = "low") -> dict[str, Any]:
    return {"id": id_, "created": AT, "who": "7", "status": status, "prio": prio, "title": None} | {
        "gone": gone,
        "loaded": AT + dt.timedelta(hours=hours),
    }


def told(project: DbtProject) -> list[tuple[Any, ...]]:
    query = (
        "select EJ_ObjectID, EJ_EventType, EJ_EventTimeUTC, EJ_Actor, EJ_Payload from main.history"
        " order by 1, 3, 2"
    )
    rows = [tuple(row.values()) for row in project.rows(query)]
    return [(*row[:4], json.loads(row[4]) if row[4] else None) for row in rows]


def test_objects_are_created_deleted_and_restored(project: DbtProject) -> None:
    changes = [
        change("A", new="2", old_value="1", changed_at=AT + dt.timedelta(minutes=5)),
        change("A", new="3", old_value="2", changed_at=AT + dt.timedelta(minutes=9)),
    ]
    start(project, changes)
    with project.connect() as connection:
        connection.execute(TICKETS)
    fill(project, [ticket("A", "3", False, 1), ticket("B", "1", False, 1)], "tickets")
    changes_of_tickets = {
        "relation": Raw("changes"),
        "columns": COLUMNS,
        "status_field": "status",
        "fields": {"priority": "Priority"},
    }
    model(
        project,
        "journal_from_objects",
        "tickets",
        columns=TICKET_COLUMNS,
        fields={"prio": "Priority", "title": "Title"},
        names=NAMES,
        changes=changes_of_tickets,
        time_zone="UTC",
    )
    build(project)
    created = {"transition": {"toState": "Open"}, "object": {"Priority": "low"}}
    first = [(name, "Ticket.Created", AT, "7", created) for name in "AB"]
    assert told(project) == first
    # the row of B is replaced, as loaders do, and the row of A is loaded again
    with project.connect() as connection:
        connection.execute("delete from raw.tickets")
    fill(project, [ticket("A", "3", False, 2, "high"), ticket("B", "1", True, 2)], "tickets")
    build(project)
    deleted = ("B", "Ticket.Deleted", AT + dt.timedelta(hours=2), None)
    deleted = (*deleted, {"transition": {"toState": "Deleted"}})
    assert told(project) == [*first, deleted]
    build(project)
    assert told(project) == [*first, deleted]
    with project.connect() as connection:
        connection.execute("delete from raw.tickets")
    fill(project, [ticket("B", "2", False, 3)], "tickets")
    build(project)
    restored = ("B", "Ticket.Restored", AT + dt.timedelta(hours=3), None)
    restored = (*restored, {"transition": {"toState": "Waiting"}})
    assert told(project) == [*first, deleted, restored]
    ids = project.rows("select EJ_ID from main.history where EJ_ID <= 'g'")
    assert ids == [], "they follow the changes of the same instant, whose ids are hashes"


def test_a_history_without_old_values_leaves_changed_fields_out(project: DbtProject) -> None:
    start(project, [change("A", new="2", changed_at=AT + dt.timedelta(minutes=5))])
    with project.connect() as connection:
        connection.execute(TICKETS)
    fill(project, [ticket("A", "2", False, 1), ticket("B", "1", False, 1)], "tickets")
    old = {name: column for name, column in COLUMNS.items() if name != "old_value"}
    changes_of_tickets = {"relation": Raw("changes"), "columns": old, "status_field": "status"}
    model(
        project,
        "journal_from_objects",
        "tickets",
        columns=TICKET_COLUMNS,
        changes=changes_of_tickets,
        time_zone="UTC",
    )
    build(project)
    assert [row[4] for row in told(project)] == [None, {"transition": {"toState": "1"}}]


# ---- a real journal

REAL_JOURNAL = PACKAGE.parent / "shared/real_journal"
AS_CHANGES = """\
create or replace table raw.changes as
with events as (select * from '{file}')
select EJ_ObjectID as object_id, field.name as field, EJ_EventTimeUTC as changed_at,
    json_extract_string(EJ_Payload, field.path) as new_value, EJ_Actor as changed_by,
    _SyncDate as loaded_at, EJ_Sequence as n, _TenantID as tenant
from events, (values ('status', '$.transition.toState'), ('impact', '$.object.Impact'),
    ('product', '$.object.Product'), ('office', '$.context.office')) as field(name, path)
"""


# The columns that hold ids of events or hashes of them, name the journal, or number the run.
IDS = {
    "timeline": "EJ_ID, TL_Journal, TL_ContentHash, TL_Intake, _DefinitionHash, _Batch",
    "workflow_instance": "_DefinitionHash, _Batch",
    "sla_cycle": "_Key, SC_ID, ST_StartEventID, ST_StopEventID, _DefinitionHash, _Batch",
    "escalation_queue": "_Key, EQ_ID, _CycleKey, _DefinitionHash, _Batch",
    "runtime_signal": "_Key, _SignalKey, RS_SubjectKey, RS_CausingEventID, _DefinitionHash, _Batch",
}


@pytest.mark.skipif(not REAL_JOURNAL.exists(), reason="NOT RUN: the real journal is not here")
def test_the_real_journal_as_changes_gives_the_same_tables(tmp_path: Path) -> None:
    snapshot = json.loads((REAL_JOURNAL / "snapshot.json").read_text(encoding="utf-8"))
    file = REAL_JOURNAL / "event_journal.parquet"
    as_of = "2012-06-01T00:00:00"
    plain = DbtProject(tmp_path / "plain", small_case.CONFIG, snapshot)
    with plain.connect() as connection:
        connection.execute("create schema if not exists raw")
        connection.execute(f"create table raw.event_journal as select * from '{file}'")
    plain.run(as_of)
    journal = {"journal": {"ref": "history"}}
    project = DbtProject(tmp_path / "told", small_case.CONFIG | journal, snapshot)
    source = {"name": "raw", "tables": [{"name": "changes"}]}
    project.write("models/raw.yml", {"version": 2, "sources": [source]})
    with project.connect() as connection:
        connection.execute("create schema if not exists raw")
        connection.execute(AS_CHANGES.format(file=file))
    columns = COLUMNS | {"old_value": None, "sequence": "n", "tenant": "tenant"}
    model(
        project,
        object_type="Incident",
        columns=columns,
        status_field="status",
        fields={"impact": "Impact", "product": "Product", "office": "context.office"},
        source_system="VINST",
        time_zone="UTC",
    )
    project.run(as_of)
    with project.connect() as connection:
        connection.execute(f"attach '{plain.database}' as plain")
        for name, ids in IDS.items():
            a, b = (f"{catalog}.main.incident_{name}" for catalog in ("plain", "warehouse"))
            count = connection.execute(f"select count(*) from {a}").fetchone()
            assert count[0] > 7000
            for one, other in ((a, b), (b, a)):
                query = (
                    f"select count(*) from (select * exclude ({ids}) from {one} except all"
                    f" select * exclude ({ids}) from {other})"
                )
                assert connection.execute(query).fetchone() == (0,), name
