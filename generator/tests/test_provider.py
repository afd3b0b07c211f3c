"""`export --provider` reads one project of MetaDB's database by its id."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from metadb_database import everyone, fill
from metadb_samples import Project, golden_tables
from ozmeta_dbt.metadb import connections
from test_database import OWNED, live


def export(project: Project, provider: str, *more: str, id: str = "1") -> tuple[int, str]:
    return project.run(
        *("export", "--provider", provider, "--connection-env", "META_CONNECTION"),
        *("--project-id", id, "--out", str(project.path / "of_id.json"), *more),
    )


def test_sqlite_by_url_path_and_connection_string(golden: Project) -> None:
    file = golden.path / "meta.db"
    url = sa.URL.create("sqlite", database=str(file))
    fill(sa.create_engine(url), everyone(golden_tables()), None, add=OWNED)
    live(golden, url)
    assert golden.run("export", str(golden.path / "of_codes.json"))[0] == 0
    (golden.path / "ozmeta.yml").unlink()
    expected = (golden.path / "of_codes.json").read_text()
    for text in (f"sqlite:///{file}", str(file), f"Data Source={file};Mode=ReadOnly"):
        golden.monkeypatch.setenv("META_CONNECTION", text)
        status, printed = export(golden, "sqlite")
        assert status == 0, printed
        assert json.loads((golden.path / "of_id.json").read_text()) == json.loads(expected)
    assert export(golden, "sqlite", "--check")[0] == 0
    (golden.path / "of_id.json").unlink()
    assert export(golden, "sqlite", "--check")[0] == 5
    status, printed = export(golden, "sqlite", id="99")
    assert status == 2 and "no project with the PJ_ID 99" in printed and "it has: 1, 2" in printed
    golden.monkeypatch.setenv("META_CONNECTION", str(golden.path / "gone.db"))
    assert export(golden, "sqlite")[0] == 4
    golden.monkeypatch.delenv("META_CONNECTION")
    status, printed = export(golden, "sqlite")
    assert status == 4 and "META_CONNECTION is not set" in printed


def test_duckdb(golden: Project) -> None:
    file = golden.path / "meta_db.duckdb"
    engine = sa.create_engine(sa.URL.create("duckdb", database=str(file)))
    with engine.begin() as connection:
        connection.exec_driver_sql("create schema meta_db.Meta")
    fill(engine, everyone(golden_tables()), "meta_db.Meta", add=OWNED)
    engine.dispose()
    golden.monkeypatch.setenv("META_CONNECTION", str(file))
    status, printed = export(golden, "duckdb")
    assert status == 0, printed
    assert json.loads((golden.path / "of_id.json").read_text())["clientCode"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--provider", "sqlite", "--out", "x.json"),
        ("--provider", "sqlite", "--connection-env", "X", "--out", "x.json"),
        ("--connection-env", "X", "--out", "x.json"),
        ("--provider", "oracle", "--connection-env", "X", "--project-id", "1", "--out", "x"),
        ("x.json", "--out", "y.json"),
        (),
    ],
)
def test_options_that_do_not_fit_are_refused(project: Project, arguments: tuple[str, ...]) -> None:
    assert project.run("export", *arguments)[0] == 2


@pytest.mark.parametrize(
    ("provider", "text", "url"),
    [
        ("postgres", "postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgres", "postgresql+psycopg2://u:p@h/d", "postgresql+psycopg2://u:p@h/d"),
        (
            "postgres",
            "Host=h;Port=5433;Username=u;Password=a;Database=d;SSL Mode=VerifyFull",
            "postgresql+psycopg://u:a@h:5433/d?sslmode=verify-full",
        ),
        ("postgres", "host=h dbname=d user=u password='a b'", "postgresql+psycopg://u:a b@h/d"),
        (
            "sqlserver",
            'Server=tcp:h,1433;Initial Catalog=d;User ID=u;Password="a;""b";Encrypt=True',
            "mssql+pymssql://u:a;%22b@h:1433/d",
        ),
        ("sqlserver", "mssql://u:p@h/d", "mssql+pymssql://u:p@h/d"),
        ("duckdb", "Data Source=a b.duckdb", "duckdb:///a b.duckdb"),
    ],
)
def test_connection_strings(provider: str, text: str, url: str) -> None:
    assert connections.url(provider, text) == sa.make_url(url)


@pytest.mark.parametrize(
    ("provider", "text"),
    [("postgres", "mysql://u:p@h/d"), ("sqlserver", "Database=d"), ("sqlite", "Mode=ReadOnly")],
)
def test_a_connection_of_something_else(provider: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"names no|not of"):
        connections.url(provider, text)


def test_a_password_is_never_shown(project: Project) -> None:
    project.monkeypatch.setenv(
        "META_CONNECTION", "Host=127.0.0.1;Port=1;Username=u;Password=hidden-word;Database=d"
    )
    status, printed = export(project, "postgres")
    assert status == 4 and "hidden-word" not in printed
