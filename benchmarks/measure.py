"""One `dbt run`, measured: a process of its own, so that memory is its own and nothing is warm that
a user's run would find cold.

python measure.py PROJECT AS_OF [dbt's arguments]     prints these as JSON:
sql, cpu: seconds of the statements, by the clock and of both processors, without dbt's own
wall, cpu_all: seconds of the run, dbt's own included
statements: how many were sent, without commits
load: how many processes wanted a processor, on average of the minute before and while it ran
peak_mb: the most memory
models, models_cpu: sql and cpu of each model
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner


def peak_mb() -> float:
    """The most memory this process ever held. Linux counts that of the process it was forked from
    into ru_maxrss, and not into VmHWM.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        2**20 if sys.platform == "darwin" else 1024
    )


def main(folder: str, as_of: str, *args: str) -> int:
    options = [
        "--project-dir",
        folder,
        "--profiles-dir",
        folder,
        "--quiet",
        "--no-use-colors",
        "--vars",
        json.dumps({"ozmeta_as_of": as_of}),
    ]
    manifest = dbtRunner().invoke(["parse", *options]).result
    seconds: dict[str, float] = {}
    cpu: dict[str, float] = {}
    begun_at = 0.0
    statements = 0

    def note(event: Any) -> None:
        """Seconds of each statement, by model: dbt's own time is not SQL time. dbt has one thread,
        so the processors' time between a statement's two events belongs to that statement.
        """
        nonlocal begun_at, statements
        if event.info.name == "SQLQuery":
            statements += not event.data.sql.rstrip(" ;\n").lower().endswith("commit")
            begun_at = time.process_time()
        elif event.info.name == "SQLQueryStatus":
            name = event.data.node_info.node_name
            seconds[name] = seconds.get(name, 0) + event.data.elapsed
            cpu[name] = cpu.get(name, 0) + time.process_time() - begun_at

    begun, begun_cpu = time.perf_counter(), time.process_time()
    result = dbtRunner(manifest=manifest, callbacks=[note]).invoke(["run", *options, *args])
    wall, cpu_all = time.perf_counter() - begun, time.process_time() - begun_cpu
    if not result.success:
        print(
            "\n".join(
                f"{r.node.name}: {r.message}" for r in result.result or [] if r.status != "success"
            )
            or result.exception
        )
        return 1
    print(
        json.dumps(
            {
                "sql": sum(seconds.values()),
                "cpu": sum(cpu.values()),
                "wall": wall,
                "cpu_all": cpu_all,
                "statements": statements,
                "load": os.getloadavg()[0],
                "peak_mb": peak_mb(),
                "models": {name: s for name, s in seconds.items() if name},
                "models_cpu": {name: s for name, s in cpu.items() if name},
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
