"""MetaDB in a live database gives the same files as a snapshot does, byte for byte; what goes wrong
is said without the URL's secrets.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

sa = pytest.importorskip(
    "sqlalchemy",
    reason="SQLAlchemy is not installed: nothing of MetaDB in a live database is tested",
)
import sqlglot
from metadb_database import (
    CLIENT,
    META,
    PROJECT,
    columns,
    everyone,
    fill,
    postgres,
    postgres_programs,
)
from metadb_samples import GOLDEN, PLACES, Project, Tables, golden_files, golden_tables, minimal
from ozmeta_dbt.config import load_config
from ozmeta_dbt.demo.metadata import snapshot
from ozmeta_dbt.metadb import database
from ozmeta_dbt.metadb.readers import SNAPSHOT_PLACES, read_metadb
from ozmeta_dbt.metadb.rows import TABLES
from ozmeta_dbt.problems import Origin, Problems
from sqlalchemy.dialects import mssql
from sqlalchemy.dialects.mssql import pymssql, pyodbc
from sqlalchemy.dialects.postgresql import JSONB

LIVE = "{url_env: METADB_URL, client: %s, project: %s}"
PASSWORD = "p@ss w:rd/%41'\"x"


@pytest.fixture(scope="module")
def server() -> Iterator[sa.URL]:
    pytest.importorskip("psycopg", reason="NOT TESTED on Postgres: psycopg is not installed")
    if postgres_programs() is None:
        pytest.skip(
            "NOT TESTED on Postgres: there is no initdb on the PATH or in /usr/lib/postgresql"
        )
    with postgres(PASSWORD) as url:
        yield url


def live(project: Project, url: sa.URL | str, client: str = CLIENT, name: str = PROJECT) -> None:
    """Let the project read from this database."""
    text = (project.path / "ozmeta.yml").read_text()
    start = text.index("metadb: ")
    project.put(
        "ozmeta.yml",
        text[:start]
        + "metadb: "
        + LIVE % (json.dumps(client), json.dumps(name))
        + text[text.index("\n", start) :],
    )
    project.monkeypatch.setenv(
        "METADB_URL", url if isinstance(url, str) else url.render_as_string(hide_password=False)
    )


def sqlite(project: Project) -> sa.URL:
    return sa.URL.create("sqlite", database=str(project.path / "meta.db"))


def filled(project: Project, tables: Tables, **how: Any) -> None:
    """The project's metadata in a SQLite file of its own."""
    url = sqlite(project)
    fill(sa.create_engine(url), tables, None, **how)
    live(project, url)


def new_database(server: sa.URL, name: str) -> sa.URL:
    with sa.create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(f"create database {name}")
    return server.set(database=name)


def bare(value: Any) -> Any:
    """Bindings without the places where their rules stood."""
    if isinstance(value, Origin):
        return None
    if dataclasses.is_dataclass(value):
        return {field.name: bare(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items()}
    return [bare(item) for item in value] if isinstance(value, (list, tuple)) else value


OWNED = {"ApprovalFlow": "PJ_ID"}  # else a flow that nothing uses is nobody's, and not read


def same_as_golden(golden: Project, url: sa.URL) -> None:
    expected = bare(golden.bindings())
    assert golden.run("export", str(golden.path / "of_snapshot.json"))[0] == 0
    live(golden, url)
    assert golden.run("export", str(golden.path / "of_database.json"))[0] == 0
    assert (golden.path / "of_database.json").read_text() == (
        golden.path / "of_snapshot.json"
    ).read_text()
    assert bare(golden.bindings()) == expected
    assert golden.generate() == golden_files()


def test_sqlite(golden: Project) -> None:
    fill(sa.create_engine(sqlite(golden)), everyone(golden_tables()), None, add=OWNED)
    same_as_golden(golden, sqlite(golden))


def test_the_demo(project: Project) -> None:
    document = snapshot()
    project.put("snapshot.json", json.dumps(document))
    expected = project.generate()
    objects = document["objects"]
    filled(
        project,
        everyone(
            {
                table: objects.get(part, {}).get(name, [])
                for table, part, _, name in (
                    (table, *place.partition("/")) for table, place in PLACES.items()
                )
            }
        ),
    )
    assert project.generate() == expected and len(expected) > 20


@pytest.mark.parametrize(
    "file", ["metadb", "meta"]
)  # a file is a catalogue of its name, and Meta.x could be in it
def test_duckdb(golden: Project, file: str) -> None:
    pytest.importorskip(
        "duckdb_engine", reason="NOT TESTED on DuckDB: duckdb-engine is not installed"
    )
    url = sa.URL.create("duckdb", database=str(golden.path / f"{file}.duckdb"))
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'create schema {file}."Meta"')
    fill(engine, everyone(golden_tables()), f"{file}.Meta", add=OWNED)
    engine.dispose()
    same_as_golden(golden, url)


