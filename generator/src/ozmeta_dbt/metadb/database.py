"""MetaDB's rows from a live database (spec 1): the existing Meta tables and columns of one client's
project, without soft-deleted rows.

Every error becomes a message without the database's URL. No exception of a driver leaves this
module, because its text or its traceback may contain the password. SQLAlchemy is an extra of this
distribution. `readers` imports this module only when it is needed.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.pool import NullPool
from sqlalchemy.types import NULLTYPE

from ozmeta_dbt.config import FILE_NAME, Provided
from ozmeta_dbt.documents import loads
from ozmeta_dbt.metadb import connections
from ozmeta_dbt.metadb.build import Unreadable
from ozmeta_dbt.metadb.rows import TABLES, canonical, guid, spelt
from ozmeta_dbt.problems import (
    DatabaseProblem,
    FileProblem,
    InvalidMetadata,
    Origin,
    Problem,
    Problems,
)

SCHEMA = "Meta"
MAX_LISTED = 10
# Tables of which no row is needed. If a database lacks one of their columns, they are left out.
OPTIONAL = {
    "EventTemplate",
    "RetentionPolicy",
    "Field",
    "DataProtectionPolicy",
    "FieldProtection",
    "Language",
    "ProjectLanguage",
    "TextKey",
    "TextTranslation",
}
# What belongs to one row of another table is the project's if that row is: {table: (column, its
# table)}
PARENTS = {
    "WorkflowState": ("WF_ID", "Workflow"),
    "WorkflowTransition": ("WF_ID", "Workflow"),
    "WorkflowTransitionRole": ("WT_ID", "WorkflowTransition"),
    "TransitionEvent": ("WT_ID", "WorkflowTransition"),
    "RuntimeTemplateBinding": ("RB_ID", "RuntimeBinding"),
    "RuntimeSlaBinding": ("RB_ID", "RuntimeBinding"),
    "ApprovalStep": ("AF_ID", "ApprovalFlow"),
    "ApprovalStepRole": ("AS_ID", "ApprovalStep"),
    "TextTranslation": ("TK_ID", "TextKey"),
    "Field": ("TB_ID", "Table"),
    "FieldProtection": ("FD_ID", "Field"),
}
# What belongs to no project
COMMON = {"Language"}
# The columns that name a text key: {table: column}. A text key is the project's if it uses it.
TEXT_KEYS = {
    table: canonical(cls.model_fields["text_key_id"])
    for table, cls in TABLES.items()
    if "text_key_id" in cls.model_fields
}
# What several projects may share is the project's if it says so itself (PJ_ID, CL_ID), or if the
# project uses it: {table: [(column, where it is used)]}
SHARED = {
    "EventType": [("EVTT_ID", "TransitionEvent")],
    "EventTemplate": [("ET_ID", "RuntimeTemplateBinding")],
    "ApprovalFlow": [("AF_ID", "RuntimeBinding")],
    "Role": [("RO_ID", "WorkflowTransitionRole"), ("RO_ID", "ApprovalStepRole")],
}
# tables whose rows rules name by their codes: id and code
NAMED_BY_RULES = {"Role": ("RO_ID", "RO_Code"), "EventType": ("EVTT_ID", "EVTT_Code")}
# Data types of texts. Ids in such columns may be GUIDs in any case.
TEXTS = {"text", "varchar", "nvarchar", "char", "nchar", "character", "character varying"}
GUID_SHAPE = "________-____-____-____-____________"  # of `like`
# The driver that our extras install, where a URL names none.
DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mssql": "mssql+pymssql",
}
INSTALL = {
    "postgresql": "pip install 'ozmeta-dbt[database]' for a URL that begins with postgresql://",
    "mssql": "pip install 'ozmeta-dbt[mssql]' for a URL that begins with mssql://",
    "duckdb": "pip install duckdb-engine",
}
TIMEOUTS = {
    "psycopg": "connect_timeout",
    "psycopg2": "connect_timeout",
    "pymssql": "login_timeout",
    "pyodbc": "timeout",
}
HARMLESS = {
    "driver",
    "sslmode",
    "encrypt",
    "trustservercertificate",
    "charset",
    "application_name",
    "connect_timeout",
    "login_timeout",
    "timeout",
}  # in a URL's query
SHAPE = "postgresql://user:password@host/database"

Found = tuple[str, Any, Origin]


class Missing(Exception):
    """A column without which a table's rows cannot be assigned to a project."""

    def __init__(self, table: str, column: str):
        super().__init__(f"{table} needs {column}")
        self.table = table


