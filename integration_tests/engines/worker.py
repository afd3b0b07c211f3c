"""Runs dbt in an engine's own environment, without any code of this repository. dbt starts once and
parses a project once.

A line of JSON in, one out. {"open": folder}; then {"dbt": [args], "vars": {}} and {"operation":
macro, "args": {}, "vars"?: {}}, whose answer is what the macro
`ozmeta_runtime.print_answer` printed. {"statements": true} asks how many statements dbt has sent
since it was last asked, if OZMETA_COUNT is set. Out: {"answer": ...} or {"error": text}.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

sys.path.pop(0)  # this folder, whose modules are called as adapters are
from dbt.cli.main import dbtRunner

sys.path.append(str(Path(__file__).resolve().parent.parent))
try:
    from support import fast_dbt

    fast_dbt.install()
except ImportError:  # another dbt, with other modules: slower, and that is all
    pass

ANSWER = "OZMETA "
COUNTS = "OZMETA_COUNT" in os.environ


def close_file() -> None:
    """On DuckDB, close the file, as dbt does when its process ends."""
    module: Any = sys.modules.get("dbt.adapters.duckdb.connections")
    if module and module.DuckDBConnectionManager._ENV:
        module.DuckDBConnectionManager._ENV.close()
        module.DuckDBConnectionManager.close_all_connections()


class Session:
    def __init__(self) -> None:
        self.folder = ""
        self.manifest: Any = None
        self.statements = 0

    def invoke(self, command: list[str], vars: dict[str, Any]) -> list[str]:
        printed: list[str] = []
        errors: list[str] = []

        def heard(event: Any) -> None:
            self.statements += event.info.name == "SQLQuery"
            text = event.info.msg
            if text.startswith(ANSWER):
                printed.append(text[len(ANSWER) :])
            elif event.info.level == "error":
                errors.append(text)

        heard.reads_debug = COUNTS
        options = [
            "--project-dir",
            self.folder,
            "--profiles-dir",
            self.folder,
            "--quiet",
            "--no-use-colors",
            "--no-write-json",
            "--log-level-file",
            "none",
            "--vars",
            json.dumps(vars),
        ]
        result = dbtRunner(manifest=self.manifest, callbacks=[heard]).invoke([*command, *options])
        close_file()
        if not result.success:
            raise RuntimeError("\n".join(errors) or str(result.exception))
        if command[0] == "parse":
            self.manifest = result.result
        return printed

    def handle(self, request: dict[str, Any]) -> Any:
        if "open" in request:
            self.folder, self.manifest = request["open"], None
            self.invoke(["parse"], {})
        elif "statements" in request:
            count, self.statements = self.statements, 0
            return count
        elif "dbt" in request:
            self.invoke(request["dbt"], request["vars"])
        else:
            printed = self.invoke(
                ["run-operation", request["operation"], "--args", json.dumps(request["args"])],
                request.get("vars", {}),
            )
            return json.loads(printed[-1]) if printed else None
        return None


def main() -> None:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else is printed goes to the log
    session = Session()
    for line in sys.stdin:
        try:
            answer = {"answer": session.handle(json.loads(line))}
        except RuntimeError as error:
            answer = {"error": str(error)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        out.write(json.dumps(answer) + "\n")
        out.flush()


main()