@pytest.mark.parametrize("spelling", ["capitals_and_json", "small_letters"])
def test_postgres(golden: Project, server: sa.URL, spelling: str) -> None:
    url = new_database(server, spelling)
    how: dict[str, Any] = (
        {"rule": JSONB}
        if spelling == "capitals_and_json"
        else {"spelt": str.lower, "flag": sa.SmallInteger}
    )
    fill(sa.create_engine(url), everyone(golden_tables()), add=OWNED, **how)
    same_as_golden(golden, url.set(drivername="postgresql"))


# ---------------------------------------------------------------- whose rows, and which


def test_only_the_projects_rows_are_read(project: Project) -> None:
    tables = minimal()
    filled(project, everyone(tables))
    rows = read_metadb(project.path, load_config(project.path).metadb, problems := Problems())
    assert not problems.errors and not problems.warnings
    assert {table: len(found) for table, found in rows.rows.items() if found} == {
        table: len(found) for table, found in tables.items() if found
    } | {"ApprovalFlow": 1}  # one is used
    live(project, sqlite(project), "Other")
    assert {
        row.id
        for row in read_metadb(project.path, load_config(project.path).metadb, problems)[
            "WorkflowState"
        ]
    } == {"p3-1", "p3-2", "p3-3"}
    live(project, sqlite(project), CLIENT, "Second")
    assert {
        row.id
        for row in read_metadb(project.path, load_config(project.path).metadb, problems)["Role"]
    } == {"p2-1"}


@pytest.mark.parametrize("owner", ["PJ_ID", "CL_ID"])
def test_shared_tables_with_an_owner(project: Project, owner: str) -> None:
    """Roles and event types that say whose they are: the project's are read, used or not, and
    another's only where it is used.
    """
    tables = everyone(minimal())
    tables["Role"] = [
        {"RO_ID": id, "RO_Code": f"R{id}", owner: of}
        for id, of in (("1", "3"), ("2", "1"), ("3", None), ("4", "2"))
    ]
    tables["EventType"] = [
        {"EVTT_ID": id, "EVTT_Code": f"E{id}", owner: of}
        for id, of in (("1", None), ("2", "1"), ("3", "2"))
    ]
    filled(project, tables, add={"Role": owner, "EventType": owner})
    rows = read_metadb(project.path, load_config(project.path).metadb, Problems())
    assert ({row.id for row in rows["Role"]}, {row.id for row in rows["EventType"]}) == (
        {"1", "2"},
        {"1", "2"},
    )


def test_a_role_that_only_a_rule_names(project: Project) -> None:
    tables = everyone(minimal())
    tables["Role"] += [{"RO_ID": "8", "RO_Code": "Löscher\t"}, {"RO_ID": "9", "RO_Code": "Löscher"}]
    for row in tables["SlaPolicy"]:
        row["SL_EscalationRule"] = {
            "version": 1,
            "kind": "Escalation",
            "actions": [{"type": "EnqueueEscalation", "target": "role:Löscher"}],
        }
    filled(project, tables)
    assert {
        row.code
        for row in read_metadb(project.path, load_config(project.path).metadb, Problems())["Role"]
    } == {"Lead", "Löscher"}
    assert "there is no role" not in project.run("validate")[1]