@dataclass(frozen=True)
class Meta:
    """The Meta tables of a database, and the queries for one project's rows. Names are looked up in
    any case, and sent in the database's spelling.
    """

    columns: Mapping[
        str, Mapping[str, sa.ColumnClause[Any]]
    ]  # {table: {column}}, both in lower case
    client: str
    project: str
    flows: tuple[str, ...] = ()  # codes of approval flows that ozmeta.yml names
    project_id: str | None = None  # instead of the codes of client and project

    @classmethod
    def of(
        cls,
        names: list[tuple[str, str, str]],
        schema: str | None,
        client: str,
        project: str,
        flows: tuple[str, ...] = (),
        project_id: str | None = None,
    ) -> Meta:
        """`names`: table, column and data type of all columns. If two names differ only in case,
        the one with capitals wins.
        """
        found: dict[str, dict[str, sa.ColumnClause[Any]]] = {}
        tables: dict[str, str] = {}
        for table in sorted({table for table, _, _ in names}):
            tables.setdefault(table.lower(), table)
        for table, column, data_type in sorted(names):
            if tables[table.lower()] == table:
                typed = sa.column(column, type_of(data_type))
                found.setdefault(table.lower(), {}).setdefault(column.lower(), typed)
        for lower, columns in found.items():
            sa.table(
                tables[lower], *columns.values(), schema=schema
            )  # the columns know it from here on
        return cls(found, client, project, flows, project_id)

    def has(self, table: str, column: str) -> bool:
        return self.spelt(table, column) is not None

    def spelt(self, table: str, column: str) -> str | None:
        """The database's name of a column, in lower case: any of the names that are read."""
        there = self.columns.get(table.lower(), {})
        names = spellings_of(table).get(column.lower(), [column])
        return next((name.lower() for name in names if name.lower() in there), None)

    def column(self, table: str, column: str) -> sa.ColumnClause[Any]:
        name = self.spelt(table, column)
        if name is None:
            raise Missing(table, column)
        return self.columns[table.lower()][name]

    def key(self, table: str, column: str) -> sa.ColumnElement[Any]:
        """A column to compare ids by: a GUID in lower case, and any other id as it is."""
        found = self.column(table, column)
        if not isinstance(found.type, sa.String):
            return found
        return sa.case((found.like(GUID_SHAPE), sa.func.lower(found)), else_=found)

    def live(self, table: str) -> list[sa.ColumnElement[bool]]:
        return (
            [self.column(table, "_DeleteDate").is_(None)] if self.has(table, "_DeleteDate") else []
        )

    def clients(self) -> sa.Select[Any]:
        if self.project_id is not None:
            return sa.select(self.key("Project", "CL_ID")).where(*self.is_project())
        return sa.select(self.key("Client", "CL_ID")).where(
            self.column("Client", "CL_Code") == self.client, *self.live("Client")
        )

    def projects(self) -> sa.Select[Any]:
        if self.project_id is not None:
            return sa.select(self.key("Project", "PJ_ID")).where(*self.is_project())
        of_client = self.key("Project", "CL_ID").in_(self.clients())
        return sa.select(self.key("Project", "PJ_ID")).where(
            self.column("Project", "PJ_Code") == self.project, of_client, *self.live("Project")
        )

    def is_project(self) -> list[sa.ColumnElement[bool]]:
        """Whether a row of Project has that id, however the database stores ids."""
        assert self.project_id is not None
        text = sa.func.lower(sa.cast(self.column("Project", "PJ_ID"), sa.String(64)))
        return [text == self.project_id.lower(), *self.live("Project")]

    def codes(self) -> dict[str, sa.Select[Any]]:
        """The queries for the codes of client and project, if the tables have them."""
        found = {}
        if self.has("Project", "PJ_Code"):
            found["projectCode"] = sa.select(self.column("Project", "PJ_Code")).where(
                *self.is_project()
            )
        if self.has("Client", "CL_Code") and self.has("Project", "CL_ID"):
            found["clientCode"] = sa.select(self.column("Client", "CL_Code")).where(
                self.key("Client", "CL_ID").in_(self.clients())
            )
        return found

    def project_ids(self) -> sa.Select[Any]:
        return sa.select(self.column("Project", "PJ_ID")).where(*self.live("Project"))

    def client_codes(self) -> sa.Select[Any]:
        return sa.select(self.column("Client", "CL_Code")).where(*self.live("Client"))

    def project_codes(self) -> sa.Select[Any]:
        return sa.select(self.column("Project", "PJ_Code")).where(
            self.key("Project", "CL_ID").in_(self.clients()), *self.live("Project")
        )

    def scope(self, table: str) -> list[sa.ColumnElement[bool]]:
        """The condition that a row belongs to the project and is not deleted."""
        if table in COMMON:
            return self.live(table)
        if table == "TextKey":
            key = self.key(table, "TK_ID")
            uses = [
                key.in_(sa.select(there).where(there.is_not(None), *self.scope(by)))
                for by, column in TEXT_KEYS.items()
                if self.has(by, column)
                for there in [self.key(by, column)]
            ]
            return [sa.or_(sa.false(), *uses), *self.live(table)]
        if table in PARENTS:
            column, parent = PARENTS[table]
            return [self.used(table, column, parent), *self.live(table)]
        if table not in SHARED:
            return [self.key(table, "PJ_ID").in_(self.projects()), *self.live(table)]
        ways = [
            self.used(table, column, by) for column, by in SHARED[table] if self.has(by, column)
        ]
        if table == "ApprovalFlow" and self.flows and self.has(table, "AF_Code"):
            ways.append(self.column(table, "AF_Code").in_(self.flows))
        if self.has(table, "PJ_ID"):
            ways.append(self.key(table, "PJ_ID").in_(self.projects()))
        elif self.has(table, "CL_ID"):
            ways.append(self.key(table, "CL_ID").in_(self.clients()))
        elif table in NAMED_BY_RULES:
            return self.live(table)  # rules name them too: see of_use
        return [sa.or_(sa.false(), *ways), *self.live(table)]

    def used(self, table: str, column: str, by: str) -> sa.ColumnElement[bool]:
        if by.lower() not in self.columns:
            return sa.false()
        there = self.key(by, column)
        return self.key(table, column).in_(
            sa.select(there).where(there.is_not(None), *self.scope(by))
        )

    def names(self, table: str) -> list[str]:
        """The columns that are needed and exist."""
        return [
            name
            for name in map(canonical, TABLES[table].model_fields.values())
            if self.has(table, name)
        ]

    def rows(self, table: str) -> sa.Select[Any]:
        return sa.select(*(self.column(table, name) for name in self.names(table))).where(
            *self.scope(table)
        )


