"""Connections to MetaDB, as OZMetaDB's own tools accept them: a URL, a .NET or libpq connection
string, or the path of a file.
"""

from __future__ import annotations

import re
import shlex

import sqlalchemy as sa

DRIVERS = {
    "sqlserver": "mssql+pymssql",
    "postgres": "postgresql+psycopg",
    "duckdb": "duckdb",
    "sqlite": "sqlite",
}
SCHEMES = {
    "sqlserver": ("mssql", "sqlserver"),
    "postgres": ("postgresql", "postgres"),
    "duckdb": ("duckdb",),
    "sqlite": ("sqlite",),
}
SHAPES = {
    "sqlserver": "Server=host,1433;Database=name;User Id=user;Password=password",
    "postgres": "postgresql://user:password@host/database",
    "duckdb": "metadb.duckdb",
    "sqlite": "metadb.db",
}
PAIR = re.compile(
    r"""\s*(?P<key>[^=;]+?)\s*=\s*(?:"(?P<double>(?:[^"]|"")*)"|'(?P<single>(?:[^']|'')*)'"""
    r"""|(?P<plain>[^;]*))\s*(?:;|$)"""
)
# the spellings of a part, in lower case and without spaces
HOST = ("server", "host", "datasource", "addr", "address", "networkaddress")
USER = ("user", "userid", "username", "uid")
PASSWORD = ("password", "pwd")
DATABASE = ("database", "dbname", "initialcatalog", "db")
FILE = ("datasource", "filename", "database", "dbname")


def url(provider: str, text: str) -> sa.URL:
    """The SQLAlchemy URL of a connection. ValueError if it is not one of that provider."""
    driver, scheme = DRIVERS[provider], re.match(r"([A-Za-z0-9]+)(\+\w+)?://", text)
    if scheme:
        if scheme[1].lower() not in SCHEMES[provider]:
            raise ValueError(f"a URL of {scheme[1]}, not of {provider}")
        given = sa.make_url(text)
        return given if scheme[2] else given.set(drivername=driver)
    parts = pairs(text)
    if provider in ("duckdb", "sqlite"):
        file = first(parts, FILE) if parts else text
        if not file:
            raise ValueError("names no file")
        return sa.URL.create(driver, database=file)
    host, _, port = (first(parts, HOST) or "").removeprefix("tcp:").partition(",")
    if not host:
        raise ValueError("names no server")
    port = port or first(parts, ("port",)) or ""
    mode = first(parts, ("sslmode",))
    return sa.URL.create(
        driver,
        first(parts, USER),
        first(parts, PASSWORD),
        host,
        int(port) if port else None,
        first(parts, DATABASE),
        {"sslmode": re.sub(r"(?i)verify-?(?=ca|full)", "verify-", mode.lower())}
        if mode and provider == "postgres"
        else {},
    )


def pairs(text: str) -> dict[str, str]:
    """{key: value} of a connection string; nothing if the text is not one."""
    if "=" not in text:
        return {}
    if ";" not in text and text.count("=") > 1:  # libpq: host=... dbname=...
        found = [part.partition("=")[::2] for part in shlex.split(text)]
    else:
        found = [
            (
                match["key"],
                (match["double"] or "").replace('""', '"')
                or (match["single"] or "").replace("''", "'")
                or (match["plain"] or "").strip(),
            )
            for match in PAIR.finditer(text)
        ]
    return {re.sub(r"[\s_]", "", key).lower(): value for key, value in found}


def first(parts: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((parts[name] for name in names if parts.get(name)), None)