def test_names_that_a_rule_compares_with_are_known(project: Project) -> None:
    """Roles and event types that belong to nobody are read if a rule names them: else they would
    seem to be misspelt.
    """
    tables = everyone(minimal())
    tables["Role"] += [{"RO_ID": "8", "RO_Code": "Leads"}, {"RO_ID": "9", "RO_Code": "Nobody"}]
    tables["EventType"] += [
        {"EVTT_ID": "8", "EVTT_Code": "Case.Close"},
        {"EVTT_ID": "9", "EVTT_Code": "Case.Other"},
    ]
    compared = [
        {"op": "contains", "args": [{"ref": "user.roles"}, {"lit": "Leads"}]},
        {"op": "eq", "args": [{"ref": "event.type"}, {"lit": "Case.Close"}]},
    ]
    for row in tables["RuntimeSlaBinding"]:
        row["RSB_StartRule"] = {
            "version": 1,
            "kind": "TimerStart",
            "expr": {"op": "and", "args": compared},
        }
    filled(project, tables)
    rows = read_metadb(project.path, load_config(project.path).metadb, Problems())
    assert {row.code for row in rows["Role"]} == {"Lead", "Leads"} and {
        row.code for row in rows["EventType"]
    } == {"Case.Closed", "Case.Close"}
    status, printed = project.run("validate")
    assert status == 0 and "warning" not in printed


def test_every_table_can_be_scoped() -> None:
    """What the generator reads is in SPEC 1, and is the project's by itself, by its parent, or by
    use.
    """
    for table, cls in TABLES.items():
        known = {name.lower() for name in columns(table)} | {"ws_slaminutes"}
        assert {
            info.json_schema_extra["names"][0].lower() for info in cls.model_fields.values()
        } <= known, table
        assert (table in database.PARENTS) + (table in database.SHARED) + (
            "PJ_ID" in columns(table)
        ) + (table in database.COMMON) + (table == "TextKey") == 1, table


OPTIONAL = (
    "UiEntity",
    "WorkflowTransitionRole",
    "Role",
    "EventType",
    "TransitionEvent",
    "EventTemplate",
    "RuntimeTemplateBinding",
    "RuntimeSignalType",
    "Language",
    "ProjectLanguage",
    "TextKey",
    "TextTranslation",
    "ApprovalFlow",
    "ApprovalStep",
    "ApprovalStepRole",
)


def test_missing_tables_and_columns(project: Project) -> None:
    tables = minimal() | {
        "ApprovalFlow": [],
        "ApprovalStep": [],
        "WorkflowTransitionRole": [],
        "ApprovalStepRole": [],
        "Role": [],
        "EventType": [],
        "TransitionEvent": [],
        "UiEntity": [],
    }
    tables["RuntimeBinding"][0].pop("AF_ID")
    project.metadb(tables)
    expected = project.generate()
    filled(
        project,
        everyone(tables),
        leave_out=(
            *OPTIONAL,
            "WorkflowState.WS_SlaMinutes",
            "Workflow.WF_ObjectType",
            "RuntimeBinding.RB_IsEnabled",
            "SlaPolicy.SL_EscalationRule",
            "RuntimeSlaBinding.RSB_ID",
        ),
    )
    assert project.generate() == expected


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("WorkflowState.WS_Code", "Meta.WorkflowState row WS_ID=1: WorkflowState needs WS_Code"),
        (
            "TransitionEvent.EVTT_ID",
            "Meta.TransitionEvent row WT_ID=1: TransitionEvent needs EVTT_ID",
        ),
        ("Workflow.PJ_ID", "Meta.Workflow: Workflow needs PJ_ID: without it"),
        ("WorkflowState.WF_ID", "Meta.WorkflowState: WorkflowState needs WF_ID: without it"),
        ("Client.CL_Code", "Meta.Client: Client needs CL_Code"),
        ("Client", "ozmeta.yml /metadb/url_env: this database has no table Client"),
        ("Workflow", "Meta.RuntimeBinding row RB_ID=1 /WF_ID: points to 1"),
    ],
)
def test_what_is_missed(project: Project, gone: str, said: str) -> None:
    filled(project, everyone(minimal()), leave_out=(gone,))
    status, printed = project.run("generate")
    assert (status, said in printed) == (2, True), printed
    assert not project.output.exists()


def test_faults_are_named_by_row_and_column(project: Project) -> None:
    tables = everyone(minimal())
    tables["SlaPolicy"][0]["SL_WarnMinutes"] = 90
    tables["WorkflowTransition"][0]["WT_ActionLogical"] = {
        "version": 1,
        "kind": "Action",
        "actions": [{"type": "Dance"}],
    }
    tables["RuntimeBinding"][0]["RB_RuntimeMode"] = "Sidecars"
    tables["TransitionEvent"].append({"WT_ID": "1", "EVTT_ID": "gone-1"})
    filled(project, tables)
    printed = project.run("validate")[1]
    for said in (
        "Meta.WorkflowTransition row WT_ID=1 /WT_ActionLogical/actions/0",
        "Meta.RuntimeBinding row RB_ID=1 /RB_RuntimeMode: RB_RuntimeMode is 'Sidecars'",
        "Meta.TransitionEvent row WT_ID=1 EVTT_ID=gone-1 /EVTT_ID: points to gone-1",
    ):
        assert said in printed


