"""The stand-in for BigQuery, `bqemulator`: DuckDB behind BigQuery's REST interface, with translated
SQL. quirks.md lists its differences from BigQuery.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from engines.base import Engine, Server, environment, free_port


class BigQuery(Engine):
    name = "bigquery"
    requirements = "requirements-bigquery.txt"
    text, integer = "string", "int64"
    clock, boolean = "datetime", "bool"

    cannot: ClassVar[dict[str, str]] = {
        "hostile": "the emulator reads no key that holds a double quote",
        "world2": "the emulator takes a key of one star for all keys",
    }

    def __init__(self) -> None:
        super().__init__()
        self.port = 0
        self.server: Server | None = None

    def leaves_out(self, payload: str) -> bool:
        """Whether the text is accepted by DuckDB's parser, which the emulator uses, but is not
        JSON: NaN, Infinity, a comma before a closing bracket.
        """
        try:
            json.loads(payload, parse_constant=refused)
        except (ValueError, RecursionError):
            found = duckdb.execute("select json_valid(?)", [payload]).fetchone()
            return bool(found and found[0])
        return False

    def quoted(self, text: str) -> str:
        return (
            "'"
            + text.replace("\\", "\\\\")
            .replace("'", "\\'")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
            + "'"
        )

    def start(self) -> None:
        python = environment("bigquery-emulator", "requirements-bigquery-emulator.txt")
        home = self.folder / "home"  # where its DuckDB looks for extensions
        for extension in python.parent.parent.glob(
            "lib/python*/site-packages/duckdb_extension_*/extensions/*/*.duckdb_extension"
        ):
            there = home / ".duckdb/extensions" / extension.parent.name / platform()
            there.mkdir(parents=True, exist_ok=True)
            shutil.copy(extension, there)
        self.port = free_port()
        command = [
            str(python),
            str(Path(__file__).with_name("bigquery_emulator")),
            "start",
            "--rest-port",
            str(self.port),
            "--grpc-port",
            str(free_port()),
            "--project",
            "oz",
            "--log-level",
            "error",
        ]
        self.server = Server(
            command, self.folder / "server.log", self.port, env=os.environ | {"HOME": str(home)}
        )

    def version(self) -> str:
        return "bqemulator 1.4.0 (a stand-in)"

    def stop(self) -> None:
        if self.server:
            self.server.stop()
            self.server = None

    def profile(self, schema: str) -> dict[str, Any]:
        return {
            "type": "bigquery",
            "method": "oauth-secrets",
            "token": "none",
            "api_endpoint": f"http://127.0.0.1:{self.port}",
            "project": "oz",
            "dataset": schema,
            "threads": 1,
            "job_retries": 0,
        }


def refused(constant: str) -> None:
    raise ValueError(constant)


def platform() -> str:
    """As DuckDB calls this machine."""
    machine = os.uname()
    system = {"Linux": "linux", "Darwin": "osx"}[machine.sysname]
    return (
        f"{system}_{ {'x86_64': 'amd64', 'aarch64': 'arm64', 'arm64': 'arm64'}[machine.machine] }"
    )


ENGINE = BigQuery()
