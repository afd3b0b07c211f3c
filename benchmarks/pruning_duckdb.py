"""One `dbt run` on DuckDB, with the profile of each statement.

python pruning_duckdb.py PROJECT AS_OF     prints a JSON list of the table scans of its models

dbt-duckdb sends several statements as one text, so this module sends them one by one. After each,
it asks DuckDB for the profile. In a profile, a table scan has the number of its row groups
(`total_row_groups_to_scan`), how many were read (`row_groups_scanned`), and the rows in these
(`rows_scanned`).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

# What a statement does, by its first words without comments.
STEPS = (
    ("compute", re.compile(r"create\s+(or\s+replace\s+)?(temp(orary)?\s+)?(table|view)\b", re.I)),
    ("replace", re.compile(r"(delete|merge)\b", re.I)),
    ("insert", re.compile(r"insert\b", re.I)),
    ("find buckets", re.compile(r"select\s+distinct\s+bucket\b", re.I)),
    ("ask", re.compile(r"(select|with)\b", re.I)),
)
COMMENT = re.compile(r"\s*(/\*.*?\*/|--[^\n]*\n)\s*", re.S)


def step_of(sql: str) -> str:
    while comment := COMMENT.match(sql):
        sql = sql[comment.end() :]
    return next((step for step, pattern in STEPS if pattern.match(sql.lstrip())), "other")


def scans_in(operator: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The table scans of a profile."""
    if "total_row_groups_to_scan" in operator:
        yield operator
    for child in operator.get("children", []):
        yield from scans_in(child)


class Profiles:
    """Collects the scans of the statements of dbt's models."""

    def __init__(self) -> None:
        self.model = ""
        self.found: list[dict[str, Any]] = []
        self.sent: tuple[str, str] | None = None  # the last statement: its model, what it does

    def hear(self, event: Any) -> None:
        """dbt's event before a statement names the model."""
        if event.info.name == "SQLQuery":
            self.model = event.data.node_info.node_name

    def execute(self, cursor: Any, sql: str, bindings: Any = None) -> Any:
        """In place of the adapter's."""
        duck = cursor._cursor
        if not hasattr(cursor, "profiled"):
            duck.execute("set enable_profiling = 'no_output'")
            duck.execute("set profiling_coverage = 'ALL'")
            cursor.profiled = True
        if bindings is not None:
            return duck.execute(sql, bindings)
        for statement in duck.extract_statements(sql):
            self.collect(duck)
            duck.execute(statement)
            self.sent = (self.model, step_of(statement.query))
        return duck

    def collect(self, duck: Any) -> None:
        """Notes the profile of the last statement. Its rows have been fetched by now."""
        if not self.sent or not self.sent[0]:
            return
        (model, step), self.sent = self.sent, None
        profile = json.loads(duck.get_profiling_information(format="json") or "{}")
        for operator in profile.get("operator", []):
            for scan in scans_in(operator):
                self.found.append(
                    {
                        "model": model,
                        "step": step,
                        "table": scan["extra_info"].get("Table", "").split(".")[-1].strip('"'),
                        "parts": scan["row_groups_scanned"],
                        "all_parts": scan["total_row_groups_to_scan"],
                        "size": scan["rows_scanned"],
                        "all_size": 0,
                    }
                )


def run(folder: str, as_of: str, manifest: Manifest | None = None) -> list[dict[str, Any]]:
    """The table scans of one `dbt run`. manifest: of the project, if it has been parsed already."""
    profiles, sent_by_adapter = Profiles(), DuckDBCursorWrapper.execute
    options = ["--project-dir", folder, "--profiles-dir", folder, "--quiet", "--no-use-colors"]
    options += ["--vars", json.dumps({"ozmeta_as_of": as_of})]
    DuckDBCursorWrapper.execute = lambda cursor, sql, bindings=None: profiles.execute(
        cursor, sql, bindings
    )
    try:
        runner = dbtRunner(manifest=manifest, callbacks=[profiles.hear])
        result = runner.invoke(["run", *options])
    finally:
        DuckDBCursorWrapper.execute = sent_by_adapter
    if not result.success:
        failed = [r for r in result.result or [] if r.status != "success"]
        said = "\n".join(f"{r.node.name}: {r.message}" for r in failed)
        raise SystemExit(said or str(result.exception))
    return profiles.found


if __name__ == "__main__":
    print(json.dumps(run(*sys.argv[1:])))
