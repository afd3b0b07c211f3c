"""The stand-in for Snowflake, `fakesnow`: DuckDB behind Snowflake's HTTP interface, with translated
SQL. quirks.md lists its differences from Snowflake.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from engines.base import Engine, Server, environment, free_port


class Snowflake(Engine):
    name = "snowflake"
    requirements = "requirements-snowflake.txt"
    instant = clock = "timestamp_ntz"
    # A TIMESTAMP_NTZ holds nanoseconds, and here microseconds. So the text of how a journal is read
    # would differ from DuckDB's.
    overrides: ClassVar[dict[str, str]] = {
        "snowflake__timestamp_kind(dtype)": (
            "{%- do return('utc' if dtype | upper in ['TIMESTAMP_NTZ', 'DATE'] else 'text') -%}"
        )
    }

    without_slas = ("Regex", "Half")  # Snowflake's regexes have no group that begins with `(?`

    def __init__(self) -> None:
        super().__init__()
        self.port = 0
        self.server: Server | None = None

    def quoted(self, text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"

    def start(self) -> None:
        python = environment("snowflake-emulator", "requirements-snowflake-emulator.txt")
        self.port = free_port()
        command = [str(python), str(Path(__file__).with_name("snowflake_emulator"))]
        command += ["-s", "--port", str(self.port)]
        self.server = Server(command, self.folder / "server.log", self.port, cwd=str(self.folder))

    def stop(self) -> None:
        if self.server:
            self.server.stop()
            self.server = None

    def version(self) -> str:
        return "fakesnow 0.12.1 (a stand-in)"

    def profile(self, schema: str) -> dict[str, Any]:
        return {
            "type": "snowflake",
            "account": "oz",
            "host": "127.0.0.1",
            "port": self.port,
            "protocol": "http",
            "user": "ozmeta",
            "password": "unused",
            "database": "oz",
            "warehouse": "none",
            "schema": schema,
            "threads": 1,
        }


ENGINE = Snowflake()