def type_of(data_type: str) -> sa.types.TypeEngine[Any]:
    """The type of a column, as far as it matters here. SQLAlchemy reads every GUID in lower case,
    though some drivers return SQL Server's in capitals.
    """
    name = data_type.lower()
    return sa.Uuid() if name == "uniqueidentifier" else sa.String() if name in TEXTS else NULLTYPE


@cache
def spellings_of(table: str) -> dict[str, list[str]]:
    """{column in lower case: its names in databases}. Only files have names without a prefix."""
    if table not in TABLES:
        return {}
    found = {}
    for names in columns_of(table):
        found[names[0].lower()] = [names[0], *(name for name in names[1:] if "_" in name)]
    return found


def columns_of(table: str) -> list[list[str]]:
    cls = TABLES[table]
    return [spelt(cls)[field] for field in cls.model_fields]


def key_columns(table: str) -> list[str]:
    """The columns that identify a row in a message: its id, or else the required columns, or else
    the first two.
    """
    fields = TABLES[table].model_fields
    if "id" in fields:
        return [canonical(fields["id"])]
    required = [canonical(info) for info in fields.values() if info.is_required()]
    return required or [canonical(info) for info in fields.values()][:2]


def catalogue(dialect: str) -> tuple[sa.ColumnClause[Any], ...]:
    """Schema, table, column and type in the SQL standard's catalogue, which shows what this user
    may read. On SQL Server, its names are in capitals.
    """
    spelt: Callable[[str], str] = str.upper if dialect == "mssql" else str.lower
    columns: tuple[sa.ColumnClause[Any], ...] = tuple(
        sa.column(spelt(name))
        for name in ("table_schema", "table_name", "column_name", "data_type", "table_catalog")
    )
    sa.table(spelt("columns"), *columns, schema=spelt("information_schema"))
    return columns