def test_values_of_other_types(project: Project) -> None:
    """Ids in numeric columns, flags as numbers, GUIDs and bytes: as a file would write them."""
    from decimal import Decimal
    from uuid import UUID

    id = UUID(int=1)
    assert [
        database.plain(value)
        for value in (Decimal("7.00"), 7.0, Decimal("7.5"), id, bytearray(b"x"), "7.0", None)
    ] == [7, 7, Decimal("7.5"), str(id), b"x", "7.0", None]
    engine = sa.create_engine(sqlite(project))
    fill(engine, everyone(minimal()), None, flag=sa.Integer)
    with engine.begin() as connection:
        connection.exec_driver_sql("update Role set RO_Code = x'ff00' where RO_ID = '1'")
    live(project, sqlite(project))
    assert "Meta.Role row RO_ID=1 /RO_Code: RO_Code holds binary data" in project.run("validate")[1]


def test_postgres_types(project: Project, server: sa.URL) -> None:
    """UUID ids, numbers in JSON as written, and rules in JSON that are texts; of two tables whose
    names differ in case, the one with capitals.
    """
    url = new_database(server, "types")
    tables = minimal()
    ids = {
        table: {
            row[next(iter(row))]: f"{number:08x}-0000-4000-8000-{row[next(iter(row))]:012x}"
            for row in rows
        }
        for number, (table, rows) in enumerate(tables.items())
        if rows
    }
    target = {
        "WF_ID": "Workflow",
        "WT_ID": "WorkflowTransition",
        "WT_FromWS_ID": "WorkflowState",
        "WT_ToWS_ID": "WorkflowState",
        "RO_ID": "Role",
        "SL_ID": "SlaPolicy",
        "EVTT_ID": "EventType",
        "RB_ID": "RuntimeBinding",
        "RB_ObjectID": "Table",
        "SL_ObjectID": "Workflow",
        "TB_ID": "Table",
        "UE_ID": "UiEntity",
        "WS_ID": "WorkflowState",
        "RSB_ID": "RuntimeSlaBinding",
    }
    for rows in tables.values():
        for row in rows:
            row.update(
                {key: ids[target[key]][value] for key, value in row.items() if key in target}
            )
    tables["WorkflowTransition"][0]["WT_GuardLogical"] = "allow"
    tables["RuntimeSlaBinding"][0]["RSB_StartRule"] = {
        "version": 1,
        "kind": "TimerStart",
        "expr": {"op": "eq", "args": [{"ref": "object.N"}, {"lit": 1.10}]},
    }
    engine = sa.create_engine(url)
    fill(engine, everyone(tables), rule=JSONB)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            """create table "Meta".workflow as select * from "Meta"."Workflow" limit 0"""
        )
        connection.exec_driver_sql(
            """
            update "Meta"."RuntimeSlaBinding"
            set "RSB_StartRule" = replace("RSB_StartRule"::text, '1.1', '1.10')::jsonb
            """
        )
        for table, column in (
            ("WorkflowState", "WS_ID"),
            ("WorkflowState", "WF_ID"),
            ("Workflow", "WF_ID"),
        ):
            connection.exec_driver_sql(
                f"""delete from "Meta"."{table}" where "{column}" !~ '^[0-9a-f]{{8}}-'"""
            )
            connection.exec_driver_sql(
                f'alter table "Meta"."{table}"'
                f' alter column "{column}" type uuid using "{column}"::uuid'
            )
        for table in ("WorkflowTransition", "RuntimeBinding"):
            connection.exec_driver_sql(
                f"""delete from "Meta"."{table}" where "WF_ID" !~ '^[0-9a-f]{{8}}-'"""
            )
            connection.exec_driver_sql(
                f'alter table "Meta"."{table}" alter column "WF_ID" type uuid using "WF_ID"::uuid'
            )
    live(project, url)
    binding = project.bindings()[0]
    assert binding.workflow.id == ids["Workflow"][1] and binding.workflow.states == [
        "Closed",
        "New",
    ]
    assert binding.slas[0].start.expr["args"][1] == {"lit": "1.10", "type": "number"}
    project.run("export", str(project.path / "out.json"))
    assert '{"lit": 1.10}' in (project.path / "out.json").read_text()


