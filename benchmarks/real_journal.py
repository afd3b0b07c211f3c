"""The real journal: a full refresh and 30 increments by _SyncDate, with as_of rising, have to give
the same tables, row for row.

.venv/bin/python benchmarks/real_journal.py ../shared/real_journal
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration_tests"))
from support.dbt_project_under_test import DbtProject, differences  # noqa: E402

CONFIG = {
    "version": 1,
    "metadb": {"snapshot": "metadb/snapshot.json"},
    "journal": {"source": {"name": "ops", "schema": "raw", "table": "event_journal"}},
}


def main(folder: Path, increments: int = 30) -> int:
    work = HERE / ".work" / "real_journal"
    shutil.rmtree(work, ignore_errors=True)
    project = DbtProject(
        work, CONFIG, json.loads((folder / "snapshot.json").read_text()), threads=2
    )
    project.create_journal()
    with project.connect() as connection:
        connection.execute(
            f"create table raw.arriving as select *, ntile({increments}) over (order by _SyncDate,"
            f" EJ_ID) as part from '{folder / 'event_journal.parquet'}'"
        )
        # a cut never parts rows of one instant, and each run's as_of is the last arrival it sees
        connection.execute(
            "create or replace table raw.arriving as select * replace (max(part) over (partition by"
            " _SyncDate) as part) from raw.arriving"
        )
        cuts = connection.execute(
            "select part, cast(max(_SyncDate) as varchar) from raw.arriving group by part order by"
            " part"
        ).fetchall()
    started = time.perf_counter()
    durations = []
    for part, as_of in cuts:
        with project.connect() as connection:
            connection.execute(
                "insert into raw.event_journal select * exclude (part) from raw.arriving where"
                f" part = {part}"
            )
        begun = time.perf_counter()
        project.run(as_of)
        durations.append(time.perf_counter() - begun)
    total = time.perf_counter() - started
    with project.connect() as connection:
        connection.execute("create schema increments")
        for model in (
            "timeline",
            "workflow_instance",
            "sla_cycle",
            "sla_timer",
            "escalation_queue",
            "quarantine",
        ):
            connection.execute(
                f"create table increments.incident_{model} as from main.incident_{model}"
            )
    begun = time.perf_counter()
    project.run(cuts[-1][1], "--full-refresh")
    full = time.perf_counter() - begun
    with project.connect() as connection:
        different = differences("increments", "main", connection, "incident")
        counts = {
            m: connection.execute(f"select count(*) from main.{m}").fetchone()[0]
            for m in ("timeline", "sla_cycle", "sla_timer", "escalation_queue")
        }
    print(f"rows: {counts}")
    print(
        f"{len(cuts)} runs took {total:.1f} s (median {sorted(durations)[len(durations) // 2]:.2f}"
        f" s a run); one full refresh {full:.2f} s"
    )
    print(f"rows that differ: {different or 'none'}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