def names_query(dialect: str) -> sa.Select[Any]:
    schema, table, column, data_type, database = catalogue(dialect)
    here = (
        [database == sa.func.current_database()] if dialect == "duckdb" else []
    )  # whose catalogue covers attached databases too
    return sa.select(schema, table, column, data_type, database).where(
        sa.func.lower(schema) == SCHEMA.lower(), *here
    )


def schemas_query(dialect: str) -> sa.Select[Any]:
    schema, *_, database = catalogue(dialect)
    here = [database == sa.func.current_database()] if dialect == "duckdb" else []
    return (
        sa.select(schema)
        .where(sa.func.lower(schema).not_in(["information_schema", "pg_catalog", "sys"]), *here)
        .distinct()
    )


def database_rows(
    url_env: str, client: str, project: str, problems: Problems, flows: tuple[str, ...] = ()
) -> Iterator[Found]:
    """All rows of the project. DatabaseProblem if the database cannot be read, InvalidMetadata if
    MetaDB or the project is not in it.
    """
    with (
        reading(problems),
        connected(
            url_env,
            f"metadb.url_env in {FILE_NAME} says that it holds the URL of MetaDB's database",
        ) as connection,
    ):
        meta = project_of(connection, client, project, problems, flows)
        found = rows_of(connection, meta, problems)
    yield from sorted_rows(found, meta)


def provided_rows(metadb: Provided, codes: dict[str, Any], problems: Problems) -> Iterator[Found]:
    """All rows of the project with that id. Sets the codes of client and project."""
    assert metadb.url_env
    with (
        reading(problems),
        connected(
            metadb.url_env,
            f"--connection-env says that it holds the connection to MetaDB on {metadb.provider}",
            provider=metadb.provider,
        ) as connection,
    ):
        meta = project_of(connection, "", "", problems, project_id=metadb.project_id)
        for key, query in meta.codes().items():
            code = connection.execute(query).scalar()
            if code is not None:
                codes[key] = str(code)
        found = rows_of(connection, meta, problems)
    yield from sorted_rows(found, meta)


@contextmanager
def reading(problems: Problems) -> Iterator[None]:
    try:
        yield
    except Missing as error:
        problems.error(
            Origin(f"{SCHEMA}.{error.table}"),
            f"{error}: without it, its rows cannot be assigned to a client and project",
        )
        raise InvalidMetadata(problems) from None


def rows_of(
    connection: sa.Connection, meta: Meta, problems: Problems
) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for table in TABLES:
        names = meta.names(table)
        try:
            query = meta.rows(table) if names else None
        except Missing as error:
            if table not in OPTIONAL:
                raise
            problems.warn(Origin(f"{SCHEMA}.{table}"), f"{error}, so its rows are not read")
            continue
        if query is not None:
            found[table] = [
                {name: plain(value) for name, value in zip(names, row, strict=True)}
                for row in connection.execute(query)
            ]
    return found


def sorted_rows(found: dict[str, list[dict[str, Any]]], meta: Meta) -> Iterator[Found]:
    for table in NAMED_BY_RULES:
        if table in found and not (meta.has(table, "PJ_ID") or meta.has(table, "CL_ID")):
            found[table] = of_use(found, table)
    for table, rows in found.items():
        keys = [name for name in key_columns(table) if meta.has(table, name)]
        labels = [" ".join(f"{name}={row[name]}" for name in keys) for row in rows]
        for label, row in sorted(
            zip(labels, rows, strict=True), key=lambda pair: (len(pair[0]), pair[0])
        ):
            origin = Origin(f"{SCHEMA}.{table} row {label}")
            binary = [name for name, value in row.items() if isinstance(value, bytes)]
            for name in binary:
                message = f"{name} holds binary data; expected a text"
                row[name] = None
                yield table, Unreadable(Problem(origin.at(name), message)), origin
            if not binary:
                yield table, row, origin


