"""MetaDB in a live database gives the same files as a snapshot does, byte for byte; what goes wrong is said without the URL's secrets."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sa = pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed: nothing of MetaDB in a live database is tested")
import sqlglot  # noqa: E402
from metadb_database import CLIENT, META, PROJECT, columns, everyone, fill, postgres, postgres_programs, renamed  # noqa: E402
from metadb_samples import GOLDEN, Project, Tables, golden_files, golden_tables, minimal  # noqa: E402
from sqlalchemy.dialects import mssql  # noqa: E402
from sqlalchemy.dialects.mssql import pymssql, pyodbc  # noqa: E402
from sqlalchemy.dialects.postgresql import JSONB  # noqa: E402

from ozmeta_dbt import cli, database  # noqa: E402
from ozmeta_dbt.config import load_config  # noqa: E402
from ozmeta_dbt.problems import Origin, Problems  # noqa: E402
from ozmeta_dbt.readers import read_metadb  # noqa: E402
from ozmeta_dbt.rows import TABLES  # noqa: E402

LIVE = "{url_env: METADB_URL, client: %s, project: %s}"
PASSWORD = "p@ss w:rd/%41'\"x"


@pytest.fixture(scope="module")
def server() -> Iterator[sa.URL]:
    if postgres_programs() is None:
        pytest.skip("NOT TESTED on Postgres: there is no initdb on the PATH or in /usr/lib/postgresql")
    with postgres(PASSWORD) as url:
        yield url


def live(project: Project, url: sa.URL | str, client: str = CLIENT, name: str = PROJECT) -> None:
    """Let the project read from this database."""
    text = (project.path / "ozmeta.yml").read_text()
    start = text.index("metadb: ")
    project.put("ozmeta.yml", text[:start] + "metadb: " + LIVE % (json.dumps(client), json.dumps(name)) + text[text.index("\n", start) :])
    project.monkeypatch.setenv("METADB_URL", url if isinstance(url, str) else url.render_as_string(hide_password=False))


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


def same_as_golden(golden: Project, url: sa.URL) -> None:
    expected = bare(golden.bindings())
    assert golden.run("export", str(golden.path / "of_snapshot.json"))[0] == 0
    live(golden, url)
    assert golden.run("export", str(golden.path / "of_database.json"))[0] == 0
    assert (golden.path / "of_database.json").read_text() == (golden.path / "of_snapshot.json").read_text()
    assert bare(golden.bindings()) == expected
    assert golden.generate() == golden_files()


def test_sqlite(golden: Project) -> None:
    fill(sa.create_engine(sqlite(golden)), everyone(golden_tables()), None)
    same_as_golden(golden, sqlite(golden))


@pytest.mark.parametrize("file", ["metadb", "meta"])  # a file is a catalogue of its name, and Meta.x could be in it
def test_duckdb(golden: Project, file: str) -> None:
    pytest.importorskip("duckdb_engine", reason="NOT TESTED on DuckDB: duckdb-engine is not installed")
    url = sa.URL.create("duckdb", database=str(golden.path / f"{file}.duckdb"))
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'create schema {file}."Meta"')
    fill(engine, everyone(golden_tables()), f"{file}.Meta")
    engine.dispose()
    same_as_golden(golden, url)


@pytest.mark.parametrize("spelling", ["capitals_and_json", "small_letters"])
def test_postgres(golden: Project, server: sa.URL, spelling: str) -> None:
    url = new_database(server, spelling)
    how: dict[str, Any] = {"rule": JSONB} if spelling == "capitals_and_json" else {"spelt": str.lower, "flag": sa.SmallInteger}
    fill(sa.create_engine(url), everyone(golden_tables()), **how)
    same_as_golden(golden, url.set(drivername="postgresql"))