# ---------------------------------------------------------------- export


def test_every_table_is_exported() -> None:
    assert set(SNAPSHOT_PLACES) == set(TABLES) and all(
        places[0].count(".") == (table != "EventTemplate")
        for table, places in SNAPSHOT_PLACES.items()
    )


def test_export_reads_back(golden: Project) -> None:
    filled(golden, everyone(golden_tables()))
    expected, path = bare(golden.bindings()), golden.path / "out/snap.json"
    assert golden.run("export", str(path), "--check")[0] == 5 and not path.exists()
    assert golden.run("export", str(path))[0] == 0
    first, stamp = path.read_bytes(), path.stat().st_mtime_ns
    assert list(path.parent.iterdir()) == [path] and b'"1970-01-01T' in first
    assert golden.run("export", str(path))[0] == 0 and (
        path.read_bytes(),
        path.stat().st_mtime_ns,
    ) == (first, stamp)
    assert golden.run("export", str(path), "--check")[0] == 0
    golden.put(
        "ozmeta.yml", (GOLDEN / "ozmeta.yml").read_text().replace("snapshot.json", "out/snap.json")
    )
    assert bare(golden.bindings()) == expected and golden.generate() == golden_files()
    assert (
        golden.run("export", str(golden.path / "again.json"))[0] == 0
        and (golden.path / "again.json").read_bytes() == first
    )
    status, printed = golden.run("export", str(path))
    assert status == 3 and "give it another name" in printed
    assert golden.run("export", str(golden.path))[0] == 3


def test_export_of_a_folder_and_of_faults(project: Project) -> None:
    for table, rows in minimal().items():
        project.put(f"metadb/{table}.json", json.dumps(rows))
    expected, path = project.generate(), project.path / "out.json"
    project.put(
        "ozmeta.yml",
        (project.path / "ozmeta.yml")
        .read_text()
        .replace("{snapshot: snapshot.json}", "{folder: metadb}"),
    )
    assert project.run("export", str(path))[0] == 0
    project.put(
        "ozmeta.yml",
        (project.path / "ozmeta.yml")
        .read_text()
        .replace("{folder: metadb}", "{snapshot: out.json}"),
    )
    assert project.generate() == expected
    project.put("snapshot.json", path.read_text().replace('"New"', '"Closed"'))
    project.put(
        "ozmeta.yml", (project.path / "ozmeta.yml").read_text().replace("out.json", "snapshot.json")
    )
    assert (
        project.run("export", str(project.path / "faulty.json"))[0] == 2
        and not (project.path / "faulty.json").exists()
    )


def test_export_keeps_texts_and_numbers(project: Project) -> None:
    tables = minimal()
    tables["WorkflowState"][1]["WS_Code"] = 'Cl\u2028os\x0ced "\\ ü \U0001f600'
    tables["RuntimeSlaBinding"][0] |= {
        "RSB_StartRule": (
            json.dumps(
                {
                    "version": 1,
                    "kind": "TimerStart",
                    "expr": {"op": "gt", "args": [{"ref": "object.N"}, {"lit": "NUMBER"}]},
                }
            ).replace('"NUMBER"', "-1.2300")
        ),
        "RSB_StopRule": " ",
    }
    project.metadb(tables)
    expected = bare(project.bindings())
    assert project.run("export", str(project.path / "out.json"))[0] == 0
    project.put(
        "ozmeta.yml", (project.path / "ozmeta.yml").read_text().replace("snapshot.json", "out.json")
    )
    assert (
        bare(project.bindings()) == expected
        and '{"lit": -1.2300}' in (project.path / "out.json").read_text()
    )


# ---------------------------------------------------------------- what goes wrong


def as_in_url(password: str) -> str:
    return (
        sa.URL.create("x", "a", password, "b")
        .render_as_string(hide_password=False)
        .removeprefix("x://a:")
        .removesuffix("@b")
    )


