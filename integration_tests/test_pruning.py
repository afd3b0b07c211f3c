"""benchmarks/pruning.py: that an increment with buckets reads few row groups on DuckDB, and how the
script reads profiles and Spark's event log.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import pruning
import pruning_duckdb
import pruning_spark
from pruning import LINES, VARIANTS, Measured, Scan, Settings, read
from support.dbt_project_under_test import parsed


def run_here(folder: Path, run: str, as_of: str) -> list[Scan]:
    """As pruning.run_duckdb, in this process, where dbt parses equal projects once."""
    options = ["--project-dir", str(folder), "--profiles-dir", str(folder), "--quiet"]
    scans = pruning_duckdb.run(str(folder), as_of, parsed(folder, options))
    DuckDBConnectionManager.env().close()  # dbt keeps a database in memory open
    DuckDBConnectionManager.close_all_connections()
    return [Scan(run=run, **scan) for scan in scans]


def test_buckets_prune_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five of 100 new events belong to old objects, so a run's objects are spread over the whole
    tables. Without buckets, a run reads the whole tables.
    """
    monkeypatch.setattr(pruning, "WORK", tmp_path)
    monkeypatch.setattr(pruning, "run_duckdb", run_here)
    settings = Settings(events=100_000, new_events=100, row_group_size=2048)
    found = pruning.measure_duckdb(settings, runs=("mixed",))
    facts = found.runs["mixed"]
    assert (facts["events"], facts["young"]) == (100, 95)
    for line in LINES["row groups"][:4]:
        with_buckets, without = (read(found, variant, line, "mixed") for variant in VARIANTS)
        assert 0 < with_buckets.parts < with_buckets.all_parts / 2, line.name
        assert with_buckets.size < without.size / 2, line.name


def test_steps_of_statements() -> None:
    comment = '/* {"app": "dbt"} */\n-- a note\n'
    for sql, step in (
        ("create temporary table t as select 1", "compute"),
        ("delete from t where a = 1", "replace"),
        ("insert into t select 1", "insert"),
        ("select distinct bucket from (select 1 as bucket) as buckets", "find buckets"),
        ("select count(*) from t", "ask"),
        ("begin", "other"),
    ):
        assert pruning_duckdb.step_of(comment + sql) == step


def plan(*scans: tuple[str, int]) -> dict[str, Any]:
    """Spark's plan with a scan of each table, whose metrics begin with this accumulator."""
    nodes = [
        {
            "metadata": {"Location": f"PreparedDeltaFileIndex(1 paths)[file:/w/{table}]"},
            "metrics": [
                {"name": pruning_spark.FILES, "accumulatorId": first},
                {"name": pruning_spark.BYTES, "accumulatorId": first + 1},
            ],
            "children": [],
        }
        for table, first in scans
    ]
    return {"metadata": {}, "metrics": [], "children": nodes}


def started(tag: str, at: int, sql: str, node: str = "model.under_test.ticket_timeline") -> dict:
    text = f'sql {{\n query: "/* {{\\"node_id\\": \\"{node}\\"}} */\\n\\n  {sql}"\n}}'
    return {
        "Event": pruning_spark.STARTED,
        "eventTime": str(at),
        "jobTag": tag,
        "statementText": text,
    }


def test_scans_of_an_event_log() -> None:
    """The second scan was not executed, and the third is of a statement before the run."""
    kind = pruning_spark.EVENTS
    start, update = f"{kind}SQLExecutionStart", f"{kind}SQLAdaptiveExecutionUpdate"
    scanned = plan(("ticket_timeline", 10), ("ticket_timeline", 20))
    log = [
        started("a", 5, "merge into t"),
        {"Event": start, "executionId": 1, "jobTags": ["a"], "sparkPlanInfo": plan(("t", 30))},
        {"Event": f"{kind}DriverAccumUpdates", "accumUpdates": [[30, 9], [31, 900]]},
        started("b", 50, "merge into t"),
        {"Event": start, "executionId": 2, "jobTags": ["x", "b"], "sparkPlanInfo": plan()},
        {"Event": update, "executionId": 2, "sparkPlanInfo": scanned},
        {"Event": update, "executionId": 2, "sparkPlanInfo": scanned},
        {"Event": f"{kind}DriverAccumUpdates", "accumUpdates": [[10, 3], [11, 300], [11, 300]]},
    ]
    assert pruning_spark.scans(log, {"ticket_timeline": (8, 800)}, 10) == [
        {
            "model": "ticket_timeline",
            "step": "replace",
            "table": "ticket_timeline",
            "parts": 3,
            "all_parts": 8,
            "size": 300,
            "all_size": 800,
        }
    ]


def test_the_report_sums_the_scans_of_a_table() -> None:
    def scan(parts: int, size: int) -> Scan:
        model = table = "ticket_timeline"
        return Scan("mixed", model, "replace", table, parts, 1200, size, 50_000_000)

    found = Measured("An engine", "files", {})
    found.runs = {"mixed": {"events": 100, "young": 95, "objects": 70, "days": 20}}
    found.scans = {"buckets": [scan(3, 1_000_000)], "whole": [scan(1200, 50_000_000)] * 2}
    assert Measured.stored(pruning.asdict(found)) == found
    assert (
        "| timeline: merge | timeline | 1,200 | 3 of 1,200 (1 MB) | 2,400 of 2,400 (100 MB) |"
        in pruning.markdown(found)
    )