@contextmanager
def connected(
    url_env: str, why: str, write: bool = False, provider: str = ""
) -> Iterator[sa.Connection]:
    """A connection to the database whose URL is in that variable. With `write`, one transaction
    that is committed at the end. `why`: the message if the variable is not set. An exception of the
    driver becomes a DatabaseProblem.
    """
    url, secrets = url_of(url_env, why, provider)
    stage = (
        f"the database that {url_env} names can't be reached: check the host, the port, the"
        " database, the user and the password"
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            engine = engine_of(url, url_env, write)
            with engine.begin() if write else engine.connect() as connection:
                stage = (
                    f"the database that {url_env} names can't be written to; nothing was appended"
                    if write
                    else f"the database that {url_env} names can't be read"
                )
                yield connection
    except (DatabaseProblem, InvalidMetadata, FileProblem, Missing):
        raise
    except Exception as error:
        raise DatabaseProblem(stage + told(error, secrets)) from None


def url_of(url_env: str, why: str, provider: str = "") -> tuple[sa.URL, set[str]]:
    """The URL, and every part of it that must not be shown.

    provider: if given, a connection string or the path of a file is accepted too
    """
    text = os.environ.get(url_env, "").strip()
    shape = connections.SHAPES.get(provider, SHAPE)
    if not text:
        raise DatabaseProblem(
            f"the environment variable {url_env} is not set: {why}, such as {shape}"
        )
    try:
        url = connections.url(provider, text) if provider else sa.make_url(text)
    except Exception:
        url = None
    # with an @ more than one, part of the password would be taken for the host, and shown as such
    # by the driver
    if url is None or ("://" in text and url.host and text.count("@") > 1):
        raise DatabaseProblem(
            f"what {url_env} holds is not a database URL such as {shape}; signs in user and"
            " password that mean something in a URL are written as %40 for @, %2F for /, %3A for :"
        )
    values = [
        value
        for name, many in url.query.items()
        if name.lower() not in HARMLESS
        for value in ([many] if isinstance(many, str) else many)
    ]
    pieces = [piece.partition("=")[2] for value in values for piece in value.split(";")]
    secrets = {text, str(url.password or ""), *values, *pieces}
    if "@" in text:
        secrets.add(
            text.rpartition("@")[0].rpartition(":")[2]
        )  # the password as it is written there
    secrets |= {unquote_plus(secret) for secret in secrets}
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername)), secrets - {""}


def engine_of(url: sa.URL, url_env: str, write: bool = False) -> sa.Engine:
    backend = url.get_backend_name()
    arguments: dict[str, Any] = {}
    if (
        backend in ("sqlite", "duckdb")
        and url.database
        and not url.database.startswith(("file:", "md:", "motherduck:", ":"))
    ):
        if not Path(url.database).is_file():  # else both would make one
            raise DatabaseProblem(
                f"the {'SQLite' if backend == 'sqlite' else 'DuckDB'} file that {url_env} names"
                " does not exist (a relative path starts at the current folder, as"
                f" {backend}:///metadb.db)"
            )
        arguments |= {"read_only": True} if backend == "duckdb" and not write else {}
    try:
        dialect = url.get_dialect()
        options = {"json_deserializer": document} if backend == "postgresql" else {}
        timeout = TIMEOUTS.get(dialect.driver)
        if timeout and timeout not in url.query:
            arguments[timeout] = 10
        engine = sa.create_engine(
            url, connect_args=arguments, poolclass=NullPool, hide_parameters=True, **options
        )
    except (ImportError, sa.exc.NoSuchModuleError):
        raise DatabaseProblem(
            f"the driver for {url.drivername} is not installed:"
            f" {INSTALL.get(backend, 'install what SQLAlchemy names for this database')}"
        ) from None
    # a change that is being saved is seen whole or not at all
    return (
        engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        if backend == "postgresql" and not write
        else engine
    )


def document(text: str | bytes) -> Any:
    """A JSON column, with numbers as written. A value that cannot be read stays text, and the
    reader of rules refuses it.
    """
    text = text.decode() if isinstance(text, bytes) else text
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return text


def told(error: Exception, secrets: set[str]) -> str:
    """The driver's message, unless it contains a secret of the URL."""
    text = " ".join(str(getattr(error, "orig", None) or error).split())
    if not text or any(
        form in text
        for secret in secrets
        for form in (
            secret,
            repr(secret)[1:-1],
            repr(secret.encode())[2:-1],
            json.dumps(secret)[1:-1],
        )
    ):
        return ""
    return f" ({text if len(text) <= 300 else text[:297] + '...'})"