def said(project: Project, status: int, *parts: str, command: str = "generate") -> None:
    """It stops with this status and these words; the URL and its password are in no output, log or
    file, also with OZMETA_DEBUG.
    """
    url = os.environ.get("METADB_URL", "").strip()
    for debug in ("", "1"):
        project.monkeypatch.setenv("OZMETA_DEBUG", debug)
        got, printed = project.run(command)
        assert got == status and all(part in printed for part in parts), printed
        kept = "".join(
            path.read_text(errors="replace")
            for path in project.path.rglob("*")
            if path.is_file() and path.suffix not in (".db", ".duckdb")
        )
        for secret in (PASSWORD, as_in_url(PASSWORD), "S3CRET", *([url] if url else [])):
            assert secret not in printed + kept and "Traceback" not in printed
    assert not project.output.exists()


def test_postgres_logins(project: Project, server: sa.URL) -> None:
    live(project, server.set(password="S3CRET"))
    said(
        project,
        4,
        "the database that METADB_URL names can't be reached: check the host, the port, the"
        " database, the user and the password",
        'password authentication failed for user "meta"',
    )
    live(project, server.set(username="nobody", password="S3CRET"))
    said(project, 4, "can't be reached")
    live(project, server.set(database="nowhere"))
    said(project, 4, 'database "nowhere" does not exist')
    live(project, server.set(port=1))
    said(project, 4, "can't be reached", "refused")
    for query in ("sslpassword", "nonsense"):
        live(project, server.set(port=1).update_query_dict({query: "S3CRET"}))
        said(project, 4, "can't be reached")
    live(project, server.set(password="meta"))  # a password that the driver's own words hold
    said(project, 4, "can't be reached")
    assert "authentication" not in project.run("validate")[1]


def test_postgres_without_meta(project: Project, server: sa.URL) -> None:
    url = new_database(server, "bare")
    live(project, url)
    said(
        project,
        2,
        "ozmeta.yml /metadb/url_env: this database has no schema Meta with tables that this user"
        " may read (it has: none)",
    )
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("create schema raw create table event_journal (id int)")
    said(project, 2, "it has: raw")
    engine = sa.create_engine(url)
    fill(engine, everyone(minimal()))
    live(project, url, "NoSuch")
    said(project, 2, "MetaDB has no client 'NoSuch' (it has: Other, SFO)")
    with engine.begin() as connection:
        connection.exec_driver_sql("create role visitor login password 'S3CRET'")
    live(project, url.set(username="visitor", password="S3CRET"))
    said(project, 2, "no schema Meta with tables that this user may read (it has: none)")
    with engine.begin() as connection:
        connection.exec_driver_sql('grant select on all tables in schema "Meta" to visitor')
    said(
        project,
        4,
        "the database that METADB_URL names can't be read (permission denied for schema Meta",
    )


def test_no_such_client_or_project(project: Project) -> None:
    tables = everyone(minimal())
    tables["Client"] += [{"CL_ID": f"c{n}", "CL_Code": f"C{n:02}"} for n in range(20)]
    tables["Project"].append({"PJ_ID": "twin", "CL_ID": "2", "PJ_Code": "Twin"})
    tables["Project"].append({"PJ_ID": "twin2", "CL_ID": "2", "PJ_Code": "Twin"})
    filled(project, tables)
    live(project, sqlite(project), "Gone")
    said(
        project,
        2,
        "ozmeta.yml /metadb/client: MetaDB has no client 'Gone' (it has: C00, C01, C02, C03, C04,"
        " C05, C06, C07, C08, C09 and 12 more)",
    )
    live(project, sqlite(project), CLIENT, "Gone")
    said(
        project,
        2,
        "ozmeta.yml /metadb/project: the client 'SFO' has no project 'Gone' (it has: CaseMgmt,"
        " Second)",
    )
    live(project, sqlite(project), "C00", "Gone")
    said(project, 2, "it has: none")
    live(project, sqlite(project), "Other", "Twin")
    said(project, 2, "MetaDB has 2 projects 'Twin' of 'Other'")


HOSTILE = """'; drop table "Client"; -- %s %(x)s :x ? {0} [x] \\ ü"""


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_hostile_codes(project: Project, request: pytest.FixtureRequest, engine: str) -> None:
    tables = everyone(minimal())
    tables["Client"][0]["CL_Code"] = tables["Project"][0]["PJ_Code"] = HOSTILE
    url = (
        sqlite(project)
        if engine == "sqlite"
        else new_database(request.getfixturevalue("server"), "hostile")
    )
    fill(sa.create_engine(url), tables, None if engine == "sqlite" else "Meta")
    live(project, url, HOSTILE + "x", HOSTILE)
    assert "MetaDB has no client" in project.run("validate")[1]
    live(project, url, HOSTILE, HOSTILE)
    assert project.bindings()[0].name == "case"


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        (
            None,
            [
                "the environment variable METADB_URL is not set",
                "postgresql://user:password@host/database",
            ],
        ),
        (" ", ["is not set"]),
        ("S3CRET", ["what METADB_URL holds is not a database URL"]),
        ("postgresql://u:S3CRET@host:S3CRET/db", ["is not a database URL"]),
        ("postgresql://u:a@S3CRET@host/db", ["is not a database URL", "%40 for @"]),
        ("postgresql://u:a@S3CRET/w@host/db", ["is not a database URL"]),
        ("oracel://u:S3CRET@host/db", ["the driver for oracel is not installed"]),
        ("mssql+nodriver://u:S3CRET@host/db", ["pip install 'ozmeta-dbt[mssql]'"]),
        ("sqlite:///nowhere/S3CRET.db", ["the SQLite file that METADB_URL names does not exist"]),
        ("sqlite:///{folder}/ozmeta.yml", ["can't be read (file is not a database)"]),
    ],
)
def test_urls(project: Project, url: str | None, parts: list[str]) -> None:
    live(project, (url or "").replace("{folder}", str(project.path)))
    if url is None:
        project.monkeypatch.delenv("METADB_URL")
    said(project, 4, *parts)


def test_a_missing_driver_or_sqlalchemy(project: Project) -> None:
    live(project, "postgresql://u:S3CRET@host/db")
    project.monkeypatch.setitem(sys.modules, "psycopg", None)
    said(
        project,
        4,
        "the driver for postgresql+psycopg is not installed: pip install 'ozmeta-dbt[database]'",
    )
    project.monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    project.monkeypatch.delitem(sys.modules, "ozmeta_dbt.metadb.database")
    said(
        project,
        4,
        "SQLAlchemy is needed: pip install 'ozmeta-dbt[database]', or 'ozmeta-dbt[mssql]' for SQL"
        " Server",
    )


def test_sqlalchemy_is_imported_only_when_it_is_needed() -> None:
    code = "import sys, ozmeta_dbt.cli; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_driver_that_tells_the_url(project: Project) -> None:
    """Whatever is raised, and however it spells the secret, nothing of it is passed on."""
    live(project, server_url := sa.URL.create("postgresql+psycopg", "u", PASSWORD, "host", 1, "db"))
    for text in (
        PASSWORD,
        repr(PASSWORD),
        json.dumps(PASSWORD),
        str(server_url.render_as_string(hide_password=False)),
    ):
        project.monkeypatch.setattr(
            database,
            "engine_of",
            lambda *_, text=text: (_ for _ in ()).throw(
                RuntimeError(f"could not connect with {text}!")
            ),
        )
        said(project, 4, "can't be reached")
        assert "could not connect" not in project.run("validate")[1]
    project.monkeypatch.setattr(
        database, "engine_of", lambda *_: (_ for _ in ()).throw(RuntimeError("the moon is full"))
    )
    said(project, 4, "and the password (the moon is full)")


# ---------------------------------------------------------------- SQL Server: its queries, not its
# server


def queries(client: str = CLIENT, name: str = PROJECT, **more: str) -> dict[str, Any]:
    """Every query there is, for a Meta schema with all tables and columns of SPEC 1."""
    names = [
        (table, column, "uniqueidentifier" if column.endswith("_ID") else "nvarchar")
        for table in META
        for column in [*columns(table), "_DeleteDate", *more.get(table, "").split()]
    ]
    meta = database.Meta.of(names, "Meta", client, name)
    found = {f"rows of {table}": meta.rows(table) for table in TABLES}
    return found | {
        "clients": meta.clients(),
        "projects": meta.projects(),
        "client codes": meta.client_codes(),
        "project codes": meta.project_codes(),
        "names": database.names_query("mssql"),
        "schemas": database.schemas_query("mssql"),
    }