def project_of(
    connection: sa.Connection,
    client: str,
    project: str,
    problems: Problems,
    flows: tuple[str, ...] = (),
    project_id: str | None = None,
) -> Meta:
    """The existing Meta tables, after a check that the client and the project exist."""
    dialect = connection.dialect.name
    here = Origin(FILE_NAME).at("metadb") if project_id is None else Origin("--connection-env")
    url = here.at("url_env") if project_id is None else here

    def refuse(origin: Origin, message: str, hint: str = "") -> InvalidMetadata:
        problems.error(origin, message, hint)
        return InvalidMetadata(problems)

    def codes(query: sa.Select[Any]) -> str:
        return listed(str(code) for code in connection.execute(query).scalars() if code is not None)

    if dialect == "sqlite":  # has no schemas
        inspector = sa.inspect(connection)
        names = [
            (table, column["name"], "text")  # any column may hold a text
            for table in [*inspector.get_table_names(), *inspector.get_view_names()]
            for column in inspector.get_columns(table)
        ]
        schema = None
    else:
        rows = [tuple(map(str, row)) for row in connection.execute(names_query(dialect))]
        schema = min(
            (row[0] for row in rows), key=lambda name: (name != SCHEMA, name), default=None
        )
        names = [
            (table, column, data_type)
            for in_schema, table, column, data_type, _ in rows
            if in_schema == schema
        ]
        if schema is None:
            raise refuse(
                url,
                f"this database has no schema {SCHEMA} with tables that this user may read",
                f"it has: {codes(schemas_query(dialect))}",
            )
        if dialect == "duckdb" and (file := rows[0][4]).lower() == SCHEMA.lower():
            schema = (  # in a file meta.duckdb, the schema's name alone could be the file's
                f"{file}.{schema}"
            )
    meta = Meta.of(names, schema, client, project, flows, project_id)
    for table in ("Client", "Project") if project_id is None else ("Project",):
        if table.lower() not in meta.columns:
            raise refuse(
                url,
                f"this database has no table {'' if schema is None else SCHEMA + '.'}{table} that"
                " this user may read",
                "is it MetaDB's?",
            )
    if project_id is not None:
        if not connection.execute(meta.projects()).first():
            raise refuse(
                Origin("--project-id"),
                f"MetaDB has no project with the PJ_ID {project_id}",
                f"it has: {codes(meta.project_ids())}",
            )
        return meta
    if not connection.execute(meta.clients()).first():
        raise refuse(
            here.at("client"),
            f"MetaDB has no client {client!r}",
            f"it has: {codes(meta.client_codes())}",
        )
    count = len(connection.execute(meta.projects()).all())
    if count == 0:
        raise refuse(
            here.at("project"),
            f"the client {client!r} has no project {project!r}",
            f"it has: {codes(meta.project_codes())}",
        )
    if count > 1:
        raise refuse(
            here.at("project"),
            f"MetaDB has {count} projects {project!r} of {client!r}",
            "all but one need another PJ_Code, or a _DeleteDate",
        )
    return meta


def listed(codes: Iterator[str]) -> str:
    every = sorted(set(codes))
    return (
        ", ".join(every[:MAX_LISTED])
        + (f" and {len(every) - MAX_LISTED} more" if len(every) > MAX_LISTED else "")
        or "none"
    )


def of_use(found: dict[str, list[dict[str, Any]]], table: str) -> list[dict[str, Any]]:
    """Roles and event types without an owner: those that the project's rows use, or that its rules
    name. A rule may name a role as role:<code>.
    """
    id_column, code_column = NAMED_BY_RULES[table]
    used = {guid(str(row.get(column))) for column, by in SHARED[table] for row in found.get(by, [])}
    rules = "\n".join(
        value if isinstance(value, str) else json.dumps(value, default=str)
        for rows in found.values()
        for row in rows
        for value in row.values()
        if isinstance(value, (str, dict))
    )

    def named(code: object) -> bool:
        texts = (str(code), f"role:{code}") if table == "Role" else (str(code),)
        return any(
            json.dumps(text, ensure_ascii=escaped) in rules
            for text in texts
            for escaped in (True, False)
        )

    return [
        row
        for row in found[table]
        if guid(str(row.get(id_column))) in used or named(row.get(code_column))
    ]


def plain(value: Any) -> Any:
    """A value in the form that files have, whatever the driver returns for the column's type."""
    if isinstance(value, UUID):
        return str(value)
    if (
        isinstance(value, (Decimal, float))
        and value == value
        and abs(float(value)) < 1e15
        and value == int(value)
    ):
        return int(value)  # an id or a number of minutes in a NUMERIC column
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return value