def test_the_queries_for_a_project_by_its_id_are_t_sql() -> None:
    """What `export --provider sqlserver --project-id` sends."""
    names = [(table, column, "uniqueidentifier") for table in META for column in columns(table)]
    meta = database.Meta.of(names, "Meta", "", "", project_id=HOSTILE)
    sent = {
        "projects": meta.projects(),
        "clients": meta.clients(),
        "project ids": meta.project_ids(),
        **meta.codes(),
        **{table: meta.rows(table) for table in TABLES},
    }
    assert {"projectCode", "clientCode"} <= sent.keys()
    for what, query in sent.items():
        compiled = query.compile(dialect=mssql.dialect())
        tree = sqlglot.parse_one(str(compiled), read="tsql")
        assert isinstance(tree, sqlglot.exp.Select), what
        assert set(compiled.params.values()) <= {HOSTILE.lower()}, what
        asks = "lower(CAST([Meta].[Project].[PJ_ID] AS VARCHAR(64))) ="
        assert (asks in str(compiled)) == (HOSTILE.lower() in compiled.params.values()), what
    assert HOSTILE.lower() in sent["projects"].compile().params.values()


@pytest.mark.parametrize(
    "dialect",
    [mssql.dialect(), pymssql.dialect(paramstyle="pyformat"), pyodbc.dialect(paramstyle="qmark")],
    ids=["named", "pymssql", "pyodbc"],
)
@pytest.mark.parametrize(
    "more",
    [{}, {"Role": "PJ_ID", "EventType": "PJ_ID"}, {"Role": "CL_ID"}],
    ids=["as in SPEC", "with PJ_ID", "with CL_ID"],
)
def test_queries_are_t_sql(dialect: Any, more: dict[str, str]) -> None:
    for what, query in queries(HOSTILE, HOSTILE, **more).items():
        compiled = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        text = str(compiled)
        tree = sqlglot.parse_one(
            text.replace("%(", ":").replace(")s", "") if dialect.paramstyle == "pyformat" else text,
            read="tsql",
        )
        assert isinstance(tree, sqlglot.exp.Select) and not list(
            tree.find_all(sqlglot.exp.Limit)
        ), what
        assert "drop" not in text.lower() and set(compiled.params.values()) <= {
            HOSTILE,
            database.GUID_SHAPE,
            "meta",
            "information_schema",
            "pg_catalog",
            "sys",
        }, what
        tables = {(table.db, table.name) for table in tree.find_all(sqlglot.exp.Table)}
        assert tables == {("INFORMATION_SCHEMA", "COLUMNS")} or (
            {db for db, _ in tables} == {"Meta"} and {name for _, name in tables} <= set(META)
        ), what
        quoted = [
            part
            for part in tree.find_all(sqlglot.exp.Identifier)
            if part.name in ("Table", "Role", "Workflow", "_DeleteDate", "WT_ID")
        ]
        assert all(part.quoted for part in quoted), (what, text)
        if what.startswith("rows"):
            assert ("Meta", "Project") in tables or what in (
                "rows of Role",
                "rows of EventType",
                "rows of Language",
            ), what
            assert text.count("_DeleteDate] IS NULL") >= (
                1
                if what in ("rows of EventType", "rows of Language")
                or (what == "rows of Role" and not more)
                else 3
            ), (what, text)


def test_t_sql_finds_the_same_rows(project: Project) -> None:
    """The T-SQL, brought to SQLite by sqlglot, finds what the live reader found there."""
    tables = everyone(minimal())
    filled(project, tables)
    rows = read_metadb(project.path, load_config(project.path).metadb, Problems())
    with sa.create_engine(sqlite(project)).connect() as connection:
        for table in set(TABLES) - {
            "Role",
            "EventType",
        }:  # whose use is told from the rows: see of_use
            text = str(
                queries()[f"rows of {table}"].compile(
                    dialect=mssql.dialect(), compile_kwargs={"literal_binds": True}
                )
            ).replace("N'", "'")
            tree = sqlglot.parse_one(text, read="tsql").transform(
                lambda node: (
                    sqlglot.exp.to_table(node.name, quoted=True)
                    if isinstance(node, sqlglot.exp.Table)
                    else node
                )
            )
            for column in tree.find_all(sqlglot.exp.Column):
                column.set("db", None)
            if table == "WorkflowState":
                assert "WS_SlaMinutes" in text
            assert (
                len(connection.exec_driver_sql(tree.sql("sqlite", identify=True)).all())
                == len(rows[table])
                == (1 if table == "ApprovalFlow" else len(minimal()[table]))
            ), table
